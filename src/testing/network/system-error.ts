import { constants } from 'node:os';
import { getSystemErrorMap } from 'node:util';

/** The error codes that the network uses. errno(3), getaddrinfo(3). */
export type SystemCode = keyof typeof constants.errno | 'ENOTFOUND';

/** UV_EAI_NONAME, which Node shows as ENOTFOUND. */
const NOT_FOUND = -3008;

/** An error in the form of Node: `connect ECONNREFUSED 10.0.0.2:80`. */
export function systemError(
  code: SystemCode,
  syscall: string,
  where: { readonly address?: string; readonly port?: number; readonly hostname?: string } = {},
): NodeJS.ErrnoException {
  const errno = code === 'ENOTFOUND' ? NOT_FOUND : -constants.errno[code];
  const { address, hostname } = where;
  const port = where.port === 0 ? undefined : where.port;
  // Only for listen Node adds a description.
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
