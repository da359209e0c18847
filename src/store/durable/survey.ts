import { fail } from '../../core/errors.js';
import { type Folder, type Named, PART } from './folder.js';
import { FILE_HEAD, FileKind, FORMAT, type Found, readFileHead, RecordKind } from './record.js';
import { RecordReader } from './record-reader.js';

/** A log that was found, as far as it counts. */
export interface FoundLog {
  readonly path: string;
  /** The version of the last batch before it. */
  readonly after: number;
  readonly last: number;
  readonly batches: number;
  /** Where what counts of it ends. */
  readonly end: number;
}

export interface FoundSnapshot {
  readonly path: string;
  /** It has all batches up to this one. */
  readonly version: number;
  /** It may have something of batches up to this one. */
  readonly upTo: number;
  readonly bytes: number;
  /** A part of it is damaged, and left out. */
  readonly isDamaged: boolean;
}

/** What does not count of a file. */
export interface Lost {
  readonly file: string;
  readonly offset: number;
  readonly bytes: number;
  /** The end of the log, which was being written when the process or the machine ended; or what lay behind a damage. */
  readonly kind: 'torn' | 'damaged';
}

/** What a directory has of a Store. */
export interface Survey {
  readonly snapshot: FoundSnapshot | undefined;
  readonly logs: readonly FoundLog[];
  /** The version of the last batch. */
  readonly last: number;
  readonly lost: readonly Lost[];
  /** Files that do not count any more. */
  readonly obsolete: readonly string[];
}

/**
 * Looks through all that a directory has, and decides what of it counts. It changes nothing.
 *
 * @param cuts whether it goes on without what is damaged.
 * @throws {TaskTonicError} `TT_STORE_DAMAGED`, `TT_STORE_FORMAT`
 */
export function survey(folder: Folder, cuts: boolean): Survey {
  return new Surveyor(folder, cuts).look();
}

class Surveyor {
  readonly #folder: Folder;
  readonly #cuts: boolean;
  readonly #lost: Lost[] = [];
  readonly #obsolete: string[] = [];
  readonly #logs: FoundLog[] = [];

  constructor(folder: Folder, cuts: boolean) {
    this.#folder = folder;
    this.#cuts = cuts;
  }

  look(): Survey {
    const files = this.#folder.files();
    // A format that we do not know: nothing of it is ours to judge.
    for (const { name } of files) this.#reading(name, (reader) => this.#refuseNewer(name, reader));
    if (this.#folder.disk.list(this.#folder.path).includes(PART)) this.#obsolete.push(this.#folder.file(PART));
    const snapshot = this.#newestSnapshot(files);
    const from = snapshot?.version ?? 0;
    const logs = files.filter(({ kind }) => kind === 'log');
    for (const { name } of logs.filter(({ version }) => version < from)) this.#obsolete.push(this.#folder.file(name));
    this.#follow(
      logs.filter(({ version }) => version >= from),
      from,
      snapshot,
    );
    const last = Math.max(this.#logs.at(-1)?.last ?? from, snapshot?.upTo ?? 0);
    return { snapshot, logs: this.#logs, last, lost: this.#lost, obsolete: this.#obsolete };
  }

  #reading<T>(name: string, read: (reader: RecordReader) => T): T {
    const { disk } = this.#folder;
    const fd = disk.open(this.#folder.file(name));
    try {
      return read(new RecordReader(disk, fd));
    } finally {
      disk.close(fd);
    }
  }

  #refuseNewer(name: string, reader: RecordReader): void {
    const head = reader.size < FILE_HEAD ? undefined : readFileHead(reader.bytes(0, FILE_HEAD));
    if (head === undefined || head.format <= FORMAT) return;
    throw fail('TT_STORE_FORMAT', { file: this.#folder.file(name), format: head.format, known: FORMAT });
  }

  /** A head that says what the file's name says. */
  #hasHead({ kind, version }: Named, reader: RecordReader): boolean {
    const head = reader.size < FILE_HEAD ? undefined : readFileHead(reader.bytes(0, FILE_HEAD));
    return head?.kind === FileKind[kind] && head.version === version;
  }

  #newestSnapshot(files: readonly Named[]): FoundSnapshot | undefined {
    const snapshots = files.filter(({ kind }) => kind === 'snapshot');
    const newest = snapshots.pop();
    for (const { name } of snapshots) this.#obsolete.push(this.#folder.file(name));
    return newest && this.#reading(newest.name, (reader) => this.#snapshot(newest, reader));
  }

  #snapshot(named: Named, reader: RecordReader): FoundSnapshot {
    const path = this.#folder.file(named.name);
    const before = this.#lost.length;
    if (!this.#hasHead(named, reader))
      this.#damaged(path, 0, FILE_HEAD, 'its head is not right', 'It is a snapshot: what the Store had then');
    let pieces = 0;
    let end: Found | undefined;
    for (const found of this.#records(path, reader)) {
      if (found.kind === RecordKind.piece) pieces++;
      else end = found;
    }
    if (end?.count !== pieces)
      this.#damaged(path, reader.size, 0, 'parts of it are missing', 'It is a snapshot: what the Store had then');
    const isDamaged = this.#lost.length > before;
    return { path, version: named.version, upTo: end?.version ?? named.version, bytes: reader.size, isDamaged };
  }

  /** The records of a snapshot: each part stands alone, so that those behind a damage count. */
  *#records(path: string, reader: RecordReader): Generator<Found> {
    for (let at = FILE_HEAD; at < reader.size;) {
      const found = reader.record(at);
      if (found !== undefined) {
        yield found;
        at = found.end;
        continue;
      }
      const next = reader.next(at + 1) ?? reader.size;
      this.#damaged(path, at, next - at, WRONG_SUM, 'It is a snapshot: a part of what the Store had would be missing');
      at = next;
    }
  }

