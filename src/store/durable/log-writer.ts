import { fail } from '../../core/errors.js';
import { inWords } from './disk.js';
import { type Folder, writeAll } from './folder.js';
import { Group } from './group.js';
import type { Lock } from './lock.js';
import { FILE_HEAD } from './record.js';
import { newSegment, type Segment } from './segment.js';

/** What a {@link LogWriter} has. */
export interface LogMeans {
  readonly folder: Folder;
  readonly lock: Lock;
  /** How much may wait. */
  readonly limit: { readonly batches: number; readonly bytes: number };
  /** Told once, when nothing is kept any more. */
  readonly failed: (error: Error) => void;
}

/** So many bytes of batches make a record, at most, unless one batch has more. */
const GROUP = 4 * 1024 * 1024;
/** The most bytes of one batch: as a text it must be read at once. */
const LARGEST = 256 * 1024 * 1024;

/**
 * Writes batches to the log. Those that come while others are written go together in the next write; those that come in one turn of the
 * loop go together in the first one. While nothing waits it does nothing at all.
 *
 * After a write that fails nothing is written any more: what comes later must not be there without what was before it. What of the
 * failed write has reached the file is cut off again, where the system can do that.
 */
export class LogWriter {
  readonly #means: LogMeans;
  #segment: Segment;
  #filling = new Group();
  /** Groups that are full, before the one that is filled. */
  readonly #full: Group[] = [];
  #writing: Group | undefined;
  /** One that was written, for the next batches. */
  #spare: Group | undefined;
  #work: Promise<void> | undefined;
  #batches = 0;
  #bytes = 0;
  #lastAppended: number;
  #written: number;
  #rotation: Rotation | undefined;
  #failure: Error | undefined;

  /**
   * @param last the highest version that was given to a batch.
   * @param written how many bytes all logs have that are there.
   */
  constructor(means: LogMeans, segment: Segment, last: number, written: number) {
    this.#means = means;
    this.#segment = segment;
    this.#lastAppended = last;
    this.#written = written;
  }

