import { BoundedMap } from 'tasktonic/collections';

/** A mail that was taken. */
export interface Mail {
  readonly from: string;
  readonly to: readonly string[];
  /** Its head and its body, a character a byte (latin1). */
  readonly text: string;
  /** Whether it came under TLS. */
  readonly tls: boolean;
}

/** The newest mails, up to a bound: where there are more, or more bytes, the oldest ones go. */
export class Mailbox extends BoundedMap<number, Mail> {
  #count = 0;

  constructor(items = 1_000, bytes = 64 * 1_048_576) {
    super({ items, bytes, sizeOf: ({ text }) => text.length, whenFull: 'dropOldest' });
  }

  add(mail: Mail): void {
    this.set(this.#count++, mail);
  }

  get mails(): readonly Mail[] {
    return [...this.values()];
  }
}
