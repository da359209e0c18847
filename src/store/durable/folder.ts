import { dirname, join, resolve } from 'node:path';
import { fail } from '../../core/errors.js';
import { type Disk, inWords } from './disk.js';

/** The name of a snapshot while it is being written. */
export const PART = 'snapshot.part';

const NAME = /^(log|snapshot)-(\d{16})$/;
const DIGITS = 16;

/** A file of a Store, described by its name. */
export interface Named {
  readonly name: string;
  readonly kind: 'log' | 'snapshot';
  readonly version: number;
}

/** The file name of the log that begins after a version, or of the snapshot of a version. */
export function nameOf(kind: Named['kind'], version: number): string {
  return `${kind}-${String(version).padStart(DIGITS, '0')}`;
}

/** The directory of a Store. */
export class Folder {
  readonly disk: Disk;
  readonly path: string;
  /** Whether acknowledged batches must survive a crash of the machine. */
  readonly isSynced: boolean;
  #fd: number | undefined;

  /** @throws {TaskTonicError} `TT_STORE_DIRECTORY` */
  constructor(disk: Disk, path: string, isSynced: boolean) {
    this.disk = disk;
    this.path = resolve(path);
    this.isSynced = isSynced;
    try {
      const first = disk.makeDirectory(this.path);
      if (first !== undefined && isSynced) syncParents(disk, this.path, first);
      this.#fd = disk.openDirectory(this.path);
    } catch (thrown) {
      throw unusable(this.path, thrown);
    }
  }

  file(name: string): string {
    return join(this.path, name);
  }

  has(name: string): boolean {
    return this.disk.list(this.path).includes(name);
  }

  /** Logs and snapshots, from the oldest to the newest. */
  files(): Named[] {
    return this.disk
      .list(this.path)
      .flatMap((name) => {
        const [, kind, digits] = NAME.exec(name) ?? [];
        return kind === undefined ? [] : [{ name, kind: kind as Named['kind'], version: Number(digits) }];
      })
      .sort((a, b) => a.version - b.version);
  }

  /** Resolves when all names that were made, changed or removed are on the disk. */
  async syncNames(): Promise<void> {
    if (this.#fd !== undefined) await this.disk.syncDirectory(this.#fd);
  }

  syncNamesNow(): void {
    if (this.#fd !== undefined) this.disk.syncDirectoryNow(this.#fd);
  }

  close(): void {
    if (this.#fd !== undefined) this.disk.close(this.#fd);
    this.#fd = undefined;
  }
}

/** Syncs the parents of a directory from the first one that was made on, so that their names are on the disk. */
function syncParents(disk: Disk, path: string, first: string): void {
  const parent = dirname(path);
  const fd = disk.openDirectory(parent);
  if (fd === undefined) return;
  try {
    disk.syncDirectoryNow(fd);
  } finally {
    disk.close(fd);
  }
  if (path !== first && parent !== path) syncParents(disk, parent, first);
}

export function unusable(directory: string, thrown: unknown): Error {
  return fail('TT_STORE_DIRECTORY', { directory, problem: inWords(thrown) }, thrown);
}

/** Writes all of the bytes; one call of the system may write only a part of them. */
export async function writeAll(disk: Disk, fd: number, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const more = await disk.write(fd, done === 0 ? bytes : bytes.subarray(done), position + done);
    if (more === 0) throw new Error('the system takes no more bytes');
    done += more;
  }
}
