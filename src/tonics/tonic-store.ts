import type * as v from 'valibot';
import type { AnyTonic } from '../core/any-tonic.js';
import { isPlainObject, shown } from '../core/options/data-tree.js';
import { fail } from '../core/errors.js';
import { nearest } from '../core/options/nearest.js';
import type { StartProblem, TonicMaker } from '../config/tonic-maker.js';
import { checkOptions } from './options.js';
import { Readiness } from './readiness/readiness.js';
import { TcpClient } from './tcp/client/tcp-client.js';
import { TcpConnection } from './tcp/connection/tcp-connection.js';
import { TcpServer } from './tcp/server/tcp-server.js';
import { UdpServer } from './udp/server/udp-server.js';
import { UdpSession } from './udp/server/udp-session.js';
import { UdpSocket } from './udp/udp-socket.js';

/** A class of Tonics that is made with one record of options, or none. */
export type StoredTonic = (new (options: never) => AnyTonic) & {
  /**
   * What its options must look like, as a schema of valibot: those that a configuration gives are then checked before anything is made,
   * and texts of the environment become what is wanted. Of the class itself, not of its parents.
   */
  readonly optionsSchema?: v.GenericSchema;
};
/** Tonics by the names that a configuration calls them by. */
export type Catalog = Readonly<Record<string, StoredTonic>>;

/**
 * The catalog of ready-made Tonics, by name. A Formula's configuration starts any of them:
 * `{ start: [{ tonic: 'UdpSocket', options: { port: 7007 } }] }`.
 *
 * An option `protocol` may be the name of a protocol handler that the catalog has.
 *
 * A catalog does not change: {@link with} makes a larger one, which a Formula takes as its `tonicStore`.
 */
export class TonicStore<C extends Catalog = Catalog> implements TonicMaker {
  constructor(readonly tonics: C) {}

  /**
   * The catalog with further Tonics.
   * @throws {TaskTonicError} `TT_TONIC_EXISTS` where a name stands for another class already.
   */
  with<D extends Catalog>(more: D): TonicStore<C & D> {
    for (const [name, tonicClass] of Object.entries(more)) {
      if (Object.hasOwn(this.tonics, name) && this.tonics[name] !== tonicClass) throw fail('TT_TONIC_EXISTS', { name });
    }
    return new TonicStore({ ...this.tonics, ...more });
  }

  /**
   * Makes a Tonic by its name, as `new` does.
   * @throws {TaskTonicError} `TT_UNKNOWN_TONIC`; and what the class throws.
   */
  make<N extends keyof C & string>(name: N, ...options: ConstructorParameters<C[N]>): InstanceType<C[N]> {
    const [given, ...rest] = options as unknown[];
    const TonicClass = this.#find(name);
    if (TonicClass === undefined) throw fail('TT_UNKNOWN_TONIC', { name, hint: this.#hint(name) });
    return new TonicClass(...([this.#withProtocol(given), ...rest] as [never])) as InstanceType<C[N]>;
  }

  /** The description of the options that a Tonic takes, where its class has one. */
  schemaOf(name: string): v.GenericSchema | undefined {
    const TonicClass = this.#find(name);
    return TonicClass !== undefined && Object.hasOwn(TonicClass, 'optionsSchema')
      ? TonicClass.optionsSchema
      : undefined;
  }

  /** What would be wrong with making a Tonic; nothing is made. */
  check(name: string, options: unknown): StartProblem[] {
    if (this.#find(name) === undefined) {
      const is = `is ${shown(name, [])}`;
      return [{ path: ['tonic'], is, must: `the TonicStore has none of that name${this.#hint(name)}` }];
    }
    const Base = baseOf(this.#find(name));
    const protocol = this.#protocolProblem(options, Base);
    const schema = this.schemaOf(name);
    // The other options are looked at as if the protocol were right.
    const given = protocol === undefined ? this.#withProtocol(options) : { ...(options as object), protocol: Base };
    const others = schema === undefined ? [] : checkOptions(schema, given ?? {}, ['options']);
    return protocol === undefined ? others : [protocol, ...others];
  }

  /** The options with a protocol handler in the place of its name. */
  #withProtocol(options: unknown): unknown {
    if (!isPlainObject(options) || typeof options['protocol'] !== 'string') return options;
    return { ...options, protocol: this.#find(options['protocol']) ?? options['protocol'] };
  }

  #protocolProblem(options: unknown, Base: AnyProtocol): StartProblem | undefined {
    if (!isPlainObject(options) || typeof options['protocol'] !== 'string') return undefined;
    const name = options['protocol'];
    const found = this.#find(name);
    const at = { path: ['options', 'protocol'], is: `is ${shown(name, [])}` };
    if (found === undefined) return { ...at, must: `the TonicStore has none of that name${this.#hint(name)}` };
    return found.prototype instanceof Base
      ? undefined
      : { ...at, must: `must be the name of a class that extends ${Base.name}` };
  }

  #find(name: string): StoredTonic | undefined {
    return Object.hasOwn(this.tonics, name) ? this.tonics[name] : undefined;
  }

  #hint(name: string): string {
    const close = nearest(name, Object.keys(this.tonics), 3);
    return close === undefined ? '' : ` (did you mean ${close}?)`;
  }
}

/** What a protocol extends that is given to one of its Tonics. */
type AnyProtocol = typeof TcpConnection | typeof UdpSession;

function baseOf(TonicClass: StoredTonic | undefined): AnyProtocol {
  return TonicClass === UdpServer || TonicClass?.prototype instanceof UdpServer ? UdpSession : TcpConnection;
}

/** What comes with the framework. */
export const tonicStore = new TonicStore({ TcpServer, TcpClient, UdpSocket, UdpServer, Readiness });