  /** Goes along the logs, each of which begins where the one before it has ended. */
  #follow(logs: readonly Named[], from: number, snapshot: FoundSnapshot | undefined): void {
    let last = from;
    for (const [at, named] of logs.entries()) {
      const path = this.#folder.file(named.name);
      if (named.version !== last) {
        this.#cutFrom(logs.slice(at), `the log of the batches ${last + 1} to ${named.version} before it is missing`);
        break;
      }
      const isWhole = this.#reading(named.name, (reader) => this.#log(named, path, reader, logs.slice(at + 1)));
      last = this.#logs.at(-1)?.last ?? last;
      if (!isWhole) break;
    }
    const upTo = snapshot?.upTo ?? 0;
    if (logs.length === 0 && snapshot !== undefined)
      this.#damaged(
        snapshot.path,
        snapshot.bytes,
        0,
        'the log that follows it is missing',
        'All since then is missing',
      );
    else if (last < upTo)
      this.#damaged(
        this.#logs.at(-1)?.path ?? snapshot!.path,
        this.#logs.at(-1)?.end ?? 0,
        0,
        `it ends before batch ${upTo}, of which the snapshot has a part`,
        'The snapshot may show a part of a batch',
      );
  }

  /** @returns whether the next log goes on from here. */
  #log(named: Named, path: string, reader: RecordReader, later: readonly Named[]): boolean {
    let [at, last, batches] = [FILE_HEAD, named.version, 0];
    const hasHead = this.#hasHead(named, reader);
    if (!hasHead) at = 0;
    while (hasHead) {
      const found = reader.record(at);
      if (found?.kind !== RecordKind.batches || found.version <= last) break;
      [at, last] = [found.end, found.version];
      batches += found.count;
    }
    // Without its head it is made anew.
    this.#logs.push({ path, after: named.version, last, batches, end: at });
    if (at === reader.size && hasHead) return true;
    const behind = reader.next(Math.max(at + 1, FILE_HEAD));
    const bytes = reader.size - at;
    if (behind === undefined && later.length === 0) {
      this.#lost.push({ file: path, offset: at, bytes, kind: 'torn' });
      return true;
    }
    const highest = lastOf(reader, behind) ?? later.at(-1)?.version;
    const loss =
      highest === undefined || highest <= last
        ? `All batches from ${last + 1} on would be lost`
        : `The batches from ${last + 1} to ${highest} would be lost`;
    this.#damaged(path, at, bytes, hasHead ? WRONG_SUM : 'its head is not right', loss);
    this.#drop(later);
    return false;
  }

  #cutFrom(logs: readonly Named[], problem: string): void {
    const [first] = logs;
    this.#damaged(this.#folder.file(first!.name), 0, 0, problem, 'All that it has, and what follows it, would be lost');
    this.#drop(logs);
  }

  #drop(logs: readonly Named[]): void {
    for (const { name } of logs) {
      const bytes = this.#reading(name, ({ size }) => size);
      this.#lost.push({ file: this.#folder.file(name), offset: 0, bytes, kind: 'damaged' });
      this.#obsolete.push(this.#folder.file(name));
    }
  }

  #damaged(file: string, offset: number, bytes: number, problem: string, loss: string): void {
    if (!this.#cuts) throw fail('TT_STORE_DAMAGED', { file, offset, problem, loss });
    this.#lost.push({ file, offset, bytes, kind: 'damaged' });
  }
}

const WRONG_SUM = 'its checksum is not right';

/** The version of the last record of a file, where there are some from that place on. */
function lastOf(reader: RecordReader, from: number | undefined): number | undefined {
  let last: number | undefined;
  for (let at = from; at !== undefined && at < reader.size;) {
    const found = reader.record(at);
    if (found !== undefined) last = found.version;
    at = found?.end ?? reader.next(at + 1);
  }
  return last;
}
