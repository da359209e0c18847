import { constants } from 'node:os';
import { getSystemErrorMap } from 'node:util';

/** The codes of errors that the network makes. errno(3), getaddrinfo(3). */
export type SystemCode = keyof typeof constants.errno | 'ENOTFOUND';

/** UV_EAI_NONAME, which Node shows as ENOTFOUND. */
const NOT_FOUND = -3008;

/** An error as Node makes it of one of the system's: `connect ECONNREFUSED 10.0.0.2:80`. */
export function systemError(
  code: SystemCode,
  syscall: string,
  where: { readonly address?: string; readonly port?: number; readonly hostname?: string } = {},
): NodeJS.ErrnoException {
  const errno = code === 'ENOTFOUND' ? NOT_FOUND : -constants.errno[code];
  const { address, hostname } = where;
  const port = where.port === 0 ? undefined : where.port;
  // Of listen alone Node says it in words too.
  const words = syscall === 'listen' ? `: ${getSystemErrorMap().get(errno)?.[1] ?? code}` : '';
  const at = address === undefined ? (hostname ?? '') : port === undefined ? address : `${address}:${port}`;
  const error = new Error(`${syscall} ${code}${words}${at === '' ? '' : ` ${at}`}`);
  return Object.assign(error, {
    errno,
    code,
    syscall,
    ...(address !== undefined && { address }),
    ...(port !== undefined && { port }),
    ...(hostname !== undefined && { hostname }),
  });
}
