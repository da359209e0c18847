/** So many are kept; of more the oldest goes. */
const MOST = 256;

/** What later handshakes may go on from, by who the server is and how it was verified. */
export class ClientSessions {
  readonly #sessions = new Map<string, Buffer>();

  get size(): number {
    return this.#sessions.size;
  }

  /** The newest of that server. It is for one connection: a server may refuse one that was used before. */
  take(key: string): Buffer | undefined {
    const session = this.#sessions.get(key);
    this.#sessions.delete(key);
    return session;
  }

  put(key: string, session: Buffer): void {
    this.#sessions.delete(key);
    this.#sessions.set(key, session);
    if (this.#sessions.size <= MOST) return;
    for (const oldest of this.#sessions.keys()) return void this.#sessions.delete(oldest);
  }
}
