import { fail } from '../../core/errors.js';
import type { Disk } from './disk.js';
import { type Folder, unusable } from './folder.js';
import { type Holder, holderNamed, lives, lockName, thisThread } from './holder.js';

/**
 * One owner a directory: an empty file, whose name says who it is, and which its owner has open.
 *
 * Each makes its own file first, and then looks for those of others: of two that come at once, at least one sees the other. A file whose
 * holder is dead is removed; who would still hold it after all, and was not seen, finds it removed before it writes again.
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

  /** Whether nobody has taken it away, or the directory. */
  isHeld(): boolean {
    return this.#folder.disk.isNamed(this.#fd);
  }

  release(): void {
    const { disk } = this.#folder;
    // The name first: a file that nobody has open is one of a dead holder.
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
    // One who had the same pid and thread at the same instant of a machine's run.
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
