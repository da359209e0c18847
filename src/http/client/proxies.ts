import { isIP } from 'node:net';
import { badOption } from '../../core/options/option-problem.js';
import { AddressList } from '../../tonics/address-list.js';
import { type Target, targetOfUrl } from './target.js';

type Environment = Readonly<Record<string, string | undefined>>;

const WANTED = 'must be a URL that begins with http: or https:';
const LOOPBACK = /^(localhost|.*\.localhost|127(\.\d+){3}|::1)$/;

/** Decides which proxy a request goes through. */
export class Proxies {
  readonly #plain: Target | undefined;
  readonly #secure: Target | undefined;
  readonly #not: readonly ((target: Target) => boolean)[];

  private constructor(
    plain: Target | undefined,
    secure: Target | undefined,
    not: readonly ((at: Target) => boolean)[],
  ) {
    this.#plain = plain;
    this.#secure = secure;
    this.#not = not;
  }

  /** @throws {TaskTonicError} `TT_BAD_OPTION` */
  static of(proxy: string | false, environment: Environment, of: string): Proxies {
    if (proxy === 'environment') return Proxies.#ofEnvironment(environment, of);
    const target = proxy === false ? undefined : proxyOf(proxy, of, 'proxy');
    return new Proxies(target, target, []);
  }

  /** The environment as most programs read it: lower case first; no proxy for this machine. */
  static #ofEnvironment(environment: Environment, of: string): Proxies {
    const read = (name: string): string | undefined =>
      environment[name.toLowerCase()] ?? (isForged(name, environment) ? undefined : environment[name]);
    const proxy = (name: string): Target | undefined => {
      const value = read(name) ?? read('ALL_PROXY');
      return value === undefined || value === '' ? undefined : proxyOf(value, of, `proxy (${name})`);
    };
    const not = (read('NO_PROXY') ?? '').split(/[\s,]+/).filter((rule) => rule !== '');
    return new Proxies(proxy('HTTP_PROXY'), proxy('HTTPS_PROXY'), [
      ({ host }) => LOOPBACK.test(host),
      ...not.map(ruleOf),
    ]);
  }

  /** The proxy for a target; `undefined` for a direct connection. */
  for(target: Target): Target | undefined {
    if (target.socketPath !== undefined) return undefined;
    const proxy = target.secure ? this.#secure : this.#plain;
    return proxy === undefined || this.#not.some((isMeant) => isMeant(target)) ? undefined : proxy;
  }
}

/** In a CGI program `HTTP_PROXY` contains the request header `Proxy`, which anybody can send (https://httpoxy.org). */
function isForged(name: string, environment: Environment): boolean {
  return name === 'HTTP_PROXY' && environment['REQUEST_METHOD'] !== undefined;
}

function proxyOf(text: string, of: string, option: string): Target {
  const whole = /^[a-z][a-z\d+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  const url = URL.canParse(whole) ? new URL(whole) : undefined;
  // The error does not show the value, because it may contain a password.
  if (url === undefined || (url.protocol !== 'http:' && url.protocol !== 'https:'))
    throw badOption(of, option, `it ${WANTED}`);
  return targetOfUrl(url, undefined);
}

/**
 * The test for a rule. `example.com` and `.example.com` match the host and all below it, `*` matches everything. An
 * address or a network is possible, too; each with or without a port.
 */
function ruleOf(rule: string): (target: Target) => boolean {
  if (rule === '*') return () => true;
  const [, bare = rule, port] = /^(.*?)(?::(\d+))?$/.exec(isIP(rule) === 6 ? `[${rule}]` : rule) ?? [];
  const name = bare
    .replace(/^\[|\]$/g, '')
    .replace(/^\*?\./, '')
    .toLowerCase();
  const isPort = (target: Target): boolean => port === undefined || Number(port) === target.port;
  if (isIP(name.split('/', 1)[0]!) !== 0) return netOf(name, isPort);
  return (target) => isPort(target) && (target.host === name || target.host.endsWith(`.${name}`));
}

function netOf(net: string, isPort: (target: Target) => boolean): (target: Target) => boolean {
  const bits = Number(net.split('/')[1] ?? 0);
  if (!(bits >= 0 && bits <= (isIP(net.split('/', 1)[0]!) === 4 ? 32 : 128))) return () => false;
  const list = new AddressList([net]);
  return (target) => isPort(target) && isIP(target.host) !== 0 && list.has({ address: target.host, port: target.port });
}
