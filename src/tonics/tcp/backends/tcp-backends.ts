import type * as v from 'valibot';
import type { AnyTonic } from '../../../core/any-tonic.js';
import { type ErrorCode, type TaskTonicError, fail } from '../../../core/errors.js';
import { checkOptionsOf, takesOptions } from '../../../core/options/class-options.js';
import { settingsIn } from '../../../core/options/option-schema.js';
import { EVENTS, type HeardEvents } from '../../../core/plan/heard-events.js';
import { ofFramework } from '../../../core/plan/plan.js';
import { SocketTonic } from '../../socket-tonic.js';
import { meansOf } from '../client/dialler-means.js';
import type { Places, SharedHosts } from '../client/places.js';
import type { TcpClientOptions } from '../client/tcp-client.js';
import { relay } from '../connection/streams/relay.js';
import type { TcpConnection } from '../connection/tcp-connection.js';
import { BackendConnection, type ConnectionTally } from './backend-connection.js';
import { BackendWatch } from './backend-watch.js';
import { Backend, type BackendInfo } from './backend.js';
import { type BackendsSettings, type TcpBackendsOptions, backendsSchema, checkOf } from './backends-options.js';

/** How many backends and connections there are now, and what has become of connections since it began. */
export interface BackendCounts {
  /** Backends that are given connections. */
  readonly up: number;
  /** Backends that are left out, since they failed. */
  readonly down: number;
  /** Connections that are open or tried, those to backends that were taken out too. */
  readonly connections: number;
  /** Connections that were given to `relay()`. */
  readonly relayed: number;
  /** Those of them that no backend took. */
  readonly unserved: number;
  /** Connections that a backend did not take; then the next one was tried. */
  readonly failedTries: number;
  /** Bytes that relayed connections have brought to the backends, where these are over. */
  readonly bytesIn: number;
  /** Bytes that the backends have answered, where these are over. */
  readonly bytesOut: number;
}

/** Errors of a try that are of this machine: they say nothing of the backend. */
const OF_HERE: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'TT_OUT_OF_DESCRIPTORS',
  'TT_NO_LOCAL_END',
  'TT_BAD_CERTIFICATE',
]);

/**
 * Several servers of one kind: each new connection goes to the one that has the fewest, of those that are well. They are checked by connections of their own.
 *
 * ```ts
 * class Visitor extends TcpConnection {
 *   constructor(private readonly backends: TcpBackends) { super(); }
 *   ttse__onConnected(): void { this.backends.relay(this); }
 * }
 *
 * class Proxy extends Tonic {
 *   ttse__onStart(): void {
 *     const backends = new TcpBackends({ hosts: ['10.0.0.1:80', '10.0.0.2:80'] });
 *     new TcpServer({ port: 80, protocol: () => new Visitor(backends) });
 *   }
 * }
 * ```
 *
 * As the option `hosts` of a TcpClient it does the same for clients, also those of a pool. When a backend is left out, or is back, `onBackendChanged` is
 * heard by it, where its class defines that, else by its base, with this Tonic as the first argument. It is used on one thread: each thread has its own.
 */
export class TcpBackends<State extends string = never> extends SocketTonic<State> implements SharedHosts {
  /** A backend failed and is left out from now on, or is well again. */
  ttse__onBackendChanged?(backend: BackendInfo): void | undefined;

