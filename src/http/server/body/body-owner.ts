import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';

/** What the readers of a body see of its exchange. */
export interface BodyOwner {
  readonly headers: IncomingHttpHeaders;
  readonly open: boolean;
  fail(error: unknown): void;
  toString(): string;
  /** Its body is read from now on. @throws {TaskTonicError} `TT_BODY_TAKEN` @internal */
  _ttTakeBody(): IncomingMessage;
}
