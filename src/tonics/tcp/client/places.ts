import { isIP } from 'node:net';
import { type TaskTonicError, fail, toError } from '../../../core/errors.js';
import type { Random } from '../../../core/time/random.js';
import type { Network, SrvRecord } from '../../../selector/network.js';
import { showAddress } from '../../socket-errors.js';
import type { HostAndPort } from './host-option.js';
import { srvOrder } from './srv-order.js';

/** Where to look the servers of a service up: what is asked for a name like `_redis._tcp.example.org`. */
export type ResolveSrv = (name: string) => PromiseLike<readonly SrvRecord[]>;

/** Several places that a client may connect to. */
export interface Places {
  /** All of them, for errors. */
  readonly name: string;
  /**
   * The places of the next pass, in the order in which they are tried: at least one, where there is no error.
   * @returns ends it: after that `found` is not called any more.
   */
  find(found: (error: TaskTonicError | undefined, places: readonly HostAndPort[]) => void): () => void;
  /** This one is tried now. It ends with one of the two below. */
  tried(place: HostAndPort): void;
  /** It took no connection. */
  failed(place: HostAndPort, error: TaskTonicError): void;
  /** The connection to it is over; or the try, since nobody wants it any more. */
  left(place: HostAndPort): void;
}

/** Hosts that many clients share. Which of them is next is decided for all of these. */
export interface SharedHosts {
  readonly list: readonly HostAndPort[];
  /** @internal */
  readonly _ttPlaces: Places;
}

export function areShared(hosts: unknown): hosts is SharedHosts {
  return typeof hosts === 'object' && hosts !== null && '_ttPlaces' in hosts;
}

/** The most hosts that an error names. */
const SHOWN = 3;
/** The most servers of a service that one pass tries. */
const MOST_SERVERS = 100;

/** A list of hosts: each pass begins with the first one, or in turn with the one behind the last that was tried. */
export class HostPlaces implements Places {
  readonly name: string;
  readonly #hosts: readonly HostAndPort[];
  readonly #inTurn: boolean;
  #next = 0;

  constructor(hosts: readonly HostAndPort[], order: 'roundRobin' | 'firstAlive') {
    this.#hosts = hosts;
    this.#inTurn = order === 'roundRobin';
    const shown = hosts.slice(0, SHOWN).map(({ host, port }) => showAddress(host, port));
    const more = hosts.length > SHOWN ? ` and ${hosts.length - SHOWN} more` : '';
    this.name = shown.join(', ') + more;
  }

  /** The first pass begins with that one: any whole number from 0. */
  beginAt(turn: number): void {
    this.#next = turn % this.#hosts.length;
  }

  find(found: (error: undefined, places: readonly HostAndPort[]) => void): () => void {
    const from = this.#inTurn ? this.#next : 0;
    found(undefined, [...this.#hosts.slice(from), ...this.#hosts.slice(0, from)]);
    return () => {};
  }

  tried(place: HostAndPort): void {
    this.#next = (this.#hosts.indexOf(place) + 1) % this.#hosts.length;
  }

  failed(): void {}
  left(): void {}
}

/** The servers of a service, looked up again before each pass (RFC 2782). */
export class SrvPlaces implements Places {
  readonly name: string;
  readonly #lookUp: Network['lookupSrv'];
  readonly #random: Random;

  constructor(name: string, network: Pick<Network, 'lookupSrv'>, random: Random, resolve: ResolveSrv | undefined) {
    this.name = name;
    this.#random = random;
    this.#lookUp = resolve === undefined ? network.lookupSrv.bind(network) : asLookup(resolve);
  }

  find(found: (error: TaskTonicError | undefined, places: readonly HostAndPort[]) => void): () => void {
    return this.#lookUp(this.name, (error, records) => {
      const problem = error === undefined ? problemOf(records) : `the look-up failed (${error.message})`;
      if (problem !== undefined) return found(fail('TT_NO_SRV', { name: this.name, problem }, error), []);
      const servers = srvOrder(records, this.#random).slice(0, MOST_SERVERS);
      return found(
        undefined,
        servers.map(({ name: host, port }) => ({ host, port })),
      );
    });
  }

  tried(): void {}
  failed(): void {}
  left(): void {}
}

/** The domain that a service is of: what stands behind `_service._proto.`. Certificates are made for that (RFC 9525). */
export function domainOf(service: string): string {
  return service.replace(/^(?:_[^.]*\.)+/, '').replace(/\.$/, '');
}

/** What is wrong with records: they come from others, and from a function of the user's. */
function problemOf(records: readonly SrvRecord[]): string | undefined {
  if (!Array.isArray(records) || records.length === 0) return 'it has no records';
  if (!records.every(isRecord)) return 'a record is not right';
  if (records.some(({ name }) => isNone(name))) return 'its records say that the service is not there';
  return undefined;
}

function isRecord(record: Partial<SrvRecord> | null): record is SrvRecord {
  const { name, port, priority, weight } = record ?? {};
  if (typeof name !== 'string') return false;
  const numbers = [port, priority, weight].every(
    (number) => Number.isInteger(number) && number! >= 0 && number! <= 65_535,
  );
  return numbers && (isNone(name) || (port! > 0 && isIP(name) === 0));
}

const isNone = (name: string): boolean => name === '' || name === '.';

/** A function that promises records, as a network looks them up. */
function asLookup(resolve: ResolveSrv): Network['lookupSrv'] {
  return (name, done) => {
    let over = false;
    const settle = (error: Error | undefined, records: readonly SrvRecord[]): void => {
      if (!over) done(error, records);
    };
    new Promise<readonly SrvRecord[]>((accept) => accept(resolve(name))).then(
      (records) => settle(undefined, records),
      (thrown: unknown) => settle(toError(thrown), []),
    );
    return () => void (over = true);
  };
}
