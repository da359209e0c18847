import type { AnyTonic } from '../core/any-tonic.js';
import { fail } from '../core/errors.js';
import { nearest } from '../core/nearest.js';
import { TcpClient } from './tcp-client.js';
import { TcpServer } from './tcp-server.js';
import { UdpSocket } from './udp-socket.js';

/** A class of Tonics that is made with one record of options, or none. */
export type StoredTonic = new (options: never) => AnyTonic;
export type Catalog = Readonly<Record<string, StoredTonic>>;

/**
 * The catalog of ready-made Tonics, by name. A Formula's configuration starts any of them:
 * `{ start: [{ tonic: 'UdpSocket', options: { port: 7007 } }] }`.
 *
 * A catalog does not change: {@link with} makes a larger one, which a Formula takes as its `tonicStore`.
 */
export class TonicStore<C extends Catalog = Catalog> {
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
    const TonicClass = Object.hasOwn(this.tonics, name) ? this.tonics[name] : undefined;
    if (TonicClass === undefined) {
      const close = nearest(name, Object.keys(this.tonics), 3);
      throw fail('TT_UNKNOWN_TONIC', { name, hint: close === undefined ? '' : ` (did you mean ${close}?)` });
    }
    return new TonicClass(...(options as [never])) as InstanceType<C[N]>;
  }
}

/** What comes with the framework. */
export const tonicStore = new TonicStore({ TcpServer, TcpClient, UdpSocket });
