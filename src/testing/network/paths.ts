import type { SystemCode } from './system-error.js';

/** What is at a path of a host. */
type There<H> =
  /** Somebody listens. */
  | { readonly holder: H }
  /** Who made it has gone without removing it. */
  | 'stale';

/** The UNIX sockets of one host: who listens at which path. It has no folders: any path can be listened on. */
export class Paths<H> {
  readonly #there = new Map<string, There<H>>();
  readonly #forbidden = new Set<string>();

  /** Takes a path, also from one that has gone; tells why not. */
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

  /** Who listens at a path, or what connect(2) says of it. */
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

  /** The host has lost its power: the files stay; abstract names are no files. */
  clear(): void {
    for (const path of this.#there.keys())
      if (path.startsWith('\0')) this.#there.delete(path);
      else this.#there.set(path, 'stale');
  }
}
