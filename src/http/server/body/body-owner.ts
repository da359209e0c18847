import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';

/** What the readers of a body need of its exchange. */
export interface BodyOwner {
  readonly headers: IncomingHttpHeaders;
  readonly open: boolean;
  fail(error: unknown): void;
  toString(): string;
  /** Takes the body, to be read. @throws {TaskTonicError} `TT_BODY_TAKEN` @internal */
  _ttTakeBody(): IncomingMessage;
}
