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

/** Hears of problems that no call can report. */
export interface ProblemListener {
  /** A problem that loses no acknowledged data: `TT_STORE_CUT`, `TT_STORE_SNAPSHOT`. */
  warn(error: Error): void;
  /** From now on nothing is kept on disk: `TT_STORE_NOT_KEPT`. Called once at most. */
  failed(error: Error): void;
}

/** The result of `load()`. */
export interface Loaded {
  /** The version of the last batch; 0 if there was no batch. */
  readonly version: number;
  /** The number of batches after the snapshot. */
  readonly batches: number;
  /** The parts of files that were damaged or incomplete, and were cut off. */
  readonly lost: readonly Lost[];
}

/**
 * Keeps the batches of a Store in a directory that no other Store uses.
 *
 * - The paths in a batch are the own paths of the nodes, and all effects of a step are in the batch: this class does
 *   not follow links.
 * - When {@link saved} has resolved, the batches are there when the directory is opened again, whole and in their
 *   order, however the process ended; with the durability `'disk'` also after a crash of the machine.
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

  private constructor(folder: Folder, lock: Lock, settings: PersistSettings, problems: ProblemListener) {
    this.#folder = folder;
    this.#lock = lock;
    this.#kept = new KeptOps(settings.only);
    this.#found = survey(folder, settings.damaged === 'cut');
    const segment = openSegment(folder, this.#found);
    for (const lost of this.#found.lost) problems.warn(fail('TT_STORE_CUT', { ...lost }));
    const { snapshot, logs, last } = this.#found;
    const limit = { batches: settings.waitingLimit.batches, bytes: settings.waitingLimit.bytes };
    const written = logs.reduce((sum, { end }) => sum + end, 0);
    const failed = (error: Error) => problems.failed(error);
    this.#log = new LogWriter({ folder, lock, limit, failed }, segment, last, written);
    const isDamaged = this.#found.lost.some(({ kind }) => kind === 'damaged');
    this.#snapshots = new Snapshots(
      {
        folder,
        log: this.#log,
        kept: this.#kept,
        every: settings.snapshotEvery,
        warn: (error) => problems.warn(error),
      },
      isDamaged ? undefined : (snapshot?.bytes ?? 0),
    );
  }

  /**
   * Locks a directory and finds out what is in it. It blocks its caller, so it is for the start of an app.
   *
   * @throws {TaskTonicError} `TT_BAD_OPTION`, `TT_STORE_DIRECTORY`, `TT_STORE_LOCKED`, `TT_STORE_FORMAT`,
   *   `TT_STORE_DAMAGED`
   */
  static open(options: PersistOptions, problems: ProblemListener, disk: Disk = nodeDisk): Durable {
    const settings = parseOptions(persistSchema, options, 'persist');
    const folder = new Folder(disk, settings.directory, settings.durability === 'disk');
    let lock: Lock | undefined;
    try {
      lock = Lock.take(folder);
      return new Durable(folder, lock, settings, problems);
    } catch (thrown) {
      lock?.release();
      folder.close();
      throw thrown instanceof TaskTonicError ? thrown : unusable(folder.path, thrown);
    }
  }

  /** The paths that are kept, each with all below it; the empty path stands for all. */
  get subtrees(): readonly string[] {
    return this.#kept.subtrees;
  }

  /** How many batches wait to be written, and their bytes. */
  get waiting(): { readonly batches: number; readonly bytes: number } {
    return this.#log.waiting;
  }

  /**
   * Gives the kept content in the order in which it must be applied: first the parts of a snapshot, then batches. Must
   * be called before the first {@link append}.
   *
   * @param apply applies ops. The snapshot may already contain a part of a later batch, so applying ops a second time
   *   must change nothing and must not throw.
   * @throws what `apply` throws, and the error of the system if the disk fails.
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

  /** Reads the records of a file; damaged data between them is skipped. */
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
   * Checks that a batch can be kept, before it is applied.
   * @throws {TaskTonicError} `TT_STORE_NOT_DURABLE`
   */
  check(ops: StoreOps): void {
    this.#kept.check(ops);
  }

  /**
   * Takes a batch to be written. Nothing is written before this returns.
   *
   * @param version is higher than that of the batch before it.
   * @throws {TaskTonicError} `TT_STORE_NOT_DURABLE`, `TT_STORE_FULL`, `TT_STORE_NOT_KEPT`; then no part of the batch is
   *   taken.
   */
  append(version: number, ops: StoreOps): void {
    if (this.#closed !== undefined) throw this.#notKept(version);
    const kept = this.#kept.of(ops);
    if (kept.length > 0) this.#log.append(version, encode(kept));
  }

  /**
   * Resolves when all batches that were appended so far are kept. Rejects with `TT_STORE_NOT_KEPT`, which names the
   * first lost version, if writing fails; then nothing is kept any more.
   */
  saved(): Promise<void> {
    return this.#log.saved();
  }

  /** Whether the log has grown enough for a new snapshot. */
  get snapshotDue(): boolean {
    return this.#snapshots.isDue;
  }

  /**
   * Writes a snapshot, and removes the logs that it replaces. A call while a snapshot is being written only waits for
   * that one.
   *
   * @param pieces the whole content. Each piece is taken when the one before it has been written, with the content of
   *   that moment. The first piece is not taken before this returns.
   * @returns a promise that resolves when the snapshot is there. It resolves also if the snapshot could not be written:
   *   then a warning is given, and the log is still there.
   */
  snapshot(pieces: Iterable<StoreOps>): Promise<void> {
    return this.#closed ?? this.#snapshots.write(pieces);
  }

  /** Writes what was appended, and unlocks the directory. Never rejects: a failed write was reported before. */
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
