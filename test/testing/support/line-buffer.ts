const LF = 0x0a;
const CR = 0x0d;

/** Cuts a stream of bytes into lines. What is not a whole line yet waits for the rest. */
export class LineBuffer {
  #rest: Buffer = Buffer.alloc(0);

  /** @param longest the most bytes of a line, its end not counted. */
  constructor(readonly longest: number) {}

  /**
   * Takes bytes as they came and gives the lines that they complete, without CR and LF.
   *
   * @throws {RangeError} where a line is too long, even if its end has not come yet.
   */
  *push(data: Buffer): Generator<string> {
    let bytes = this.#rest.length === 0 ? data : Buffer.concat([this.#rest, data]);
    for (let end = bytes.indexOf(LF); end >= 0; end = bytes.indexOf(LF)) {
      const line = bytes.subarray(0, bytes[end - 1] === CR ? end - 1 : end);
      this.#check(line.length);
      bytes = bytes.subarray(end + 1);
      yield line.toString('utf8');
    }
    // A CR may be the first half of the end.
    this.#check(bytes.length - 1);
    this.#rest = Buffer.from(bytes);
  }

  #check(length: number): void {
    if (length > this.longest) throw new RangeError(`a line has more than ${this.longest} bytes`);
  }
}
