/** Where the figures are shown: on one line that changes, or, where there is no terminal, on a new line each time. */
export class Display {
  #shown = false;

  constructor(private readonly live: boolean) {}

  /** Shows the figures as they are now. */
  show(figures: string): void {
    if (!this.live) return console.log(figures);
    // A line that wraps could not be written over.
    process.stdout.write(`\r\x1b[K${figures.slice(0, (process.stdout.columns || 80) - 1)}`);
    this.#shown = true;
  }

  /** Says something that stays. */
  say(line: string): void {
    if (this.#shown) process.stdout.write('\r\x1b[K');
    this.#shown = false;
    console.log(line);
  }
}
