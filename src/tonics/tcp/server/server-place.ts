import * as v from 'valibot';
import { type TaskTonicError, fail } from '../../../core/errors.js';
import { badOption } from '../../../core/options/option-problem.js';
import { count, text } from '../../../core/options/option-schema.js';
import type { ListenPlace } from '../../../selector/network.js';
import { showAddress, socketError } from '../../socket-errors.js';

/** The most bytes of a path: `sun_path` less its NUL (unix(7)); other systems have a few less. */
const LONGEST = process.platform === 'linux' ? 107 : 103;
/** A file is made in a private folder first, in that of the path: `/.XXXXXX/s`. */
const FOLDER_ADDS = 10;
/** Nobody but this user: what may connect is said, and not found out. */
const MODE = 0o600;

const MODES = 'must be the rights of a file, 0 to 0o777, such as 0o660';

/** Where a server listens. One of these is given; `path`, `fd` and `systemd` go without what belongs to a port. */
export const placeOptions = {
  /**
   * The path of a UNIX socket (unix(7)) to listen on, instead of a port. At most 107 bytes. An old socket file where
   * nobody answers is replaced. A name that begins with NUL is an abstract one, on Linux from Node 22 on.
   */
  path: v.optional(text),
  /**
   * Who may connect to `path`: the permissions of its file, such as `0o660` for a group. Default: `0o600`, this user
   * alone.
   */
  mode: v.optional(v.pipe(v.number(MODES), v.integer(MODES), v.minValue(0, MODES), v.maxValue(0o777, MODES))),
  /** A descriptor to listen on, instead of a port: of a stream socket that somebody has opened and bound. It is closed with the server. */
  fd: v.optional(count(0)),
  /**
   * Listens on the stream sockets that systemd has passed (sd_listen_fds(3)), instead of a port: `true` for all of them, or the name of those
   * that it takes (`FileDescriptorName=` of the socket unit).
   */
  systemd: v.optional(v.union([v.literal(true), text], 'must be true or a name')),
};

/** What is given of where a server listens. */
export interface PlaceSettings {
  readonly port?: number | undefined;
  readonly host?: string | undefined;
  readonly path?: string | undefined;
  readonly mode?: number | undefined;
  readonly fd?: number | undefined;
  readonly systemd?: string | true | undefined;
}

const PLACES = ['port', 'path', 'fd', 'systemd'] as const;

/**
 * Where else than on a port a server listens; `undefined` for a port.
 *
 * @param belongsToPort options that mean nothing without a port, as they were given.
 * @throws {TaskTonicError} `TT_BAD_OPTION` where none is given or several, or what does not go with it, or a path cannot be one.
 */
export function placeOf(
  settings: PlaceSettings,
  belongsToPort: Readonly<Record<string, unknown>>,
  className: string,
): ListenPlace | undefined {
  const [place, other] = PLACES.filter((name) => settings[name] !== undefined);
  if (place === undefined) throw badOption(className, 'port', NONE);
  if (other !== undefined)
    throw badOption(className, other, `it cannot be given together with "${place}": if you want both, make two`);
  const { path, mode, fd, systemd } = settings;
  if (mode !== undefined && path === undefined) throw badOption(className, 'mode', 'it belongs to "path"');
  if (place === 'port') return undefined;
  for (const [option, value] of Object.entries(belongsToPort))
    if (value !== undefined && value !== false)
      throw badOption(className, option, `it belongs to a port, and "${place}" is given`);
  if (path !== undefined) return { path: checkedPath(path, mode, className), mode: mode ?? MODE };
  return fd !== undefined ? { fd } : { systemd: systemd! };
}

const NONE = 'it is missing: give "port", "path", "fd" or "systemd"';

function checkedPath(path: string, mode: number | undefined, className: string): string {
  const isAbstract = path.startsWith('\0');
  if (isAbstract && mode !== undefined)
    throw badOption(className, 'mode', 'an abstract name has no rights: whoever is on this machine may connect');
  checkPath(path, className);
  if (isAbstract || process.platform === 'win32') return path;
  const folder = Buffer.byteLength(path.slice(0, Math.max(path.lastIndexOf('/'), 0)));
  const most = LONGEST - FOLDER_ADDS;
  if (folder > most)
    throw badOption(
      className,
      'path',
      `its folder has ${folder} bytes, and a socket is made in one of at most ${most}`,
    );
  return path;
}

/**
 * What a path of a UNIX socket must be, to listen or to connect.
 * @throws {TaskTonicError} `TT_BAD_OPTION`
 */
export function checkPath(path: string, className: string): void {
  const bytes = Buffer.byteLength(path);
  if (path === '\0') throw badOption(className, 'path', 'an abstract name needs something behind its NUL');
  if (path.includes('\0', 1))
    throw badOption(className, 'path', 'it has a NUL in it; only an abstract name has one, in front');
  if (bytes > LONGEST)
    throw badOption(
      className,
      'path',
      `it has ${bytes} bytes, and the system takes at most ${LONGEST}: use a shorter folder`,
    );
}

/** Where a server or a UDP socket is, for an error. */
export function showPlace(place: ListenPlace | undefined, { host, port }: PlaceSettings): string {
  if (place === undefined) return showAddress(host, port);
  if ('path' in place) return showAddress(place.path, 0, 'UNIX');
  if ('fd' in place) return `descriptor ${place.fd}`;
  return place.systemd === true ? 'socket of systemd' : `socket ${JSON.stringify(place.systemd)} of systemd`;
}

/** What the system says of a descriptor that cannot be listened on. */
const BAD_DESCRIPTOR = new Set([
  'EBADF',
  'EINVAL',
  'EEXIST',
  'ENOTSOCK',
  'EOPNOTSUPP',
  'EAFNOSUPPORT',
  'ERR_INVALID_FD_TYPE',
]);

/** The error of what keeps a server from listening, or of its socket later. */
export function placeError(cause: Error, place: ListenPlace | undefined, settings: PlaceSettings): TaskTonicError {
  const address = showPlace(place, settings);
  const { code = 'unknown' } = cause as NodeJS.ErrnoException;
  if (place === undefined || 'path' in place || !BAD_DESCRIPTOR.has(code)) return socketError(cause, address);
  return fail('TT_BAD_DESCRIPTOR', { address, code }, cause);
}
