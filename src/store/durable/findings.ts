import { fail } from '../../core/errors.js';
import type { Folder, Named } from './folder.js';
import { FILE_HEAD, FileKind, readFileHead } from './record.js';
import { RecordReader } from './record-reader.js';

/** A part of a file that is not valid. */
export interface Lost {
  readonly file: string;
  readonly offset: number;
  readonly bytes: number;
  /**
   * `'torn'`: the end of the log, which was being written when the process or the machine ended. `'damaged'`: damaged
   * data, or data after it.
   */
  readonly kind: 'torn' | 'damaged';
  /** The reason, in words. */
  readonly why: string;
}

/** What is wrong with a file, and which data would be lost. */
export interface Damage {
  readonly file: string;
  readonly offset: number;
  readonly bytes: number;
  readonly problem: string;
  readonly loss: string;
}

export const WRONG_SUM = 'its checksum is not right';
export const WRONG_HEAD = 'its head is not right';
const TORN = 'it was being written when the process or the machine ended, and was not acknowledged';
const BEHIND = 'it lies behind what is damaged';

/** What was found out about the files of a directory. */
export class Findings {
  readonly folder: Folder;
  readonly lost: Lost[] = [];
  /** Files that are no longer needed. */
  readonly obsolete: string[] = [];
  readonly #cuts: boolean;

  /** @param cuts whether damaged data is cut off instead of an error. */
  constructor(folder: Folder, cuts: boolean) {
    this.folder = folder;
    this.#cuts = cuts;
  }

  reading<T>({ name }: Named, read: (reader: RecordReader) => T): T {
    const { disk } = this.folder;
    const fd = disk.open(this.folder.file(name));
    try {
      return read(new RecordReader(disk, fd));
    } finally {
      disk.close(fd);
    }
  }

  /** @throws {TaskTonicError} `TT_STORE_DAMAGED`, unless damaged data is cut off. */
  damaged({ file, offset, bytes, problem, loss }: Damage): void {
    if (!this.#cuts) throw fail('TT_STORE_DAMAGED', { file, offset, problem, loss });
    this.lost.push({ file, offset, bytes, kind: 'damaged', why: problem });
  }

  torn(file: string, offset: number, bytes: number): void {
    if (bytes > 0) this.lost.push({ file, offset, bytes, kind: 'torn', why: TORN });
  }

  isObsolete(name: string): void {
    this.obsolete.push(this.folder.file(name));
  }

  /** Files after a damaged one are dropped with it. */
  drop(files: readonly Named[]): void {
    for (const named of files) {
      const bytes = this.reading(named, ({ size }) => size);
      this.lost.push({ file: this.folder.file(named.name), offset: 0, bytes, kind: 'damaged', why: BEHIND });
      this.isObsolete(named.name);
    }
  }
}

/** The head of a file; `undefined` if it is missing or damaged. */
export function headOf(reader: RecordReader): ReturnType<typeof readFileHead> {
  return reader.size < FILE_HEAD ? undefined : readFileHead(reader.bytes(0, FILE_HEAD));
}

/** Whether the head of a file agrees with its name. */
export function hasItsHead({ kind, version }: Named, reader: RecordReader): boolean {
  const head = headOf(reader);
  return head?.kind === FileKind[kind] && head.version === version;
}
