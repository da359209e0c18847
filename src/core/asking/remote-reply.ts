import type { ReplyStep, ReplyTo, SendResult, Sendable } from './reply.js';

/** The reply of a connection in another thread: each step is sent as an order to the connection. */
export class RemoteReply implements ReplyTo {
  readonly owner = undefined;
  open = true;
  readonly #order: (step: ReplyStep, data?: unknown) => void;

  /** @param order sends that order. */
  constructor(order: (step: ReplyStep, data?: unknown) => void) {
    this.#order = order;
  }

  send(data: Sendable): SendResult {
    this.#order('send', data);
    return 'waiting';
  }

  end(data?: Sendable): void {
    if (!this.open && data === undefined) return;
    this.#order('end', data);
    this.open = false;
  }

  fail(error: unknown): void {
    if (!this.open) return;
    this.#order('fail', error);
    this.open = false;
  }

  needsInput(): void {
    if (this.open) this.#order('needsInput');
  }
}
