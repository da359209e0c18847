import { fail } from '../../core/errors.js';
import type { Disk } from './disk.js';
import { type Folder, unusable } from './folder.js';
import { type Holder, holderNamed, lives, lockName, thisThread } from './holder.js';

/**
 * Allows one owner for each directory. A lock is an empty file whose name states its owner, and which its owner keeps
 * open.
 *
 * Each process makes its own lock file first, and then looks for those of others: if two come at once, at least one
 * sees the other. A lock file whose holder is dead is removed. If that holder is alive after all, it notices before its
 * next write that its file was removed.
 */
export class Lock {
  readonly #folder: Folder;
  readonly #name: string;
  readonly #fd: number;

  private constructor(folder: Folder, name: string, fd: number) {
    this.#folder = folder;
    this.#name = name;
    this.#fd = fd;
  }

  /** @throws {TaskTonicError} `TT_STORE_LOCKED` */
  static take(folder: Folder): Lock {
    const own = thisThread();
    const name = lockName(own);
    const fd = createdBy(folder, name, own);
    const lock = new Lock(folder, name, fd);
    try {
      for (const other of folder.disk.list(folder.path)) if (other !== name) removeDead(folder, other);
    } catch (thrown) {
      lock.release();
      throw thrown;
    }
    return lock;
  }

  /** Whether neither the lock file nor its directory was removed. */
  isHeld(): boolean {
    return this.#folder.disk.isNamed(this.#fd);
  }

  release(): void {
    const { disk } = this.#folder;
    // The name is removed first: a lock file that nobody has open means a dead holder.
    if (this.isHeld()) removed(this.#folder.file(this.#name), disk);
    disk.close(this.#fd);
  }
}

function createdBy(folder: Folder, name: string, own: Holder): number {
  try {
    return folder.disk.create(folder.file(name));
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== 'EEXIST') throw unusable(folder.path, thrown);
    if (lives(own, folder.file(name))) throw locked(folder, own, name);
    // The lock file of an earlier holder with the same pid, thread and start time.
    removed(folder.file(name), folder.disk);
    return folder.disk.create(folder.file(name));
  }
}

function removeDead(folder: Folder, name: string): void {
  const holder = holderNamed(name);
  if (holder === undefined) return;
  if (lives(holder, folder.file(name))) throw locked(folder, holder, name);
  removed(folder.file(name), folder.disk);
}

function removed(path: string, disk: Disk): void {
  try {
    disk.removeNow(path);
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== 'ENOENT') throw thrown;
  }
}

function locked({ path }: Folder, { pid, host }: Holder, name: string): Error {
  const own = thisThread();
  const where = host === own.host ? (pid === own.pid ? ' (this one)' : '') : ` of the machine ${host}`;
  return fail('TT_STORE_LOCKED', { directory: path, pid, where, host, lock: name });
}
