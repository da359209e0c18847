/** What has come on a connection, and is read when some of the requests before it are answered. No more is read of its socket meanwhile. */
export class HeldInput {
  #chunks: Buffer[];
  /** Behind it the peer has ended. */
  isEnd = false;

  constructor(first?: Buffer) {
    this.#chunks = first === undefined ? [] : [first];
  }

  push(data: Buffer): void {
    this.#chunks.push(data);
  }

  shift(): Buffer | undefined {
    return this.#chunks.shift();
  }

  /** What is left of another one comes behind this. */
  pushAll(other: HeldInput): void {
    this.#chunks = this.#chunks.concat(other.#chunks);
    this.isEnd ||= other.isEnd;
  }
}
