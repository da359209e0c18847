import { type Findings, hasItsHead, WRONG_HEAD, WRONG_SUM } from './findings.js';
import type { Named } from './folder.js';
import { FILE_HEAD, RecordKind } from './record.js';
import type { RecordReader } from './record-reader.js';

/** A log that was found, and its valid part. */
export interface FoundLog {
  readonly path: string;
  /** The version of the last batch before this log. */
  readonly after: number;
  readonly last: number;
  /** The offset at which its valid part ends. */
  readonly end: number;
}

/** Checks the logs in order. Each must begin with the version at which the one before it ended. */
export function findLogs(logs: readonly Named[], from: number, findings: Findings): FoundLog[] {
  const found: FoundLog[] = [];
  let last = from;
  for (const [at, named] of logs.entries()) {
    if (named.version < last && isEmpty(named, findings)) {
      findings.isObsolete(named.name);
      continue;
    }
    if (named.version !== last) {
      gap(logs.slice(at), last, findings);
      break;
    }
    const later = logs.slice(at + 1);
    const [log, goesOn] = findings.reading(named, (reader) => look(named, reader, later, findings));
    found.push(log);
    if (!goesOn) break;
    last = log.last;
  }
  return found;
}

/** Whether a log has no record: its creation failed, it could not be removed, and the log before it stayed in use. */
function isEmpty(named: Named, findings: Findings): boolean {
  return findings.reading(named, (reader) => reader.next(FILE_HEAD) === undefined);
}

/** Reports that a log is missing before these. */
function gap(logs: readonly Named[], last: number, findings: Findings): void {
  const { name, version } = logs[0]!;
  const file = findings.folder.file(name);
  const problem = `the log of the batches ${last + 1} to ${version} before it is missing`;
  findings.damaged({ file, offset: 0, bytes: 0, problem, loss: 'What it has, and what follows it, would be lost' });
  findings.drop(logs);
}

/** Checks one log, and whether the next one continues from its end. */
function look(named: Named, reader: RecordReader, later: readonly Named[], findings: Findings): [FoundLog, boolean] {
  const file = findings.folder.file(named.name);
  const hasHead = hasItsHead(named, reader);
  // A log without a whole head is written anew.
  let [end, last] = [hasHead ? FILE_HEAD : 0, named.version];
  while (hasHead) {
    const found = reader.record(end);
    if (found?.kind !== RecordKind.batches || found.version <= last) break;
    [end, last] = [found.end, found.version];
  }
  const log = { path: file, after: named.version, last, end };
  const bytes = reader.size - end;
  if (bytes === 0 && hasHead) return [log, true];
  const behind = reader.next(Math.max(end + 1, FILE_HEAD));
  if (behind === undefined && later.length === 0) {
    findings.torn(file, end, bytes);
    return [log, true];
  }
  const highest = lastOf(reader, behind) ?? later.at(-1)!.version;
  const lost = highest > last ? `The batches from ${last + 1} to ${highest}` : `All batches from ${last + 1} on`;
  const problem = hasHead ? WRONG_SUM : WRONG_HEAD;
  findings.damaged({ file, offset: end, bytes, problem, loss: `${lost} would be lost` });
  findings.drop(later);
  return [log, false];
}

/** The version of the last whole record from an offset on, if there is one. */
function lastOf(reader: RecordReader, from: number | undefined): number | undefined {
  let last: number | undefined;
  for (let at = from; at !== undefined && at < reader.size;) {
    const found = reader.record(at);
    last = found?.version ?? last;
    at = found?.end ?? reader.next(at + 1);
  }
  return last;
}
