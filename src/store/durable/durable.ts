import { fail, TaskTonicError } from '../../core/errors.js';
import { parseOptions } from '../../core/options/option-schema.js';
import type { StoreOps } from '../ops.js';
import { type Disk, nodeDisk } from './disk.js';
import { decode, encode } from './encoding.js';
import type { Lost } from './findings.js';
import { Folder, unusable } from './folder.js';
import { KeptOps } from './kept-ops.js';
import { Lock } from './lock.js';
import { LogWriter } from './log-writer.js';
import { type PersistOptions, persistSchema, type PersistSettings } from './options.js';
import { FILE_HEAD, RecordKind } from './record.js';
import { RecordReader } from './record-reader.js';
import { openSegment } from './segment.js';
import { Snapshots } from './snapshots.js';
import { survey, type Survey } from './survey.js';

/** Who is told what nobody has asked for. */
export interface Told {
  /** Something is not as it should be, and nothing is lost by it: `TT_STORE_CUT`, `TT_STORE_SNAPSHOT`. */
  warn(error: Error): void;
  /** Nothing is kept any more: `TT_STORE_NOT_KEPT`. Called once at most. */
  failed(error: Error): void;
}

/** What was kept. */
export interface Loaded {
  /** That of the last batch; 0 where there was none. */
  readonly version: number;
  /** How many batches came after the snapshot. */
  readonly batches: number;
  /** What did not count of the files, and was cut off. */
  readonly lost: readonly Lost[];
}

/**
 * Keeps the batches of a Store in a directory, which it has for itself.
 *
 * - The paths of ops are those of the nodes themselves, and all that followed from a step is in them: it does not know what a link leads to.
 * - What {@link saved} has told to be kept is there when the directory is opened again, whole batches in their order, whatever has ended
 *   the process; with the durability `'disk'` also whatever has ended the machine.
 * - It sets no timers, and does nothing while there is nothing to write.
 */
export class Durable {
  readonly #folder: Folder;
  readonly #lock: Lock;
  readonly #kept: KeptOps;
  readonly #found: Survey;
  readonly #log: LogWriter;
  readonly #snapshots: Snapshots;
  #closed: Promise<void> | undefined;

  private constructor(folder: Folder, lock: Lock, settings: PersistSettings, told: Told) {
    this.#folder = folder;
    this.#lock = lock;
    this.#kept = new KeptOps(settings.only);
    this.#found = survey(folder, settings.damaged === 'cut');
    const segment = openSegment(folder, this.#found);
    for (const lost of this.#found.lost) told.warn(fail('TT_STORE_CUT', { ...lost }));
    const { snapshot, logs, last } = this.#found;
    const limit = { batches: settings.waitingLimit.batches, bytes: settings.waitingLimit.bytes };
    const written = logs.reduce((sum, { end }) => sum + end, 0);
    const failed = (error: Error) => told.failed(error);
    this.#log = new LogWriter({ folder, lock, limit, failed }, segment, last, written);
    const isDamaged = this.#found.lost.some(({ kind }) => kind === 'damaged');
    this.#snapshots = new Snapshots(
      { folder, log: this.#log, kept: this.#kept, every: settings.snapshotEvery, warn: (error) => told.warn(error) },
      isDamaged ? undefined : (snapshot?.bytes ?? 0),
    );
  }

  /**
   * Takes a directory and finds out what it has. That holds its caller, and so is for the start of an app.
   *
   * @throws {TaskTonicError} `TT_BAD_OPTION`, `TT_STORE_DIRECTORY`, `TT_STORE_LOCKED`, `TT_STORE_FORMAT`, `TT_STORE_DAMAGED`
   */
  static open(options: PersistOptions, told: Told, disk: Disk = nodeDisk): Durable {
    const settings = parseOptions(persistSchema, options, 'persist');
    const folder = new Folder(disk, settings.directory, settings.durability === 'disk');
    let lock: Lock | undefined;
    try {
      lock = Lock.take(folder);
      return new Durable(folder, lock, settings, told);
    } catch (thrown) {
      lock?.release();
      folder.close();
      throw thrown instanceof TaskTonicError ? thrown : unusable(folder.path, thrown);
    }
  }

  /** The paths that are kept, each with all below it; the empty one for all. */
  get subtrees(): readonly string[] {
    return this.#kept.subtrees;
  }

  /** How many batches wait to be written, and their bytes. */
  get waiting(): { readonly batches: number; readonly bytes: number } {
    return this.#log.waiting;
  }

  /**
   * Gives what was kept, in the order in which it is to be carried out: first the parts of a snapshot, then batches. To be called before
   * the first {@link append}.
   *
   * @param apply carries ops out. The snapshot may have some of a batch that comes after it already, or of a later one: to carry it out
   * again is to change nothing, and never to throw.
   * @throws what `apply` throws, and the system's error where the disk fails.
   */
  load(apply: (ops: StoreOps) => void): Loaded {
    const { snapshot, logs, last, lost } = this.#found;
    let batches = 0;
    const take = (ops: unknown) => {
      const kept = this.#kept.of(decode(ops as unknown[]));
      if (kept.length > 0) apply(kept);
    };
    if (snapshot !== undefined) this.#records(snapshot.path, snapshot.bytes, take);
    for (const { path, end } of logs) {
      this.#records(path, end, (list) => {
        for (let at = 1; at < list.length; at += 2) take(list[at]);
        batches += list.length / 2;
      });
    }
    return { version: last, batches, lost };
  }

