import * as v from 'valibot';
import { port, text } from '../../../core/options/option-schema.js';

/** A port of a host, by name or address. */
export interface HostAndPort {
  readonly host: string;
  readonly port: number;
}

/** The same as an option: `{ host: 'db1.example', port: 5432 }`, or a text: `'db1.example:5432'`, `'[::1]:5432'`. */
export type HostOption = HostAndPort | string;

const HOST = 'must be { host, port }, or a text such as 10.0.0.1:80 or [::1]:80';
const HOSTS = 'must be a list of hosts ({ host, port } or texts such as 10.0.0.1:80), with 1 to 100 of them';
const AS_TEXT = /^(?:\[([\da-f:.]+)\]|([^\s:[\]/]+)):(\d{1,5})$/i;

const hostAndPort = v.strictObject({ host: text, port: port(1) });
const hostText = v.pipe(
  v.string(),
  v.regex(AS_TEXT),
  v.transform((given) => {
    const [, ipv6, other, ofHost] = AS_TEXT.exec(given)!;
    return { host: (ipv6 ?? other)!, port: Number(ofHost) };
  }),
  hostAndPort,
);

/** A list of hosts, which comes out as `{ host, port }` each. */
export const hostList = v.pipe(
  v.array(v.union([hostAndPort, hostText], HOST), HOSTS),
  v.minLength(1, HOSTS),
  v.maxLength(100, HOSTS),
);
