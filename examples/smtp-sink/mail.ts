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
export class Mailbox {
  readonly mails: Mail[] = [];
  #bytes = 0;

  constructor(
    private readonly mostMails = 1_000,
    private readonly mostBytes = 64 * 1_048_576,
  ) {}

  add(mail: Mail): void {
    this.mails.push(mail);
    this.#bytes += mail.text.length;
    while (this.mails.length > this.mostMails || this.#bytes > this.mostBytes)
      this.#bytes -= this.mails.shift()!.text.length;
  }
}
