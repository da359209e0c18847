import {
  close, closeSync, constants, fdatasync, fstatSync, fsync, fsyncSync, ftruncateSync, mkdirSync, openSync, readdirSync,
  readSync, rename, statSync, unlink, unlinkSync, write, writeSync,
} from 'node:fs'; // prettier-ignore
import { dirname } from 'node:path';

/**
 * All that a persistent Store needs of the file system, in one interface, so that a test can make each call fail.
 *
 * Methods that return a promise are called while the app runs, and block nobody. The others are for its start, for its
 * end, and for quick calls.
 */
export interface Disk {
  /**
   * Makes a directory, and its parents, that only its owner can enter, where they do not exist. Returns the first of
   * those that it made.
   */
  makeDirectory(path: string): string | undefined;
  list(directory: string): string[];
  /** Opens a directory to sync it; `undefined` if the system cannot open directories. */
  openDirectory(path: string): number | undefined;
  /** Makes a file that only its owner can read, and opens it. @throws `EEXIST` if the file exists. */
  create(path: string): number;
  /** Opens an existing file for reading and writing. */
  open(path: string): number;
  close(fd: number): void;
  size(fd: number): number;
  /** Whether the open file still has a name: neither the file nor its directory was removed. */
  isNamed(fd: number): boolean;
  read(fd: number, into: Uint8Array, position: number): number;
  writeNow(fd: number, bytes: Uint8Array, position: number): number;
  truncate(fd: number, size: number): void;
  /** Returns when all written data is on the disk. */
  syncNow(fd: number): void;
  syncDirectoryNow(fd: number): void;
  removeNow(path: string): void;

  /** Writes some of the bytes, and returns how many. */
  write(fd: number, bytes: Uint8Array, position: number): Promise<number>;
  /** Resolves when the content of the file, and what is needed to read it, is on the disk. */
  sync(fd: number): Promise<void>;
  /** Resolves when all names that were made, changed or removed in the directory are on the disk. */
  syncDirectory(fd: number): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  remove(path: string): Promise<void>;
  closeLater(fd: number): Promise<void>;
}

const OWNER_ONLY = 0o600;
const OWNER_ONLY_DIRECTORY = 0o700;
/** The error codes of systems that cannot sync a directory. */
const NO_SYNC: ReadonlySet<unknown> = new Set(['EINVAL', 'ENOTSUP', 'EPERM', 'EACCES', 'EISDIR', 'EBADF']);

/**
 * Makes one directory after the other. Node's own recursive mkdir never ends on a file system that forbids it, such as
 * `/proc`.
 */
function makeDirectory(path: string): string | undefined {
  if (isMade(path)) return undefined;
  try {
    mkdirSync(path, OWNER_ONLY_DIRECTORY);
    return path;
  } catch (thrown) {
    if (isMade(path)) return undefined;
    if (codeOf(thrown) !== 'ENOENT' || isMade(dirname(path))) throw thrown;
  }
  const first = makeDirectory(dirname(path));
  const made = makeDirectory(path);
  return first ?? made;
}

function isMade(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** The file system of this machine. */
export const nodeDisk: Disk = {
  makeDirectory,
  list: (directory) => readdirSync(directory),
  openDirectory(path) {
    try {
      return openSync(path, constants.O_RDONLY);
    } catch (thrown) {
      if (NO_SYNC.has(codeOf(thrown))) return undefined;
      throw thrown;
    }
  },
  create: (path) => openSync(path, 'wx+', OWNER_ONLY),
  open: (path) => openSync(path, 'r+'),
  close: (fd) => closeSync(fd),
  size: (fd) => fstatSync(fd).size,
  isNamed: (fd) => fstatSync(fd).nlink > 0,
  read: (fd, into, position) => readSync(fd, into, 0, into.length, position),
  writeNow: (fd, bytes, position) => writeSync(fd, bytes, 0, bytes.length, position),
  truncate: (fd, size) => ftruncateSync(fd, size),
  syncNow: (fd) => fsyncSync(fd),
  syncDirectoryNow(fd) {
    try {
      fsyncSync(fd);
    } catch (thrown) {
      if (!NO_SYNC.has(codeOf(thrown))) throw thrown;
    }
  },
  removeNow: (path) => unlinkSync(path),

  write: (fd, bytes, position) =>
    new Promise((resolve, reject) =>
      write(fd, bytes, 0, bytes.length, position, (error, count) => (error === null ? resolve(count) : reject(error))),
    ),
  sync: (fd) => later((done) => fdatasync(fd, done)),
  syncDirectory: (fd) =>
    later((done) => fsync(fd, (error) => done(error !== null && NO_SYNC.has(error.code) ? null : error))),
  rename: (from, to) => later((done) => rename(from, to, done)),
  remove: (path) => later((done) => unlink(path, done)),
  closeLater: (fd) => later((done) => close(fd, done)),
};

type Done = (error?: NodeJS.ErrnoException | null) => void;

function later(start: (done: Done) => void): Promise<void> {
  return new Promise((resolve, reject) => start((error) => (error ? reject(error) : resolve())));
}

function codeOf(thrown: unknown): string | undefined {
  return (thrown as NodeJS.ErrnoException | undefined)?.code;
}

const WORDS: Readonly<Record<string, string>> = {
  EACCES: 'its permissions do not allow it',
  EDQUOT: 'the quota of the disk is used up',
  EFBIG: 'the file is as large as files may be',
  EIO: 'the disk reports an error',
  ENOENT: 'it is not there',
  ENOSPC: 'the disk is full',
  ENOTDIR: 'it is not a directory',
  EMFILE: 'the process has no descriptors left',
  EROFS: 'the disk can only be read',
};

/** The message of a file error. */
export function inWords(thrown: unknown): string {
  const code = codeOf(thrown);
  const words = code === undefined ? undefined : WORDS[code];
  if (words !== undefined) return `${words} (${code})`;
  return thrown instanceof Error ? thrown.message : String(thrown);
}
