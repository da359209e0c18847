import { isIP } from 'node:net';
import { type ErrorCode, TaskTonicError } from '../core/errors.js';
import type { Address } from '../selector/network.js';
import { tlsError } from './tls/tls-errors.js';

/** The error codes of the system, errno(3), and ours. */
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
  ENOENT: 'TT_NO_SUCH_PATH',
  ENOTDIR: 'TT_NO_SUCH_PATH',
  ENOTSOCK: 'TT_NOT_A_SOCKET',
};

/**
 * The error of a socket as ours: with a code that tells what to do, and the system's own as its cause.
 *
 * @param address what it is about, where the system's error does not say so: that one knows best which end it is, and which address of a host.
 */
export function socketError(
  error: Error,
  address: string,
  details: Readonly<Record<string, unknown>> = {},
): TaskTonicError {
  if (error instanceof TaskTonicError) return error;
  if (error instanceof AggregateError && error.errors.length > 0) return severalErrors(error, address, details);
  const ofTls = tlsError(error, address, details);
  if (ofTls !== undefined) return ofTls;
  const { code = 'unknown', syscall } = error as NodeJS.ErrnoException;
  // The system reports neither the size of the datagram nor the limit.
  const size = code === 'EMSGSIZE' ? { bytes: 'too many', max: 'the network' } : undefined;
  const named = { address: addressOf(error) ?? address, code, ...size, ...details };
  // A failed connect names the peer, but it is the local address that this machine does not have.
  const isOwnEnd = code === 'EADDRNOTAVAIL' && syscall === 'connect';
  return new TaskTonicError(isOwnEnd ? 'TT_NO_LOCAL_END' : (CODES[code] ?? 'TT_SOCKET_ERROR'), named, error);
}

/** Several addresses were tried: the error names the reason of each. */
function severalErrors(
  error: AggregateError,
  address: string,
  details: Readonly<Record<string, unknown>>,
): TaskTonicError {
  const all = (error.errors as Error[]).map((each) => socketError(each, address, details));
  return severalReasons(address, all, error);
}

/**
 * One error for several: the one that there is, where all say the same; else `TT_CANNOT_CONNECT`, with a line each.
 *
 * @param errors at least one.
 */
export function severalReasons(address: string, errors: readonly TaskTonicError[], cause?: Error): TaskTonicError {
  const different = [...new Map(errors.map((error) => [error.message, error])).values()];
  if (different.length === 1) return different[0]!;
  const reasons = different.map(({ message }) => `\n- ${message}`).join('');
  const causes = different.map((error) => error.cause ?? error);
  const details = { address, reasons, errors: different };
  return new TaskTonicError('TT_CANNOT_CONNECT', details, cause ?? new AggregateError(causes, address));
}

/** The end that an error of the system is about: the peer's, or the own one where that could not be bound. */
function addressOf(error: Error & { address?: unknown; port?: unknown; syscall?: unknown }): string | undefined {
  const { address, port, syscall } = error;
  if (typeof address !== 'string') return undefined;
  if (typeof port !== 'number' && isIP(address) === 0) return showPath(address);
  // If any port was requested, the error has no port.
  if (typeof port !== 'number') return syscall === 'bind' || syscall === 'listen' ? showAddress(address, 0) : address;
  return showAddress(address, port);
}

/** `127.0.0.1:7007`, `[::1]:7007`; of a UNIX socket `unix:/run/app.sock`, `unix:@name` for an abstract name, `unix:` for none. */
export function showAddress(host: string | undefined, port: number | undefined, family?: Address['family']): string {
  if (family === 'UNIX') return showPath(host ?? '');
  const shown = host === undefined ? '*' : host.includes(':') ? `[${host}]` : host;
  return `${shown}:${port ?? '?'}`;
}

/** A peer, by its address; who has connected to a UNIX socket has none, and is told by the address of that. */
export function showPeer(remote: Address | undefined, local: Address | undefined): string {
  // The system gives no address of a peer that closed before it was accepted.
  if (remote === undefined) return 'an unknown address';
  const { address, port, family } = remote;
  // What somebody has called it who knows.
  if (family === undefined && port === 0) return address;
  if (family !== 'UNIX' || address !== '') return showAddress(address, port, family);
  return `a peer of ${showPath(local?.address ?? '')}`;
}

function showPath(path: string): string {
  return `unix:${path.replace(/^\0/, '@')}`;
}
