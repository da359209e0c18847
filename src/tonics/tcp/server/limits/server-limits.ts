import type { Bucket } from '../../../../core/time/token-bucket.js';
import type { Address, TurnedAwayReason } from '../../../../selector/network.js';
import { AddressList } from '../../../address-list.js';
import { rateOf } from '../../../rate-option.js';
import type { ServerSettings } from '../server-options.js';
import type { AddressLimit } from './address-counts.js';
import type { LimitMaker } from './shared-limits.js';

type WhyNot = Extract<TurnedAwayReason, 'denied' | 'addressLimit' | 'rate'> | undefined;

/** What it takes of a server's options. */
type LimitSettings = Pick<ServerSettings, 'allow' | 'deny' | 'acceptRate' | 'maxConnectionsPerAddress'>;

/**
 * Who may come in by its address, how many of each, and how many in a second: the limits of a server beside the number of its connections. A server without any
 * of them has none of these.
 *
 * A peer of a trusted proxy is judged by the address that its header tells, when that is there; the proxy itself is always welcome.
 */
export class ServerLimits {
  readonly #allow: AddressList | undefined;
  readonly #deny: AddressList | undefined;
  readonly #addresses: AddressLimit | undefined;
  readonly #rate: Bucket | undefined;
  readonly #isProxy: (peer: Address | undefined) => boolean;

  private constructor(settings: LimitSettings, limits: LimitMaker, isProxy: (peer: Address | undefined) => boolean) {
    const { allow, deny, acceptRate, maxConnectionsPerAddress } = settings;
    this.#allow = allow && new AddressList(allow);
    this.#deny = deny && new AddressList(deny);
    const rate = rateOf(acceptRate);
    this.#rate = rate && limits.rate('accept', rate);
    this.#addresses = maxConnectionsPerAddress === undefined ? undefined : limits.addresses(maxConnectionsPerAddress);
    this.#isProxy = isProxy;
  }

  /** Those that the options ask for; `undefined` where these are none. */
  static of(
    settings: LimitSettings,
    limits: LimitMaker,
    isProxy: (peer: Address | undefined) => boolean,
  ): ServerLimits | undefined {
    const { allow, deny, acceptRate, maxConnectionsPerAddress: most } = settings;
    const hasSome = allow !== undefined || deny !== undefined || acceptRate !== undefined || most !== undefined;
    return hasSome ? new ServerLimits(settings, limits, isProxy) : undefined;
  }

  /** A peer was accepted: why it may not come in. It may count already, for whoever holds it, until {@link leave}. */
  accept(holder: object, remote: Address | undefined): WhyNot {
    if (this.#isProxy(remote)) return this.#tooFast;
    return this.#denied(remote) ?? this.take(holder, remote) ?? this.#tooFast;
  }

  /** A peer was accepted, which is to be handed over to another thread. */
  handOver(remote: Address | undefined): WhyNot {
    return (this.#isProxy(remote) ? undefined : this.#denied(remote)) ?? this.#tooFast;
  }

  /** A peer was handed over to this thread: who did so has looked at all but its number. */
  take(holder: object, remote: Address | undefined): WhyNot {
    if (this.#isProxy(remote) || this.#addresses?.enter(holder, remote) !== false) return undefined;
    return 'addressLimit';
  }

  /** A trusted proxy has told whom a connection is of. */
  behindProxy(holder: object, source: Address): WhyNot {
    if (this.#denied(source) !== undefined) return 'denied';
    return this.#addresses?.enter(holder, source) === false ? 'addressLimit' : undefined;
  }

  move(from: object, to: object): void {
    this.#addresses?.move(from, to);
  }

  leave(holder: object): void {
    this.#addresses?.leave(holder);
  }

  #denied(peer: Address | undefined): WhyNot {
    if (peer?.family === 'UNIX') return undefined;
    return this.#deny?.has(peer) === true || this.#allow?.has(peer) === false ? 'denied' : undefined;
  }

  get #tooFast(): WhyNot {
    return this.#rate?.takeOne() === false ? 'rate' : undefined;
  }
}
