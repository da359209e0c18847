import { fail } from '../../core/errors.js';
import { findLogs, type FoundLog } from './find-logs.js';
import { findSnapshot, type FoundSnapshot } from './find-snapshot.js';
import { Findings, headOf, type Lost } from './findings.js';
import { type Folder, type Named, PART } from './folder.js';
import { FORMAT } from './record.js';

/** The valid content of a directory. */
export interface Survey {
  readonly snapshot: FoundSnapshot | undefined;
  readonly logs: readonly FoundLog[];
  /** The version of the last batch. */
  readonly last: number;
  readonly lost: readonly Lost[];
  /** Files that are no longer needed. */
  readonly obsolete: readonly string[];
}

/**
 * Examines all files of a directory, and decides which of them are valid. It changes nothing.
 *
 * @param cuts whether damaged data is cut off instead of an error.
 * @throws {TaskTonicError} `TT_STORE_DAMAGED`, `TT_STORE_FORMAT`
 */
export function survey(folder: Folder, cuts: boolean): Survey {
  const findings = new Findings(folder, cuts);
  const files = folder.files();
  // If one file has an unknown format, no file is judged.
  for (const named of files) refuseNewer(named, findings);
  if (folder.has(PART)) findings.isObsolete(PART);
  const snapshot = findSnapshot(
    files.filter(({ kind }) => kind === 'snapshot'),
    findings,
  );
  const from = snapshot?.version ?? 0;
  const allLogs = files.filter(({ kind }) => kind === 'log');
  for (const { name, version } of allLogs) if (version < from) findings.isObsolete(name);
  const logs = findLogs(
    allLogs.filter(({ version }) => version >= from),
    from,
    findings,
  );
  const last = logs.at(-1)?.last ?? from;
  if (snapshot !== undefined) checkWhatFollows(snapshot, logs.at(-1), findings);
  const { lost, obsolete } = findings;
  return { snapshot, logs, last: Math.max(last, snapshot?.upTo ?? 0), lost, obsolete };
}

function refuseNewer(named: Named, findings: Findings): void {
  const format = findings.reading(named, headOf)?.format ?? FORMAT;
  if (format > FORMAT) throw fail('TT_STORE_FORMAT', { file: findings.folder.file(named.name), format, known: FORMAT });
}

/** Checks that the log contains all batches that the snapshot contains parts of. */
function checkWhatFollows({ path, bytes, upTo }: FoundSnapshot, log: FoundLog | undefined, findings: Findings): void {
  if (log === undefined) {
    const problem = 'the log that follows it is missing';
    findings.damaged({ file: path, offset: bytes, bytes: 0, problem, loss: 'All that came after it would be lost' });
  } else if (log.last < upTo) {
    const problem = `it ends before batch ${upTo}, of which the snapshot has a part`;
    const loss = 'What the Store has would be a mixture of batches';
    findings.damaged({ file: log.path, offset: log.end, bytes: 0, problem, loss });
  }
}
