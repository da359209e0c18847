import { fail } from '../../core/errors.js';
import type { StoreOps } from '../ops.js';
import { inWords } from './disk.js';
import { encode } from './encoding.js';
import { type Folder, nameOf, PART, writeAll } from './folder.js';
import type { KeptOps } from './kept-ops.js';
import type { LogWriter } from './log-writer.js';
import { FileKind, fileHead, RecordKind } from './record.js';
import { RecordBuffer } from './record-buffer.js';

/** What {@link Snapshots} need. */
export interface SnapshotDependencies {
  readonly folder: Folder;
  readonly log: LogWriter;
  readonly kept: KeptOps;
  /** The log grows by at least this many bytes before the next snapshot is due. */
  readonly every: number;
  readonly warn: (error: Error) => void;
}

/**
 * Writes snapshots, so that the log does not grow without end.
 *
 * First a new log is begun. Then the content is written piece by piece to a temporary file. When that file is complete
 * and on the disk, together with all batches that it may contain parts of, it is renamed, and the files that it
 * replaces are removed. Wherever this is interrupted, the directory can be loaded: the old snapshot with both logs, or
 * the new snapshot with the new log.
 */
export class Snapshots {
  readonly #dependencies: SnapshotDependencies;
  #running: Promise<void> | undefined;
  #stopped = false;
  /** The total length of the logs from which on the next snapshot is due. */
  #dueAt: number;

  /** @param size the size of the present snapshot; `undefined` if the next one is due at once. */
  constructor(dependencies: SnapshotDependencies, size: number | undefined) {
    this.#dependencies = dependencies;
    this.#dueAt = size === undefined ? 0 : Math.max(dependencies.every, size);
  }

  get isDue(): boolean {
    return this.#running === undefined && !this.#stopped && this.#dependencies.log.written >= this.#dueAt;
  }

  /**
   * Writes a snapshot, unless one is being written. Resolves when it is there, or when a warning reported the failure.
   */
  write(pieces: Iterable<StoreOps>): Promise<void> {
    this.#running ??= this.#write(pieces).finally(() => (this.#running = undefined));
    return this.#running;
  }

  /** Abandons the snapshot that is being written. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
  }

  async #write(pieces: Iterable<StoreOps>): Promise<void> {
    const { folder, log, every } = this.#dependencies;
    const part = folder.file(PART);
    try {
      const version = await log.rotate();
      const before = log.written;
      const size = await this.#writePart(part, pieces, version);
      if (size === undefined) return await this.#giveUp(part);
      await folder.disk.rename(part, folder.file(nameOf('snapshot', version)));
      await folder.syncNames();
      this.#dueAt = before + Math.max(every, size);
      await this.#removeBefore(version);
    } catch (thrown) {
      await this.#giveUp(part);
      this.#dueAt = log.written + every;
      this.#warn(thrown);
    }
  }

  async #giveUp(part: string): Promise<void> {
    // If it cannot be removed, the next snapshot or the next start removes it.
    await this.#dependencies.folder.disk.remove(part).catch(() => {});
  }

  /** If the log has failed, that was already reported. */
  #warn(thrown: unknown): void {
    const { folder, log, warn } = this.#dependencies;
    if (log.failure !== undefined) return;
    warn(fail('TT_STORE_SNAPSHOT', { directory: folder.path, problem: inWords(thrown) }, thrown));
  }

  /** @returns the size of the file; `undefined` if the snapshot was abandoned. */
  async #writePart(path: string, pieces: Iterable<StoreOps>, version: number): Promise<number | undefined> {
    const { folder, log } = this.#dependencies;
    const fd = folder.disk.create(path);
    try {
      const size = await this.#fill(fd, pieces, version);
      if (size === undefined) return undefined;
      await folder.disk.sync(fd);
      // All batches that the snapshot contains parts of must be on disk before it counts.
      await log.synced();
      return size;
    } finally {
      await folder.disk.closeLater(fd);
    }
  }

  /** Takes each piece when the one before it has been written, so that the event loop can run between them. */
  async #fill(fd: number, pieces: Iterable<StoreOps>, version: number): Promise<number | undefined> {
    const { folder, log, kept } = this.#dependencies;
    const record = new RecordBuffer();
    let [size, count] = [0, 0];
    const put = async (bytes: Buffer) => {
      await writeAll(folder.disk, fd, bytes, size);
      size += bytes.length;
      record.clear();
    };
    await put(fileHead(FileKind.snapshot, version));
    for (const piece of pieces) {
      if (this.#stopped || log.failure !== undefined) return undefined;
      const ops = kept.of(piece);
      if (ops.length === 0) continue;
      record.add(encode(ops));
      await put(record.seal(RecordKind.piece, count++, version));
    }
    await put(record.seal(RecordKind.end, count, log.last));
    return size;
  }

  /**
   * Removes the files that a snapshot replaces. A file that cannot be removed now is removed after the next snapshot or
   * at the next start.
   */
  async #removeBefore(version: number): Promise<void> {
    const { folder } = this.#dependencies;
    const older = folder.files().filter((file) => file.version < version);
    await Promise.allSettled(older.map(({ name }) => folder.disk.remove(folder.file(name))));
  }
}
