/** Received data that waits until some of the earlier requests are answered. Meanwhile the socket is not read. */
export class HeldInput {
  #chunks: Buffer[];
  /** The peer has ended after this data. */
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

  /** Appends the data of another one. */
  pushAll(other: HeldInput): void {
    this.#chunks = this.#chunks.concat(other.#chunks);
    this.isEnd ||= other.isEnd;
  }
}
