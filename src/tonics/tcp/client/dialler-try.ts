import { type TaskTonicError, fail } from '../../../core/errors.js';
import { Interest, type InterestSet } from '../../../selector/interest.js';
import type { StreamChannel, StreamSettings } from '../../../selector/network.js';
import type { TlsStart } from '../../../selector/tls.js';
import type { DialKey, DialDependencies } from './dialler-dependencies.js';
import type { ProtocolHandshake } from './protocol-handshake.js';
import { dialOrder, familyOf } from './dialler-order.js';
import type { SentProxy } from '../proxy/sent-proxy.js';
import { severalReasons, showAddress, socketError } from '../../socket-errors.js';

/** With no answer for so many ms, the next address is tried beside this one ("Connection Attempt Delay", RFC 8305, section 5). */
export const NEXT_ADDRESS_AFTER = 250;

/** The destination and limits of one try. */
export interface TrySettings {
  /** The path of a UNIX socket; host, port, family and local address are ignored then. */
  readonly path?: string | undefined;
  /** A name or a numeric address. */
  readonly host: string;
  readonly port: number;
  /** Only addresses of this family; 0 for both. */
  readonly family: 0 | 4 | 6;
  /** The address to connect from: only addresses of its family are tried. */
  readonly localAddress?: string | undefined;
  readonly localPort?: number | undefined;
  /** For the whole try, look-up included, in ms. */
  readonly connectTimeout: number;
  readonly stream: StreamSettings;
  /** Writes the first bytes of each connection, such as a PROXY header. */
  readonly begins?: Pick<SentProxy, 'begin'> | undefined;
  /** A connection goes on under TLS before it counts as opened. */
  readonly secure?: TlsStart | undefined;
  /**
   * Makes the handshake of the protocol, which must end before the connection counts as opened; `undefined` for none.
   */
  readonly handshake?: (() => ProtocolHandshake | undefined) | undefined;
}

/** The result of a try: one of these is called, once. */
export interface TryEvents<Key extends DialKey> {
  /** The channel and its key belong to the receiver from now on. */
  opened(channel: StreamChannel, key: Key): void;
  failed(error: TaskTonicError): void;
}

/** One address of a try. */
interface Attempt<Key extends DialKey> {
  readonly at: number;
  readonly shown: string;
  readonly channel: StreamChannel;
  readonly key: Key;
  /** It is connected, and its handshake is under way. */
  readonly secures: boolean;
  /** Its handshake is under way. */
  handshake?: ProtocolHandshake;
}

/**
 * One try to open a connection, at every address of a name:
 *
 * ```text
 * look-up -> 1st address ---------------------------> it fails: the next one at once
 *                 | 250 ms without an answer
 *                 +-> 2nd address, beside the 1st ---> the first one that opens wins, the others are closed
 * ```
 *
 * Its events never come within its constructor.
 */
export class Try<Key extends DialKey> {
  readonly #dependencies: DialDependencies<Key>;
  readonly #settings: TrySettings;
  readonly #events: TryEvents<Key>;
  readonly #underWay = new Set<Attempt<Key>>();
  /** In the order of the addresses, not of the failures. */
  readonly #errors: TaskTonicError[] = [];
  #addresses: readonly string[] = [];
  /** The number of addresses that were tried. */
  #tried = 0;
  #stopLookup: (() => void) | undefined;
  #stopDeadline: () => void;
  #stopDelay: (() => void) | undefined;

