// What the servers among the examples take: where they listen, and how. One reading of the command line for all of them.
import type { ParseArgsConfig } from 'node:util';
import type { ListenOptions, TcpServerOptions } from 'tasktonic';

/** One place that is listened at, and how: what is given to a TcpServer. */
export type Serving = ListenOptions & Pick<TcpServerOptions, 'tls' | 'proxyProtocol' | 'handshakeTimeout'>;

/** For `parseArgs`. */
export const SERVING_OPTIONS = {
  host: { type: 'string' },
  port: { type: 'string' },
  unix: { type: 'string' },
  cert: { type: 'string' },
  key: { type: 'string' },
  ca: { type: 'string' },
  'proxy-protocol': { type: 'string', multiple: true },
} satisfies ParseArgsConfig['options'];

export const SERVING_HELP = `  --unix PATH            listens on a UNIX socket; without --port on that only
  --cert FILE            TLS, with this certificate (PEM)
  --key FILE             and its key
  --ca FILE              clients must have a certificate, signed by one of these
  --proxy-protocol CIDR  peers from there must send a PROXY header, and no others may; "unix" for those of --unix
`;

/** What `parseArgs` makes of {@link SERVING_OPTIONS}. */
export type ServingValues = {
  readonly [Key in 'host' | 'port' | 'unix' | 'cert' | 'key' | 'ca']?: string | undefined;
} & { readonly 'proxy-protocol'?: readonly string[] | undefined };

/** What it is where nothing is said; `tls` is what this server wants besides its certificate. */
export interface ServingDefaults {
  readonly host: string;
  readonly port: number;
  readonly tls?: Partial<NonNullable<Exclude<TcpServerOptions['tls'], undefined>>>;
  readonly handshakeTimeout?: number;
}

/**
 * The places that a command line asks for: a port, a UNIX socket, or both. Each is to have a TcpServer of its own: so each has its own
 * counts and limits, and one that cannot be opened is told by itself.
 *
 * @throws {Error} where an option is wrong: for the user to read.
 */
export function servings(values: ServingValues, defaults: ServingDefaults): readonly Serving[] {
  const { host = defaults.host, port, unix } = values;
  const how = { ...security(values, defaults), ...proxies(values) };
  const patience =
    Object.keys(how).length > 0 && defaults.handshakeTimeout !== undefined
      ? { handshakeTimeout: defaults.handshakeTimeout }
      : {};
  const places: Serving[] = [];
  if (unix === undefined || port !== undefined)
    places.push({ host, port: portIn(port ?? String(defaults.port)), ...how, ...patience });
  if (unix !== undefined) places.push({ path: unix, ...how, ...patience });
  return places;
}

function portIn(text: string, option = '--port'): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : NaN;
  if (port <= 65_535) return port;
  throw new Error(`${option} ${text}: give a number from 0 to 65535`);
}

/**
 * Where something else is served beside these places, at the port that `--web` names: on the same host, in the same way. `undefined` where it names none.
 *
 * @throws {Error} for the user to read.
 */
export function webServing(
  places: readonly Serving[],
  web: string | undefined,
): (Serving & { readonly port: number }) | undefined {
  if (web === undefined) return undefined;
  const { tls, proxyProtocol, host } = places[0] as Serving & { readonly host?: string };
  return {
    host: host ?? '127.0.0.1',
    port: portIn(web, '--web'),
    ...(tls !== undefined && { tls }),
    ...(proxyProtocol !== undefined && { proxyProtocol }),
  };
}

function security({ cert, key, ca }: ServingValues, { tls }: ServingDefaults): Pick<Serving, 'tls'> {
  if ((cert === undefined) !== (key === undefined)) throw new Error('--cert and --key belong together');
  if (cert === undefined || key === undefined) {
    if (ca !== undefined) throw new Error('--ca needs --cert and --key');
    return {};
  }
  return { tls: { ...tls, certFile: cert, keyFile: key, ...(ca !== undefined && { caFile: ca }) } };
}

function proxies({ 'proxy-protocol': trusted }: ServingValues): Pick<Serving, 'proxyProtocol'> {
  return trusted === undefined ? {} : { proxyProtocol: { trusted: [...trusted] } };
}
