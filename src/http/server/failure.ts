import { type OutgoingHttpHeaders, STATUS_CODES } from 'node:http';
import { type ErrorCode, TaskTonicError } from '../../core/errors.js';

/**
 * Why a request is not answered as its peer wants, for `exchange.fail()`: its text is shown to the peer.
 */
export class HttpError extends Error {
  override readonly name = 'HttpError';
  /** 400 to 599. */
  readonly status: number;
  /** Headers of the answer, such as `Retry-After`. */
  readonly headers: OutgoingHttpHeaders | undefined;

  /** @param message the text for the peer. Default: that of the status. */
  constructor(status: number, message?: string, options: { headers?: OutgoingHttpHeaders; cause?: unknown } = {}) {
    super(message ?? STATUS_CODES[status], options.cause === undefined ? undefined : { cause: options.cause });
    this.status = status;
    this.headers = options.headers;
  }
}

/** What the peer is told of a failure. */
export interface Failure {
  readonly status: number;
  readonly text: string;
  readonly headers: OutgoingHttpHeaders | undefined;
}

/** Errors of the framework that the peer has caused. */
const STATUSES: Partial<Record<ErrorCode, number>> = {
  TT_BODY_TOO_LONG: 413,
  TT_FRAME_TOO_LONG: 413,
  TT_BODY_TYPE: 415,
  TT_BAD_BODY: 400,
  TT_BODY_CUT: 400,
  TT_BAD_FRAME: 400,
  TT_FRAME_INCOMPLETE: 400,
  TT_EXCHANGE_TIMEOUT: 503,
  TT_ASK_UNHEARD: 503,
  TT_ASK_GONE: 503,
  TT_ASK_FULL: 503,
  TT_QUEUE_FULL: 503,
  TT_INBOX_FULL: 503,
  TT_ASK_TIMEOUT: 504,
  TT_PIPE_TIMEOUT: 504,
};

/** The status for an error, and its text if the peer may see it. */
export function failureOf(error: Error): Failure {
  const status = statusOf(error);
  const isShown = error instanceof HttpError || (status < 500 && (error as { expose?: unknown }).expose !== false);
  const { headers } = error as { headers?: OutgoingHttpHeaders };
  return {
    status,
    text: isShown ? error.message : STATUS_CODES[status]!,
    headers: error instanceof HttpError ? headers : undefined,
  };
}

function statusOf(error: Error): number {
  if (error instanceof TaskTonicError) return STATUSES[error.code] ?? 500;
  const { status, statusCode = status } = error as { status?: unknown; statusCode?: unknown };
  const isStatus = typeof statusCode === 'number' && statusCode >= 400 && statusCode < 600;
  return isStatus && STATUS_CODES[statusCode] !== undefined ? statusCode : 500;
}
