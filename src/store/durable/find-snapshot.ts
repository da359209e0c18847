import { type Findings, hasItsHead, WRONG_HEAD, WRONG_SUM } from './findings.js';
import type { Named } from './folder.js';
import { FILE_HEAD, type Found, RecordKind } from './record.js';
import type { RecordReader } from './record-reader.js';

/** A snapshot that was found. */
export interface FoundSnapshot {
  readonly path: string;
  /** It contains all batches up to this version. */
  readonly version: number;
  /** It may contain parts of batches up to this version. */
  readonly upTo: number;
  readonly bytes: number;
}

const LOSS = 'It is a snapshot: what the Store had then would not be whole';

/** Checks the newest snapshot; older ones are obsolete. */
export function findSnapshot(snapshots: readonly Named[], findings: Findings): FoundSnapshot | undefined {
  const newest = snapshots.at(-1);
  for (const { name } of snapshots.slice(0, -1)) findings.isObsolete(name);
  return newest && findings.reading(newest, (reader) => look(newest, reader, findings));
}

function look(named: Named, reader: RecordReader, findings: Findings): FoundSnapshot {
  const path = findings.folder.file(named.name);
  const damaged = (offset: number, bytes: number, problem: string) =>
    findings.damaged({ file: path, offset, bytes, problem, loss: LOSS });
  if (!hasItsHead(named, reader)) damaged(0, FILE_HEAD, WRONG_HEAD);
  let pieces = 0;
  let end: Found | undefined;
  // Each part can be used alone, so parts after a damaged one are used, too.
  for (let at = FILE_HEAD; at < reader.size;) {
    const found = reader.record(at);
    if (found?.kind === RecordKind.piece) pieces++;
    else if (found !== undefined) end = found;
    const next = found?.end ?? reader.next(at + 1) ?? reader.size;
    if (found === undefined) damaged(at, next - at, WRONG_SUM);
    at = next;
  }
  if (end?.count !== pieces) damaged(reader.size, 0, 'parts of it are missing');
  return { path, version: named.version, upTo: end?.version ?? named.version, bytes: reader.size };
}
