interface Waiting {
  readonly text: string;
  readonly bytes: number;
  /** How many log lines it counts as: a note about dropped lines counts as all of them. */
  readonly lines: number;
}

/**
 * The waiting lines of a log for a reader (a viewer or standard output), limited in bytes:
 *
 * ```text
 * push -> waiting -> take -> in flight -> left
 *            |  ^----- takeBack -----/
 *            v
 *         dropped: the oldest; a note with their number is sent in their place
 * ```
 *
 * Lines in flight were given to a connection, but have not left this process. They are kept, because they would be lost
 * with the connection.
 */
export class LogBacklog {
  readonly #most: number;
  readonly #note: (dropped: number) => string;
  #waiting: Waiting[] = [];
  /** The index of the oldest line, so that the others need not be moved. */
  #head = 0;
  #bytes = 0;
  #dropped = 0;
  #flight: Waiting[] = [];
  #flightBytes = 0;

  /**
   * @param most the most bytes that wait.
   * @param note makes the line that replaces dropped lines.
   */
  constructor(most: number, note: (dropped: number) => string) {
    this.#most = most;
    this.#note = note;
  }

  /** Whether all lines were taken. */
  get isEmpty(): boolean {
    return this.#dropped === 0 && this.#head === this.#waiting.length;
  }

  /** The number of lines that have not left: waiting, in flight, or dropped and not yet noted. */
  get lines(): number {
    const all = [...this.#flight, ...this.#waiting.slice(this.#head)];
    return all.reduce((sum, { lines }) => sum + lines, this.#dropped);
  }

  /** The number of lines that were dropped and not yet noted. */
  get dropped(): number {
    return this.#dropped;
  }

  /** A line that was sent in part: it becomes the first line in flight. */
  begin(text: string): void {
    this.#fly({ text, bytes: Buffer.byteLength(text), lines: 1 });
  }

  push(text: string): void {
    this.#add({ text, bytes: Buffer.byteLength(text), lines: 1 });
  }

  #add(line: Waiting): void {
    this.#waiting.push(line);
    this.#bytes += line.bytes;
    while (this.#bytes > this.#most) this.#dropped += this.#shift().lines;
  }

  /**
   * Takes the next lines, up to `most` bytes but at least one line; `''` if none waits. They are in flight from now on.
   */
  take(most: number): string {
    if (this.isEmpty) return '';
    const from = this.#flight.length;
    let bytes = 0;
    if (this.#dropped > 0) bytes += this.#fly(this.#noteOfDropped());
    while (this.#head < this.#waiting.length && (bytes === 0 || bytes + this.#waiting[this.#head]!.bytes <= most))
      bytes += this.#fly(this.#shift());
    return this.#flight
      .slice(from)
      .map(({ text }) => text)
      .join('');
  }

  /** Removes all lines that have not left; returns their number, like {@link lines}. */
  clear(): number {
    const { lines } = this;
    this.#waiting = [];
    this.#flight = [];
    this.#bytes = this.#flightBytes = this.#head = this.#dropped = 0;
    return lines;
  }

  #noteOfDropped(): Waiting {
    const lines = this.#dropped;
    this.#dropped = 0;
    const text = this.#note(lines);
    return { text, bytes: Buffer.byteLength(text), lines };
  }

  #fly(line: Waiting): number {
    this.#flight.push(line);
    this.#flightBytes += line.bytes;
    return line.bytes;
  }

  /** Of the lines in flight, only this many bytes are still in this process. */
  left(unsent: number): void {
    let gone = 0;
    for (const { bytes } of this.#flight) {
      if (this.#flightBytes - bytes < unsent) break;
      this.#flightBytes -= bytes;
      gone++;
    }
    if (gone > 0) this.#flight.splice(0, gone);
  }

  /** The connection is lost: the lines in flight wait again, before the others. */
  takeBack(): void {
    const again = [...this.#flight, ...this.#waiting.slice(this.#head)];
    this.#flight = [];
    this.#flightBytes = this.#bytes = this.#head = 0;
    this.#waiting = [];
    for (const line of again) this.#add(line);
  }

  #shift(): Waiting {
    const line = this.#waiting[this.#head++]!;
    this.#bytes -= line.bytes;
    if (this.#head > 1_000 && this.#head * 2 > this.#waiting.length) {
      this.#waiting = this.#waiting.slice(this.#head);
      this.#head = 0;
    }
    return line;
  }
}
