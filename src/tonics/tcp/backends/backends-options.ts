import * as v from 'valibot';
import { count, flag, ms, text } from '../../../core/options/option-schema.js';
import { type TonicOptions, tonicOptions } from '../../../core/options/tonic-options.js';
import { type ClientTlsOptions, clientTlsSchema } from '../../tls/tls-options.js';
import { type HostOption, hostList } from '../client/host-option.js';
import { relaySchema } from '../connection/streams/relay.js';

export const checkSchema = v.strictObject({
  /** How long after a check a backend is looked at again, in ms. */
  interval: v.optional(ms(1), 2_000),
  /** How long a backend has to take a connection, and to answer where an answer is expected, in ms. */
  timeout: v.optional(ms(1), 1_000),
  /** After so many failures in a row a backend is left out: checks, and connections that it did not take. */
  fall: v.optional(count(1), 1),
  /** After so many successes in a row it is back. */
  rise: v.optional(count(1), 1),
  /** What a check sends when it is connected, as a text: `'PING\r\n'`. Default: nothing. */
  send: v.optional(text),
  /** What the answer must begin with, as a text: `'+PONG'`. Default: no answer is waited for. */
  expect: v.optional(text),
});

export const backendsSchema = v.strictObject({
  ...tonicOptions,
  /** The servers: up to 100 of `{ host, port }`, or texts such as `'10.0.0.1:80'` and `'[::1]:80'`. Each name is looked up again with each try. */
  hosts: hostList,
  /** How each is checked: see [Checks of a TcpBackends](#checks-of-a-tcpbackends). `false`: not at all, and none is left out. Default: as these say. */
  check: v.optional(v.union([v.literal(false), checkSchema], 'must be false, or options of the check')),
  /** How long a backend has to take a connection that is relayed, in ms, TLS included. Then the next one is tried. */
  connectTimeout: v.optional(ms(1), 1_000),
  /** Begins connections that are relayed with a PROXY header of that version, which tells the address of the client; those of checks tell that they are checks. */
  proxyProtocol: v.optional(v.picklist([1, 2], 'must be 1 or 2')),
  /** Speaks TLS with the backends: `true`, or as [TLS of a TcpClient](#tls-of-a-tcpclient). */
  tls: v.optional(v.union([flag, clientTlsSchema], 'must be true, false, or options of TLS')),
  /** How long what is relayed may go on at the end of the app, or of the server, in ms: as the option of [relay()](#relay). */
  drain: v.optional(relaySchema.entries.drain.wrapped, 25_000),
});

type Input = Readonly<v.InferInput<typeof backendsSchema>>;
export type BackendsSettings = v.InferOutput<typeof backendsSchema>;
export type CheckSettings = v.InferOutput<typeof checkSchema>;

const DEFAULT_CHECK: CheckSettings = v.parse(checkSchema, {});

/** How they are checked; `false` where they are not. */
export function checkOf({ check }: BackendsSettings): CheckSettings | false {
  return check ?? DEFAULT_CHECK;
}

/** How a TcpBackends looks whether its backends are well. */
export type BackendCheckOptions = Readonly<v.InferInput<typeof checkSchema>>;
/** Options of a {@link TcpBackends}. */
export type TcpBackendsOptions = Omit<Input, 'hosts' | 'tls' | 'check'> &
  TonicOptions & {
    readonly hosts: readonly HostOption[];
    readonly check?: BackendCheckOptions | false | undefined;
    readonly tls?: ClientTlsOptions | boolean | undefined;
  };
