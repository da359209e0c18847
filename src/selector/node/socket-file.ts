import { chmodSync, linkSync, lstatSync, mkdtempSync, renameSync, rmdirSync, unlinkSync } from 'node:fs';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import { nodeUtil } from '../../core/lazy-node.js';

/** What who knocks hears where nobody listens (any more); and where somebody does who is busy, or something of another kind. connect(2). */
const ABANDONED = new Set(['ECONNREFUSED', 'ENOENT']);
const TAKEN = new Set(['EAGAIN', 'EPROTOTYPE']);
/** The most attempts while other processes create and remove the same file. */
const TRIES = 8;

/**
 * The file of a UNIX socket that listens, from before it is made to when it is removed.
 *
 * ```text
 * lstat path --- nothing there ----------------------------.
 *      |                                                   |
 *      '-- a socket: knock --- nobody answers: stale ------+--> bind in a private folder, chmod, move to path
 *                         '--- somebody answers: EADDRINUSE
 * ```
 *
 * The folder has mode 0700, so nobody connects before the file has its mode; and who looks at the path sees the whole socket or none. What was stale
 * is replaced in one step. Where nothing was, it is moved there only if still nothing is (link(2) says so, rename(2) would not): so of
 * two servers that start at once one is refused.
 */
export class SocketFile {
  readonly #path: string;
  readonly #mode: number;
  /** The private folder, while it exists. */
  #folder = '';
  /** The stale file that is to be replaced. */
  #stale: number | undefined;
  #own: number | undefined;

  constructor(path: string, mode: number) {
    this.#path = path;
    this.#mode = mode;
  }

  /**
   * Looks whether the path is free, and makes the private folder.
   *
   * @param done is given where to bind, or what is in the way. It is never called within this call where it gives an error.
   */
  prepare(done: (result: string | Error) => void, tries = TRIES): void {
    const later = (error: Error): void => process.nextTick(done, error);
    try {
      const file = lstatSync(this.#path, { throwIfNoEntry: false });
      if (file === undefined) return done(this.#makeFolder());
      if (!file.isSocket()) return later(this.#error('ENOTSOCK'));
      return this.#knock((code) => {
        if (!ABANDONED.has(code)) return done(this.#error(code));
        // Another process has created the file in the meantime.
        if (this.#inode !== file.ino && tries > 0) return this.prepare(done, tries - 1);
        this.#stale = file.ino;
        try {
          return done(this.#makeFolder());
        } catch (thrown) {
          return done(this.#error(codeOf(thrown)));
        }
      });
    } catch (thrown) {
      return later(this.#error(codeOf(thrown)));
    }
  }

  /** It listens in the private folder: gives it its mode and its place. @returns what is in the way. */
  publish(): Error | undefined {
    const made = this.#made;
    try {
      chmodSync(made, this.#mode);
      this.#own = lstatSync(made).ino;
      if (this.#stale === undefined) place(made, this.#path);
      else if (this.#inode === this.#stale) renameSync(made, this.#path);
      else return this.#error('EADDRINUSE');
      return undefined;
    } catch (thrown) {
      const code = codeOf(thrown);
      return this.#error(code === 'EEXIST' ? 'EADDRINUSE' : code);
    } finally {
      this.#removeFolder();
    }
  }

  /** The number of the file that is to be removed here; `undefined` where there is none. */
  get own(): number | undefined {
    return this.#own;
  }

  /** The process that this one replaces has made the file: it is this one's now, with its mode. */
  inherit(file: number): void {
    this.#own = file;
    try {
      if (this.#inode === file) chmodSync(this.#path, this.#mode);
    } catch {
      // Without the permission to change it, the mode stays.
    }
  }

  /** The file belongs to another process now. */
  disown(): void {
    this.#own = undefined;
  }

  /** Removes the file, if it is still the one that was made here. */
  remove(): void {
    this.#removeFolder();
    try {
      if (this.#own !== undefined && this.#inode === this.#own) unlinkSync(this.#path);
    } catch {
      // Without the permission to remove it, a stale file remains, which the next server replaces.
    }
  }

  get #inode(): number | undefined {
    return lstatSync(this.#path, { throwIfNoEntry: false })?.ino;
  }

  get #made(): string {
    return `${this.#folder}/s`;
  }

  #makeFolder(): string {
    this.#folder = mkdtempSync(`${dirname(this.#path)}/.`);
    return this.#made;
  }

  #removeFolder(): void {
    if (this.#folder === '') return;
    try {
      // What a server leaves there that could not be moved.
      if (lstatSync(this.#made, { throwIfNoEntry: false }) !== undefined) unlinkSync(this.#made);
      rmdirSync(this.#folder);
    } catch {
      // Another process has removed it.
    }
    this.#folder = '';
  }

  /** Checks by connecting whether a server listens there; gives the error code, or none if it does. */
  #knock(answered: (code: string) => void): void {
    const socket = connect({ path: this.#path });
    socket.once('connect', () => (socket.destroy(), answered('EADDRINUSE')));
    socket.once('error', (error) => answered(TAKEN.has(codeOf(error)) ? 'EADDRINUSE' : codeOf(error)));
  }

  /** An error like that of Node for listen(2). */
  #error(code: string): Error {
    const words = [...nodeUtil().getSystemErrorMap().values()].find(([name]) => name === code)?.[1] ?? code;
    const error = new Error(`listen ${code}: ${words} ${this.#path}`);
    return Object.assign(error, { code, syscall: 'listen', address: this.#path });
  }
}

/** Moves a file to a path that must be free. */
function place(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch (thrown) {
    if (codeOf(thrown) === 'EEXIST') throw thrown;
    // A file system without hard links.
    return renameSync(from, to);
  }
  return unlinkSync(from);
}

function codeOf(thrown: unknown): string {
  return (thrown as NodeJS.ErrnoException).code ?? 'EIO';
}
