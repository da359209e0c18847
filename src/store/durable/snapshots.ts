import { fail } from '../../core/errors.js';
import type { StoreOps } from '../ops.js';
import { inWords } from './disk.js';
import { encode } from './encoding.js';
import { type Folder, nameOf, PART, writeAll } from './folder.js';
import type { KeptOps } from './kept-ops.js';
import type { LogWriter } from './log-writer.js';
import { FileKind, fileHead, RecordKind } from './record.js';
import { RecordBuffer } from './record-buffer.js';

/** What {@link Snapshots} have. */
export interface SnapshotMeans {
  readonly folder: Folder;
  readonly log: LogWriter;
  readonly kept: KeptOps;
  /** The log grows by so many bytes at least, until the next one is due. */
  readonly every: number;
  readonly warn: (error: Error) => void;
}

/**
 * Writes snapshots, so that the log need not grow for ever.
 *
 * First a new log begins; then the content is written to a file beside, a piece a time; when that is whole and on the disk, with all
 * batches that the content may have something of, it gets its name, and what it stands for is removed. Wherever this ends, what is
 * there loads: the old snapshot with both logs, or the new one with the new log.
 */
export class Snapshots {
  readonly #means: SnapshotMeans;
  #running: Promise<void> | undefined;
  #stopped = false;
  /** From this length of all logs on the next one is due. */
  #dueAt: number;

  /** @param size of the snapshot that is there; `undefined` where the next one is due at once. */
  constructor(means: SnapshotMeans, size: number | undefined) {
    this.#means = means;
    this.#dueAt = size === undefined ? 0 : Math.max(means.every, size);
  }

  get isDue(): boolean {
    return this.#running === undefined && !this.#stopped && this.#means.log.written >= this.#dueAt;
  }

  /** Writes one, unless one is being written. Resolves when it is there, or could not be written, which is told. */
  write(pieces: Iterable<StoreOps>): Promise<void> {
    this.#running ??= this.#write(pieces).finally(() => (this.#running = undefined));
    return this.#running;
  }

  /** Gives up what is being written. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
  }

  async #write(pieces: Iterable<StoreOps>): Promise<void> {
    const { folder, log, every } = this.#means;
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
    // What cannot be removed, or is not there: the next one will find out, or the next start.
    await this.#means.folder.disk.remove(part).catch(() => {});
  }

  /** Where the log has failed, that is told already. */
  #warn(thrown: unknown): void {
    const { folder, log, warn } = this.#means;
    if (log.failure !== undefined) return;
    warn(fail('TT_STORE_SNAPSHOT', { directory: folder.path, problem: inWords(thrown) }, thrown));
  }

  /** @returns its size; `undefined` where it was given up. */
  async #writePart(path: string, pieces: Iterable<StoreOps>, version: number): Promise<number | undefined> {
    const { folder, log } = this.#means;
    const fd = folder.disk.create(path);
    try {
      const size = await this.#fill(fd, pieces, version);
      if (size === undefined) return undefined;
      await folder.disk.sync(fd);
      // Of a batch that has something in it, all must be there.
      await log.synced();
      return size;
    } finally {
      await folder.disk.closeLater(fd);
    }
  }

  /** Each piece is taken when the one before it is written, so that the loop goes on between them. */
  async #fill(fd: number, pieces: Iterable<StoreOps>, version: number): Promise<number | undefined> {
    const { folder, log, kept } = this.#means;
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

  /** What a snapshot stands for is not needed any more. What cannot be removed now is so at the next one, or at the next start. */
  async #removeBefore(version: number): Promise<void> {
    const { folder } = this.#means;
    const older = folder.files().filter((file) => file.version < version);
    await Promise.allSettled(older.map(({ name }) => folder.disk.remove(folder.file(name))));
  }
}