  /** The content of the records of a file; what is damaged between them is left out. */
  #records(path: string, end: number, take: (content: unknown[]) => void): void {
    const { disk } = this.#folder;
    const fd = disk.open(path);
    try {
      const reader = new RecordReader(disk, fd);
      for (let at = FILE_HEAD; at < end;) {
        const found = reader.record(at);
        if (found !== undefined && found.kind !== RecordKind.end) take(JSON.parse(reader.text(at, found)) as unknown[]);
        at = found?.end ?? reader.next(at + 1) ?? end;
      }
    } finally {
      disk.close(fd);
    }
  }

  /**
   * Looks whether a batch can be kept, before it is done.
   * @throws {TaskTonicError} `TT_STORE_NOT_DURABLE`
   */
  check(ops: StoreOps): void {
    this.#kept.check(ops);
  }

  /**
   * A batch is to be kept. Nothing is written before it returns.
   *
   * @param version is higher than that of the batch before it.
   * @throws {TaskTonicError} `TT_STORE_NOT_DURABLE`, `TT_STORE_FULL`, `TT_STORE_NOT_KEPT`; then nothing of it is taken.
   */
  append(version: number, ops: StoreOps): void {
    if (this.#closed !== undefined) throw this.#notKept(version);
    const kept = this.#kept.of(ops);
    if (kept.length > 0) this.#log.append(version, encode(kept));
  }

  /**
   * Settles when all that was appended so far is kept. Rejects where it is not, with a `TT_STORE_NOT_KEPT` that says from which version
   * on; then nothing will be kept any more.
   */
  saved(): Promise<void> {
    return this.#log.saved();
  }

  /** Whether the log has grown so long that a snapshot should be written. */
  get snapshotDue(): boolean {
    return this.#snapshots.isDue;
  }

  /**
   * Writes a snapshot, and removes what it stands for. While one is being written, another call only waits for that one.
   *
   * @param pieces the whole content, as it is when each of them is taken: a piece is taken when the one before it is written. The first
   * one is not taken before this returns.
   * @returns a promise that resolves when it is there. It does so, too, where it could not be written, which is told as a warning: the log
   * is there still.
   */
  snapshot(pieces: Iterable<StoreOps>): Promise<void> {
    return this.#closed ?? this.#snapshots.write(pieces);
  }

  /** Writes what was appended, and lets go of the directory. Never rejects: what is not kept by then was told as failed. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    await this.#snapshots.stop();
    await this.#log.close();
    this.#lock.release();
    this.#folder.close();
  }

  #notKept(version: number): Error {
    return fail('TT_STORE_NOT_KEPT', { version, directory: this.#folder.path, problem: 'it was closed' });
  }
}