  constructor(dependencies: DialDependencies<Key>, settings: TrySettings, events: TryEvents<Key>) {
    this.#dependencies = dependencies;
    this.#settings = settings;
    this.#events = events;
    this.#stopDeadline = dependencies.after(settings.connectTimeout, () => this.#timeUp());
    if (settings.path !== undefined) {
      this.#addresses = [settings.path];
      // There is only one address, and no event comes within the call.
      this.#next();
      return;
    }
    // All addresses are looked up, also with "localAddress": so the error can say that the host has only addresses of the other family.
    this.#stopLookup = dependencies.network.lookup(settings.host, settings.family, (error, found) =>
      this.#lookedUp(error, found),
    );
  }

  /** Ends it without an event; nothing of it stays open. */
  cancel(): void {
    this.#stopLookup?.();
    this.#stopDeadline();
    this.#stopDelay?.();
    for (const { key } of this.#underWay) key.cancel();
    this.#underWay.clear();
  }

  #lookedUp(error: Error | undefined, found: readonly string[]): void {
    this.#stopLookup = undefined;
    if (error !== undefined) return this.#over(socketError(error, this.#name));
    const { family, localAddress } = this.#settings;
    const wanted = localAddress === undefined ? family : familyOf(localAddress);
    const fitting = found.filter((address) => wanted === 0 || familyOf(address) === wanted);
    if (fitting.length === 0) return this.#over(this.#noneFits(wanted));
    this.#addresses = dialOrder(fitting);
    return this.#next();
  }

  #noneFits(wanted: number): TaskTonicError {
    const { localAddress } = this.#settings;
    const option = localAddress === undefined ? '"family"' : `"localAddress" (${localAddress})`;
    return fail('TT_NO_FITTING_ADDRESS', { address: this.#name, family: `IPv${wanted}`, option });
  }

  #next(): void {
    this.#stopDelay?.();
    this.#stopDelay = undefined;
    const { path, port, localAddress, localPort, stream } = this.#settings;
    const { network } = this.#dependencies;
    const at = this.#tried++;
    const address = this.#addresses[at]!;
    const channel = network.connect({
      address,
      port,
      localAddress,
      localPort,
      stream,
      ...(path !== undefined && { path }),
    });
    const key = this.#dependencies.watch(channel, (ready) => this.#ready(attempt, ready));
    const shown = path === undefined ? showAddress(address, port) : this.#name;
    const attempt: Attempt<Key> = { at, shown, channel, key, secures: false };
    this.#underWay.add(attempt);
    if (this.#tried < this.#addresses.length)
      this.#stopDelay = this.#dependencies.after(NEXT_ADDRESS_AFTER, () => this.#next());
  }

  #ready(attempt: Attempt<Key>, ready: InterestSet): void {
    if (attempt.handshake !== undefined) this.#read(attempt, attempt.handshake, ready);
    else if ((ready & Interest.CONNECT) !== 0) {
      if (!attempt.secures) this.#settings.begins?.begin(attempt.channel);
      if (this.#settings.secure === undefined || attempt.secures) this.#greet(attempt, ready & ~Interest.CONNECT);
      else this.#secure(attempt, this.#settings.secure);
    } else if ((ready & Interest.HANGUP) !== 0) this.#failed(attempt);
  }

  /** The first one that is connected goes on; the others are closed. */
  #leaveOthers(winner: StreamChannel): void {
    this.#stopDelay?.();
    this.#stopDelay = undefined;
    for (const { channel, key } of this.#underWay) if (channel !== winner) key.cancel();
    this.#underWay.clear();
  }

  #greet(attempt: Attempt<Key>, more: InterestSet): void {
    const handshake = this.#settings.handshake?.();
    if (handshake === undefined) return this.#opened(attempt, more);
    const { channel, key } = attempt;
    this.#leaveOthers(channel);
    this.#underWay.add(attempt);
    attempt.handshake = handshake;
    handshake.begin(channel);
    key.modify?.(Interest.READ);
    if (more !== 0) key.signal(more);
  }

  #read(attempt: Attempt<Key>, handshake: ProtocolHandshake, ready: InterestSet): void {
    const { channel } = attempt;
    const done = channel.received > 0 || channel.ended ? handshake.read(channel) : false;
    if (done === true) return this.#opened(attempt, ready & Interest.HANGUP);
    if (done !== false) return this.#over(done);
    if ((ready & Interest.HANGUP) !== 0 && channel.closed) this.#failed(attempt);
  }

  #secure({ at, shown, channel: plain, key: before }: Attempt<Key>, start: TlsStart): void {
    this.#leaveOthers(plain);
    try {
      const channel = this.#dependencies.network.secure(plain, start.side(shown));
      const key = this.#dependencies.watch(channel, (ready) => this.#ready(attempt, ready));
      const attempt: Attempt<Key> = { at, shown, channel, key, secures: true };
      this.#underWay.add(attempt);
    } catch (thrown) {
      return this.#over(thrown as TaskTonicError);
    } finally {
      before.cancel();
    }
  }

  #opened(attempt: Attempt<Key>, more: InterestSet): void {
    const { channel, key } = attempt;
    this.#underWay.delete(attempt);
    this.cancel();
    this.#events.opened(channel, key);
    // The connection was lost in the same poll: its new owner must be told.
    if (more !== 0) key.signal(more);
  }

  #failed(attempt: Attempt<Key>): void {
    const { at, shown, channel, key } = attempt;
    this.#underWay.delete(attempt);
    const error = channel.takeError() ?? new Error('it was closed');
    this.#errors[at] = socketError(error, shown, { name: this.#settings.secure?.name });
    key.cancel();
    if (this.#tried < this.#addresses.length) this.#next();
    else if (this.#underWay.size === 0) this.#over();
  }

  #timeUp(): void {
    const { connectTimeout: ms } = this.#settings;
    const lookup = this.#stopLookup === undefined ? '' : ' (its name was not looked up by then)';
    for (const { at, shown: address, secures, handshake } of this.#underWay)
      this.#errors[at] =
        handshake?.timedOut(ms) ?? fail(secures ? 'TT_TLS_TIMEOUT' : 'TT_CONNECT_TIMEOUT', { address, ms, lookup });
    if (lookup === '') this.#over();
    else this.#over(fail('TT_CONNECT_TIMEOUT', { address: this.#name, ms, lookup }));
  }

  #over(error?: TaskTonicError): void {
    this.cancel();
    // An address that never answered has no entry.
    this.#events.failed(error ?? severalReasons(this.#name, Object.values(this.#errors)));
  }

  get #name(): string {
    const { path, host, port } = this.#settings;
    return path === undefined ? showAddress(host, port) : showAddress(path, 0, 'UNIX');
  }
}
