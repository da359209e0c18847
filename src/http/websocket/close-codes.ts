import { fail } from '../../core/errors.js';

// The close codes of WebSockets: RFC 6455, 7.4.1, and the registry of IANA.
export const NORMAL = 1000;
export const GOING_AWAY = 1001;
export const PROTOCOL_ERROR = 1002;
export const POLICY = 1008;
export const TOO_BIG = 1009;
export const BAD_TEXT = 1007;
export const INTERNAL_ERROR = 1011;
export const TRY_LATER = 1013;
/** The peer sent no code. This one is never sent. */
export const NO_CODE = 1005;
/** The peer sent no close frame. This one is never sent. */
export const NO_CLOSE = 1006;

/** The codes below 3000 that may be sent. */
const SENT: ReadonlySet<number> = new Set([1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014]);

/** The codes of a peer that has sent all that it was to send; of others what they mean is not known, or it is an error. */
export const ALL_WAS_SENT: ReadonlySet<number> = new Set([NORMAL, GOING_AWAY, NO_CODE]);

/** The most bytes of a reason: what fits in a control frame after the code (RFC 6455, 5.5). */
const MOST_REASON = 123;

/**
 * Checks the arguments of `ttsc__close`.
 * @throws {TaskTonicError} `TT_BAD_CLOSE`
 */
export function checkClose(code: unknown, reason: unknown): void {
  const isCode =
    typeof code === 'number' && (SENT.has(code) || (Number.isInteger(code) && code >= 3000 && code < 5000));
  if (!isCode)
    throw fail('TT_BAD_CLOSE', {
      problem: `${String(code)} is not a code that may be sent (1000 to 1014, 3000 to 4999)`,
    });
  if (typeof reason !== 'string') throw fail('TT_BAD_CLOSE', { problem: 'its reason is not a text' });
  const size = Buffer.byteLength(reason);
  if (size > MOST_REASON)
    throw fail('TT_BAD_CLOSE', { problem: `its reason has ${size} bytes, more than ${MOST_REASON}` });
}

/** The payload of a close frame. */
export function closePayload(code: number, reason: string): Buffer {
  if (code === NO_CODE) return Buffer.alloc(0);
  const payload = Buffer.allocUnsafe(2 + Buffer.byteLength(reason));
  payload.writeUInt16BE(code, 0);
  payload.write(reason, 2);
  return payload;
}

/** The close code for frames that cannot be read, by the error code of ws (see "WS error codes" there). */
export function closeCodeOf(wsCode: string | undefined): number {
  switch (wsCode) {
    case 'WS_ERR_INVALID_UTF8':
      return BAD_TEXT;
    case 'WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH':
    case 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH':
      return TOO_BIG;
    case 'WS_ERR_TOO_MANY_BUFFERED_PARTS':
      return POLICY;
    default:
      return PROTOCOL_ERROR;
  }
}
