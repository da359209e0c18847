interface Waiting {
  readonly text: string;
  readonly bytes: number;
  /** How many lines it stands for: more than one where it tells how many were dropped. */
  readonly lines: number;
}

/**
 * The lines of a log on their way to who reads them, a viewer or standard output, bounded by bytes:
 *
 * ```text
 * push -> waiting -> take -> in flight -> left
 *            |  ^----- takeBack -----/
 *            v
 *         dropped: the oldest, and a note that tells how many goes out in their place
 * ```
 *
 * What is in flight was given to the network, say, and has not left this process: with its connection it would be lost, so it is kept.
 */
export class LogBacklog {
  readonly #most: number;
  readonly #note: (dropped: number) => string;
  #waiting: Waiting[] = [];
  /** Where the oldest stands: moving the rest for each one would cost. */
  #head = 0;
  #bytes = 0;
  #dropped = 0;
  #flight: Waiting[] = [];
  #flightBytes = 0;

  /**
   * @param most the most bytes that wait.
   * @param note the line that stands for those that were dropped.
   */
  constructor(most: number, note: (dropped: number) => string) {
    this.#most = most;
    this.#note = note;
  }

  /** Whether all was taken. */
  get isEmpty(): boolean {
    return this.#dropped === 0 && this.#head === this.#waiting.length;
  }

  /** How many lines have not left: those that wait or are in flight, and those that were dropped and not told of. */
  get lines(): number {
    const all = [...this.#flight, ...this.#waiting.slice(this.#head)];
    return all.reduce((sum, { lines }) => sum + lines, this.#dropped);
  }

  /** How many lines were dropped and not told of. */
  get dropped(): number {
    return this.#dropped;
  }

  /** A line of which a part has left already: it is in flight, before all others. */
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

  /** Takes what is next, up to so many bytes, but a line at least; `''` where nothing waits. It is in flight from now on. */
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

  /** Forgets all that has not left; gives how many lines that was, as {@link lines} does. */
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

  /** Only so many bytes of what is in flight are still in this process. */
  left(unsent: number): void {
    let gone = 0;
    for (const { bytes } of this.#flight) {
      if (this.#flightBytes - bytes < unsent) break;
      this.#flightBytes -= bytes;
      gone++;
    }
    if (gone > 0) this.#flight.splice(0, gone);
  }

  /** The connection is lost: what is in flight waits again, before the others. */
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
