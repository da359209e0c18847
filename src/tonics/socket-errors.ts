import { type ErrorCode, TaskTonicError } from '../core/errors.js';

/** What the system calls it, and what a user is told. errno(3). */
const CODES: Readonly<Record<string, ErrorCode>> = {
  EADDRINUSE: 'TT_ADDRESS_IN_USE',
  EADDRNOTAVAIL: 'TT_ADDRESS_NOT_AVAILABLE',
  EACCES: 'TT_PERMISSION_DENIED',
  EPERM: 'TT_PERMISSION_DENIED',
  ECONNREFUSED: 'TT_CONNECTION_REFUSED',
  EHOSTUNREACH: 'TT_UNREACHABLE',
  ENETUNREACH: 'TT_UNREACHABLE',
  EHOSTDOWN: 'TT_UNREACHABLE',
  ENETDOWN: 'TT_UNREACHABLE',
  ENOTFOUND: 'TT_NO_SUCH_HOST',
  EAI_AGAIN: 'TT_NO_SUCH_HOST',
  EAI_FAIL: 'TT_NO_SUCH_HOST',
  ENODATA: 'TT_NO_SUCH_HOST',
  ETIMEDOUT: 'TT_TIMED_OUT',
  ECONNRESET: 'TT_PEER_RESET',
  EPIPE: 'TT_PEER_RESET',
  ECONNABORTED: 'TT_PEER_RESET',
  EMFILE: 'TT_OUT_OF_DESCRIPTORS',
  ENFILE: 'TT_OUT_OF_DESCRIPTORS',
  EMSGSIZE: 'TT_DATAGRAM_TOO_LARGE',
};

/** The error of a socket as ours: with a code that tells what to do, and the system's own as its cause. */
export function socketError(
  error: Error,
  address: string,
  details: Readonly<Record<string, unknown>> = {},
): TaskTonicError {
  if (error instanceof TaskTonicError) return error;
  // Several addresses of one host were tried: the last word of them is as good as any.
  const first = error instanceof AggregateError ? (error.errors.at(-1) as Error) : error;
  const { code = 'unknown' } = first as NodeJS.ErrnoException;
  // The system says neither how large it was nor what would fit.
  const size = code === 'EMSGSIZE' ? { bytes: 'too many', max: 'the network' } : undefined;
  return new TaskTonicError(CODES[code] ?? 'TT_SOCKET_ERROR', { address, code, ...size, ...details }, error);
}

/** `127.0.0.1:7007`, `[::1]:7007`. */
export function showAddress(host: string | undefined, port: number | undefined): string {
  const shown = host === undefined ? '*' : host.includes(':') ? `[${host}]` : host;
  return `${shown}:${port ?? '?'}`;
}
