import { fail } from '../../core/errors.js';
import type { Folder, Named } from './folder.js';
import { FILE_HEAD, FileKind, readFileHead } from './record.js';
import { RecordReader } from './record-reader.js';

/** What does not count of a file. */
export interface Lost {
  readonly file: string;
  readonly offset: number;
  readonly bytes: number;
  /** The end of the log, which was being written when the process or the machine ended; or what is damaged, or lies behind that. */
  readonly kind: 'torn' | 'damaged';
  /** What is wrong with it, in words. */
  readonly why: string;
}

/** What is wrong with a file, and what would be lost with it. */
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

/** What is found out about the files of a directory. */
export class Findings {
  readonly folder: Folder;
  readonly lost: Lost[] = [];
  /** Files that do not count any more. */
  readonly obsolete: string[] = [];
  readonly #cuts: boolean;

  /** @param cuts whether it goes on without what is damaged. */
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

  /** @throws {TaskTonicError} `TT_STORE_DAMAGED`, unless what is damaged is cut. */
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

  /** What lies behind a damage goes with it. */
  drop(files: readonly Named[]): void {
    for (const named of files) {
      const bytes = this.reading(named, ({ size }) => size);
      this.lost.push({ file: this.folder.file(named.name), offset: 0, bytes, kind: 'damaged', why: BEHIND });
      this.isObsolete(named.name);
    }
  }
}

/** The head of a file; `undefined` where there is none that is whole. */
export function headOf(reader: RecordReader): ReturnType<typeof readFileHead> {
  return reader.size < FILE_HEAD ? undefined : readFileHead(reader.bytes(0, FILE_HEAD));
}

/** Whether its head says what its name says. */
export function hasItsHead({ kind, version }: Named, reader: RecordReader): boolean {
  const head = headOf(reader);
  return head?.kind === FileKind[kind] && head.version === version;
}
