import { fail } from '../../core/errors.js';
import { inWords } from './disk.js';
import { type Folder, writeAll } from './folder.js';
import { Group } from './group.js';
import type { Lock } from './lock.js';
import { FILE_HEAD } from './record.js';
import { newSegment, type Segment } from './segment.js';

/** What a {@link LogWriter} needs. */
export interface LogDependencies {
  readonly folder: Folder;
  readonly lock: Lock;
  /** The most that may wait to be written. */
  readonly limit: { readonly batches: number; readonly bytes: number };
  /** Called once, when writing has failed and nothing is kept any more. */
  readonly failed: (error: Error) => void;
}

/** A record contains at most this many bytes of batches, unless a single batch has more. */
const GROUP = 4 * 1024 * 1024;
/** The most bytes of one batch: its text must be read at once. */
const LARGEST = 256 * 1024 * 1024;

/**
 * Writes batches to the log. Batches that arrive during a write go together into the next write. Batches that arrive in
 * one turn of the event loop go together into the first write. While nothing waits it does nothing.
 *
 * After a failed write nothing more is written: a later batch must not be on disk without the earlier ones. The part of
 * a failed write that has reached the file is cut off again, if the system allows it.
 */
export class LogWriter {
  readonly #dependencies: LogDependencies;
  #segment: Segment;
  #filling = new Group();
  /** Full groups, which are written before the one that is being filled. */
  readonly #full: Group[] = [];
  #writing: Group | undefined;
  /** A group that was written, and is used again for the next batches. */
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
   * @param written the total bytes of all existing logs.
   */
  constructor(dependencies: LogDependencies, segment: Segment, last: number, written: number) {
    this.#dependencies = dependencies;
    this.#segment = segment;
    this.#lastAppended = last;
    this.#written = written;
  }

  /** The number of waiting batches, and their bytes. */
  get waiting(): { readonly batches: number; readonly bytes: number } {
    return { batches: this.#batches, bytes: this.#bytes };
  }

  /** The version of the last batch that was appended. */
  get last(): number {
    return this.#lastAppended;
  }

  /** The total bytes of the log, which grow with each write. */
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
    const { batches, bytes } = this.#dependencies.limit;
    if (this.#batches >= batches) throw full(`${batches} batches`, 'batches');
    // No UTF-16 code unit takes more than three bytes of UTF-8.
    if (this.#bytes + text.length * 3 <= Math.min(bytes, LARGEST)) return;
    const more = Buffer.byteLength(text);
    if (this.#batches > 0 && this.#bytes + more > bytes) throw full(`${bytes} bytes`, 'bytes');
    if (more > LARGEST)
      throw fail('TT_STORE_FULL', { what: 'a batch', most: `${LARGEST} bytes`, remedy: 'write less in one' });
  }

  /** Resolves when all appended batches are kept; rejects if writing fails. */
  saved(): Promise<void> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    const last = this.#filling.count > 0 ? this.#filling : (this.#full.at(-1) ?? this.#writing);
    return last?.saved() ?? Promise.resolve();
  }

  /** Resolves when all appended batches are on the disk. */
  async synced(): Promise<void> {
    await this.saved();
    if (!this.#dependencies.folder.isSynced) await this.#dependencies.folder.disk.sync(this.#segment.fd);
  }

  /** Begins a new log, before or after the waiting batches. Returns the version of the last batch before it. */
  rotate(): Promise<number> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    this.#rotation ??= new Rotation();
    this.#work ??= this.#writeAll();
    return this.#rotation.promise;
  }

  /** Writes the waiting batches, and closes the file. */
  async close(): Promise<void> {
    await this.#work;
    this.#dependencies.folder.disk.close(this.#segment.fd);
  }

  async #writeAll(): Promise<void> {
    // Batches that are appended later in this turn join the first write.
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
      // Only a write of the group throws.
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
    const { folder, lock } = this.#dependencies;
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
    // Those who waited may append at once, and wait again.
    this.#writing = undefined;
    group.kept();
  }

  #fail(group: Group, thrown: unknown): void {
    const { folder, lock, failed } = this.#dependencies;
    const details = { version: group.first, directory: folder.path, problem: inWords(thrown) };
    const error = (this.#failure = fail('TT_STORE_NOT_KEPT', details, thrown));
    try {
      // If another process has taken the directory, we must not cut its files.
      if (lock.isHeld()) folder.disk.truncate(this.#segment.fd, this.#segment.size);
    } catch {
      // The file is cut when the Store is opened again.
    }
    for (const lost of [group, ...this.#full, this.#filling]) lost.failed(error);
    this.#rotation?.reject(error);
    failed(error);
  }

  /** If the new log cannot be made, the present log stays in use. */
  async #beginSegment(rotation: Rotation): Promise<void> {
    this.#rotation = undefined;
    const before = this.#segment;
    const after = before.last;
    try {
      if (before.after !== after) {
        this.#segment = await newSegment(this.#dependencies.folder, after);
        this.#written += FILE_HEAD;
        await this.#dependencies.folder.disk.closeLater(before.fd);
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

/** A request for a new log. */
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
