import type { SystemCode } from './system-error.js';

/** The state of a path of a host. */
type There<H> =
  /** A listener. */
  | { readonly holder: H }
  /** A file whose owner has gone without removing it. */
  | 'stale';

/** The UNIX sockets of one host, by path. It has no folders: any path can be used. */
export class Paths<H> {
  readonly #there = new Map<string, There<H>>();
  readonly #forbidden = new Set<string>();

  /** Takes a path, also a stale one; returns the error code if that fails. */
  take(holder: H, path: string): SystemCode | undefined {
    if (this.#forbidden.has(path)) return 'EACCES';
    if (typeof this.#there.get(path) === 'object') return 'EADDRINUSE';
    this.#there.set(path, { holder });
    return undefined;
  }

  release(holder: H, path: string): void {
    const there = this.#there.get(path);
    if (typeof there === 'object' && there.holder === holder) this.#there.delete(path);
  }

  /** The listener at a path, or the error code of connect(2). */
  find(path: string): H | SystemCode {
    const there = this.#there.get(path);
    if (there === undefined) return 'ENOENT';
    if (this.#forbidden.has(path)) return 'EACCES';
    return there === 'stale' ? 'ECONNREFUSED' : there.holder;
  }

  forbid(path: string): void {
    this.#forbidden.add(path);
  }

  allow(path: string): void {
    this.#forbidden.delete(path);
  }

  /** The host has crashed: files stay; abstract names are no files. */
  clear(): void {
    for (const path of this.#there.keys())
      if (path.startsWith('\0')) this.#there.delete(path);
      else this.#there.set(path, 'stale');
  }
}