  /** How many batches wait, and their bytes. */
  get waiting(): { readonly batches: number; readonly bytes: number } {
    return { batches: this.#batches, bytes: this.#bytes };
  }

  /** The version of the last batch that was appended. */
  get last(): number {
    return this.#lastAppended;
  }

  /** Grows with each byte that is written. */
  get written(): number {
    return this.#written;
  }

  get failure(): Error | undefined {
    return this.#failure;
  }

  /** @throws {TaskTonicError} `TT_STORE_NOT_KEPT`, `TT_STORE_FULL` */
  append(version: number, text: string): void {
    if (this.#failure !== undefined) throw this.#failure;
    if (version <= this.#lastAppended) throw new RangeError(`batch ${version} comes after batch ${this.#lastAppended}`);
    this.#refuseWhereFull(text);
    let group = this.#filling;
    if (group.count > 0 && group.bytes + text.length > GROUP) {
      this.#full.push(group);
      group = this.#filling = this.#empty();
    }
    const before = group.bytes;
    group.add(version, text);
    this.#lastAppended = version;
    this.#batches++;
    this.#bytes += group.bytes - before;
    this.#work ??= this.#writeAll();
  }

  #refuseWhereFull(text: string): void {
    const { batches, bytes } = this.#means.limit;
    if (this.#batches >= batches) throw full(`${batches} batches`, 'batches');
    // No character has more than three bytes.
    if (this.#bytes + text.length * 3 <= Math.min(bytes, LARGEST)) return;
    const more = Buffer.byteLength(text);
    if (this.#batches > 0 && this.#bytes + more > bytes) throw full(`${bytes} bytes`, 'bytes');
    if (more > LARGEST)
      throw fail('TT_STORE_FULL', { what: 'a batch', most: `${LARGEST} bytes`, remedy: 'write less in one' });
  }

  /** Settles when all that was appended is kept; rejects where it is not. */
  saved(): Promise<void> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    const last = this.#filling.count > 0 ? this.#filling : (this.#full.at(-1) ?? this.#writing);
    return last?.saved() ?? Promise.resolve();
  }

  /** All that was appended is on the disk. */
  async synced(): Promise<void> {
    await this.saved();
    if (!this.#means.folder.isSynced) await this.#means.folder.disk.sync(this.#segment.fd);
  }

  /** Begins a log, before or after what waits, and gives the version of the last batch before it. */
  rotate(): Promise<number> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    this.#rotation ??= new Rotation();
    this.#work ??= this.#writeAll();
    return this.#rotation.promise;
  }

  /** Writes what waits, and closes the file. */
  async close(): Promise<void> {
    await this.#work;
    this.#means.folder.disk.close(this.#segment.fd);
  }

  async #writeAll(): Promise<void> {
    // What else is appended in this turn goes along.
    await Promise.resolve();
    try {
      for (;;) {
        const group = (this.#writing = this.#next());
        if (group !== undefined) await this.#write(group);
        this.#spare = group ?? this.#spare;
        const rotation = this.#rotation;
        if (rotation !== undefined) await this.#beginSegment(rotation);
        else if (group === undefined) break;
      }
    } catch (thrown) {
      // Only a write throws.
      this.#fail(this.#writing!, thrown);
    }
    this.#work = undefined;
  }

  #next(): Group | undefined {
    const full = this.#full.shift();
    if (full !== undefined) return full;
    const group = this.#filling;
    if (group.count === 0) return undefined;
    this.#filling = this.#empty();
    return group;
  }

  #empty(): Group {
    const group = this.#spare ?? new Group();
    this.#spare = undefined;
    return group;
  }

  async #write(group: Group): Promise<void> {
    const { folder, lock } = this.#means;
    const { bytes } = group;
    const record = group.record();
    const segment = this.#segment;
    if (!lock.isHeld()) throw new Error('the lock was taken away, or the directory removed');
    if (!folder.disk.isNamed(segment.fd)) throw new Error('its log was removed');
    await writeAll(folder.disk, segment.fd, record, segment.size);
    if (folder.isSynced) await folder.disk.sync(segment.fd);
    segment.size += record.length;
    this.#written += record.length;
    segment.last = group.last;
    this.#batches -= group.count;
    this.#bytes -= bytes;
    // Who has waited may append at once, and wait again.
    this.#writing = undefined;
    group.kept();
  }

  #fail(group: Group, thrown: unknown): void {
    const { folder, lock, failed } = this.#means;
    const details = { version: group.first, directory: folder.path, problem: inWords(thrown) };
    const error = (this.#failure = fail('TT_STORE_NOT_KEPT', details, thrown));
    try {
      // Where another has the directory, its files are not ours to cut.
      if (lock.isHeld()) folder.disk.truncate(this.#segment.fd, this.#segment.size);
    } catch {
      // It is cut when the Store is opened again.
    }
    for (const lost of [group, ...this.#full, this.#filling]) lost.failed(error);
    this.#rotation?.reject(error);
    failed(error);
  }

  /** Where that cannot be done, the log that there is goes on. */
  async #beginSegment(rotation: Rotation): Promise<void> {
    this.#rotation = undefined;
    const before = this.#segment;
    const after = before.last;
    try {
      if (before.after !== after) {
        this.#segment = await newSegment(this.#means.folder, after);
        this.#written += FILE_HEAD;
        await this.#means.folder.disk.closeLater(before.fd);
      }
      rotation.resolve(after);
    } catch (thrown) {
      rotation.reject(thrown as Error);
    }
  }
}

function full(most: string, option: string): Error {
  const remedy = `write less at a time, or raise "waitingLimit.${option}"`;
  return fail('TT_STORE_FULL', { what: 'the queue to the disk', most, remedy });
}

/** A log that is to begin. */
class Rotation {
  readonly promise: Promise<number>;
  resolve!: (after: number) => void;
  reject!: (error: Error) => void;

  constructor() {
    this.promise = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
  }
}