  /** @internal */
  static override readonly [EVENTS]: HeardEvents = { events: ['onBackendChanged'] };
  /** What its options must look like. */
  static readonly optionsSchema: v.GenericSchema<TcpBackendsOptions> = backendsSchema as never;
  #settings: BackendsSettings;
  #backends: readonly Backend[] = [];
  #watches: readonly BackendWatch[] = [];
  #chosen = 0;
  readonly #counts = { connections: 0, relayed: 0, unserved: 0, failedTries: 0, bytesIn: 0, bytesOut: 0 };
  readonly #tally: ConnectionTally = {
    unserved: () => void this.#counts.unserved++,
    relayed: (toBackend, fromBackend) => {
      this.#counts.bytesIn += toBackend;
      this.#counts.bytesOut += fromBackend;
    },
  };

  /** @throws {TaskTonicError} `TT_BAD_OPTION`, `TT_NEEDS_SELECTOR`; and as every Tonic. */
  constructor(options: TcpBackendsOptions) {
    checkOptionsOf(new.target, options);
    const settings = settingsIn(backendsSchema, options, new.target.name);
    super(settings);
    this.#settings = settings;
    this.#apply();
  }

  /** The backends, in the order of `hosts`. */
  get list(): readonly BackendInfo[] {
    return this.#backends.map(({ info }) => info);
  }

  get counts(): BackendCounts {
    const up = this.#backends.filter(({ isUp }) => isUp).length;
    return { up, down: this.#backends.length - up, ...this.#counts };
  }

  /**
   * Takes other options in place of all that it had; `name`, `base` and the like stay as they are. Backends that stay keep what is known of them. Connections go on, also
   * those to a backend that is no longer there.
   *
   * @throws {TaskTonicError} `TT_BAD_OPTION`: then nothing changes.
   */
  configure(options: TcpBackendsOptions): void {
    checkOptionsOf(this.constructor as typeof TcpBackends, options);
    this.#settings = settingsIn(backendsSchema, options, this._ttPlan.className);
    this.#apply();
  }

  #apply(): void {
    const { hosts } = this.#settings;
    const check = checkOf(this.#settings);
    const before = new Map(this.#backends.map((backend) => [backend.place, backend]));
    const now = new Map(hosts.map((host) => new Backend(host)).map((made) => [made.place, made]));
    this.#backends = [...now.values()].map((made) => before.get(made.place) ?? made);
    for (const watch of this.#watches) watch.stop();
    if (check === false) for (const backend of this.#backends) backend.isUp = true;
    const self = this as AnyTonic;
    const judged = (backend: Backend, error: Error | undefined): void => this.#judged(backend, error);
    const to = this.#ways(this.#settings.proxyProtocol);
    this.#watches = check === false ? [] : this.#backends.map((one) => new BackendWatch(self, one, check, to, judged));
  }

  /** How a backend is connected to. */
  #ways(proxyProtocol: TcpClientOptions['proxyProtocol']): Pick<TcpClientOptions, 'connectTimeout' | 'tls'> {
    const { connectTimeout, tls } = this.#settings;
    return { connectTimeout, ...(tls !== undefined && { tls }), ...(proxyProtocol !== undefined && { proxyProtocol }) };
  }

  /**
   * Joins a connection with a new one to the backend that has the fewest: see {@link relay}. Nothing is read from the connection before a backend has taken it, so where one
   * takes none the next one is tried, and nothing is lost. Where none does, the connection is reset, and hears why in `onRelayEnded`.
   *
   * @throws {TaskTonicError} as {@link relay}; and what is wrong with the option `tls`.
   */
  relay(connection: TcpConnection<string>): void {
    const { proxyProtocol: version, drain } = this.#settings;
    const ways = this.#ways(version && { version, of: connection });
    const backend = new BackendConnection({ ...ways, base: connection, hosts: this, retries: 0 }, this.#tally);
    try {
      relay(connection, backend, { drain });
    } catch (thrown) {
      backend.ttsc__finish();
      throw thrown;
    }
    this.#counts.relayed++;
  }

  // ---- Which one ----

  /** @internal */
  readonly _ttPlaces: Places = this.#places();

  #places(): Places {
    const shownName = (): string => this.name;
    return {
      get name() {
        return shownName();
      },
      find: (found) => {
        const up = this.#backends.filter(({ isUp }) => isUp).sort((one, other) => one.isBefore(other));
        if (up.length === 0) return this.#later(() => found(this.#noneUp(), []));
        found(undefined, up);
        return () => {};
      },
      tried: (place) => this.#tried(place as Backend),
      failed: (place, error) => this.#failed(place as Backend, error),
      left: (place) => this.#left(place as Backend),
    };
  }

  #later(then: () => void): () => void {
    return meansOf(this._ttCatalyst).after(0, then);
  }

  #noneUp(): TaskTonicError {
    const reasons = this.#backends.map(({ place, error }) => `\n  ${place}: ${error?.message ?? 'left out'}`);
    return fail('TT_NO_BACKEND', { backends: this.name, reasons: reasons.join('') });
  }

  #tried(backend: Backend): void {
    backend.connections++;
    this.#counts.connections++;
    backend.chosenAt = this.#chosen += 1;
  }

  #left(backend: Backend): void {
    backend.connections--;
    this.#counts.connections--;
  }

  #failed(backend: Backend, error: TaskTonicError): void {
    this.#left(backend);
    this.#counts.failedTries++;
    // Without checks nothing would say that it is well again.
    if (checkOf(this.#settings) !== false && !OF_HERE.has(error.code)) this.#judged(backend, error);
  }

  #judged(backend: Backend, error: Error | undefined): void {
    const check = checkOf(this.#settings);
    if (check === false || !this.#backends.includes(backend)) return;
    const changed = error === undefined ? backend.passed(check.rise) : backend.failed(error, check.fall);
    if (!changed) return;
    if (error === undefined) this.log.info(`${backend.place} is up`);
    else this.log.warn(`${backend.place} is down: ${error.message}`);
    this._ttEmit('ttse__onBackendChanged', backend.info);
  }

  // ---- Its end ----

  /** @internal */
  override _ttRelease(): void {
    for (const watch of this.#watches) watch.stop();
    super._ttRelease();
  }
}
ofFramework(TcpBackends);
takesOptions(TcpBackends, backendsSchema);
