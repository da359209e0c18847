import type * as v from 'valibot';
import type { AnyTonic, InfusionFailure } from '../../../core/any-tonic.js';
import type { TaskTonicError } from '../../../core/errors.js';
import { queueEnd } from '../../../core/life.js';
import { checkOptionsOf, takesOptions } from '../../../core/options/class-options.js';
import { TonicSettings } from '../../../core/options/tonic-options.js';
import { EVENTS, type HeardEvents } from '../../../core/plan/heard-events.js';
import { ofFramework } from '../../../core/plan/plan.js';
import type { Address } from '../../../selector/network.js';
import { makerOf } from '../../protocol-maker.js';
import { Alarm } from '../../alarm.js';
import { SocketTonic } from '../../socket-tonic.js';
import { TurnedAwayEvents } from '../../tcp/server/limits/turned-away-events.js';
import { checkLoadable } from '../../tcp/server/loadable-protocol.js';
import { PART, type PartGiven } from '../../tcp/server/server-catalyst.js';
import { threadsOf } from '../../tcp/server/server-options.js';
import { type ListenInfo, type ServerPhase, tellListening } from '../../tcp/server/tcp-server.js';
import { sendError } from '../udp-errors.js';
import type { BoundSockets, KeeperOwner, PeerKeeper } from './peer-keeper.js';
import { Sessions } from './sessions.js';
import { PartOfSessions } from './threads/part-of-sessions.js';
import { RoutedPeers } from './threads/routed-peers.js';
import type { PeerTurnedAway, UdpServerCounts } from './udp-server-counts.js';
import {
  type UdpServerOptions,
  type UdpServerSettings,
  udpServerSchema,
  udpServerSettings,
} from './udp-server-options.js';
import { UdpSession } from './udp-session.js';

/**
 * Receives datagrams, and makes a Tonic for each peer, by its address and port. A session that fails hurts only itself: it is logged, counted and
 * ended, and the next datagram of its peer begins a new one.
 */
export class UdpServer<State extends string = never> extends SocketTonic<State> {
  /** @internal */
  static override readonly [EVENTS]: HeardEvents = {
    events: ['onListening', 'onTurnedAway', 'onError'],
    mistaken: { onConnection: 'onConnected', onSession: 'onConnected' },
  };
  /** What its options must look like. */
  static readonly optionsSchema: v.GenericSchema = udpServerSchema;
  /** It is bound; tells the real address and port. `maxConnections` is `maxPeers`. */
  ttse__onListening?(info: ListenInfo): void | undefined;
  /** A datagram of somebody new was dropped, for a limit, or since the peer may not come in. Of very many in a second most are told as one. */
  ttse__onTurnedAway?(turnedAway: PeerTurnedAway): void | undefined;
  /** The socket reported an error. One that keeps it from opening finishes it; where nobody hears of that, as a failure. */
  ttse__onError?(error: TaskTonicError): void | undefined;

  readonly #settings: UdpServerSettings;
  readonly #peers: PeerKeeper;
  readonly #turnedAwayEvents: TurnedAwayEvents<PeerTurnedAway>;
  #sockets: BoundSockets | undefined = undefined;
  #phase: ServerPhase = 'opening';
  /** Its order to take datagrams in is on the queue. */
  #receives = false;
  /** When it gives up what has not left; there once its end waits for that. */
  #deadline: Alarm | undefined = undefined;

  /** @throws {TaskTonicError} `TT_BAD_OPTION`, `TT_BAD_PROTOCOL`; and as every Tonic. */
  constructor(options: UdpServerOptions = {}) {
    checkOptionsOf(new.target, options);
    const { name } = new.target;
    const settings = udpServerSettings(options, name);
    const make = makerOf<UdpSession<string>>(settings.protocol ?? RelayedSession, UdpSession, name);
    // Whatever machine it is on.
    if (settings.catalysts !== 1) checkLoadable(settings, name, 'UdpSession');
    super(TonicSettings.of(settings));
    const { [PART]: part } = options as { readonly [PART]?: PartGiven };
    this.#settings = settings;
    this.#turnedAwayEvents = new TurnedAwayEvents(this._ttCatalyst, (peer) => this._ttEmit('ttse__onTurnedAway', peer));
    this.#peers = this.#keeper(make, part);
    if (part === undefined) this._ttss__bind();
    else this.#isPart();
  }

  /** Its sessions are in this thread, or in others. */
  #keeper(make: () => UdpSession<string>, part: PartGiven | undefined): PeerKeeper {
    const settings = this.#settings;
    const owner: KeeperOwner = {
      supervise: (make) => this.supervise(make),
      listens: () => this.#listening(),
      receiveSoon: () => this.#receiveSoon(),
      mayExpire: () => this._ttss__expire(),
      turnedAway: (peer) => this.#turnedAwayEvents.add(peer),
      lost: (failure) => this._ttReport(sendError(failure, undefined)),
      failed: (error) => this.#failed(error),
      settled: () => this.#settled(),
    };
    const threads = threadsOf(settings.catalysts);
    if (threads > 1) return new RoutedPeers(this, settings, threads, owner);
    const sessions = part && new PartOfSessions(part, settings, this._ttCatalyst, owner);
    return new Sessions(this, settings, make, owner, sessions);
  }

  /** Another thread has the sockets. */
  #isPart(): void {
    this.#sockets = this.#peers.bind();
    this.#phase = 'listening';
  }

  // ---- What it is ----

  /** How far the server is, apart from the states of a subclass. */
  get phase(): ServerPhase {
    return this.#phase;
  }

  /** Where it is bound, with `socketPerAddress` to what all its sockets have in common; `undefined` before and after. */
  get local(): Address | undefined {
    return this.#sockets?.local;
  }

  /** Where its sockets are bound: one, or with `socketPerAddress` one for each address. */
  get addresses(): readonly Address[] {
    return this.#sockets?.addresses ?? [];
  }

  /** Its sessions, and what became of the datagrams. On Linux it reads a file of the kernel's to know what that has dropped: ask now and then, not for each datagram. */
  get counts(): UdpServerCounts {
    return this.#peers.counts;
  }

  // ---- What it is told ----

  /** Turns new peers away until `ttsc__resume`; its sessions go on. */
  ttsc__pause(): void {
    this.#peers.admission.paused = true;
  }

  /** Takes new peers again. */
  ttsc__resume(): void {
    this.#peers.admission.paused = false;
  }

  /** Takes no new peers, lets its sessions finish, and finishes when what they sent has left. */
  ttsc__close(): void {
    this.ttsc__finish();
  }

  /** A session failed, which the log has told: the others go on. */
  ttse__onInfusionFailed({ tonic }: InfusionFailure): void | undefined {
    if (tonic instanceof UdpSession) this.#peers.failed?.();
  }

  /** @internal */
  override _ttInfusionLeft(infusion: AnyTonic): void {
    this.#peers.infusionLeft?.(infusion);
  }

  // ---- What its sockets tell ----

  /** @internal */
  _ttss__bind(): void {
    if (this._ttMayInfuse) this.#sockets = this.#peers.bind();
  }

  #listening(): void {
    const { local } = this;
    if (this.#phase !== 'opening' || local === undefined) return;
    this.#phase = 'listening';
    const tonic = this as SocketTonic<string>;
    tellListening(this, { ...local, transport: 'udp', tonic, maxConnections: this.#settings.maxPeers });
  }

  /** In a sparkle: what a peer makes is this Tonic's doing. */
  #receiveSoon(): void {
    if (this.#receives) return;
    this.#receives = true;
    this._ttss__receive();
  }

  /** @internal Takes in what has come, and has it heard. */
  _ttss__receive(): void {
    this.#receives = false;
    if (this.#sockets === undefined || this.#phase === 'closed') return;
    const feed = this.#peers.takeIn();
    if (feed === undefined) return;
    feed.begin(this._ttCatalyst._ttGate.frames);
    this._ttScheduler.follow(feed);
  }

  /** @internal What had come by now is looked at first. */
  _ttss__expire(): void {
    if (this.#phase !== 'closed') this.#peers.expire?.();
  }

  /** @internal What the thread with the sockets tells this one, which has sessions. */
  _ttss__take(given: unknown): void {
    if (this.#phase !== 'closed') this.#peers.take?.(given);
  }

  /** @internal What a thread with sessions tells this one, which has the sockets. */
  _ttss__partTells(index: number, life: number, parcel: unknown): void {
    if (this.#phase !== 'closed') this.#peers.take?.(parcel, index, life);
  }

  /** @internal An error that no session heard. */
  tts__partFailed(error: TaskTonicError): void {
    this._ttReport(error);
  }

  #failed(error: Error): void {
    if (this.#phase === 'opening') this._ttss__failed(error);
    else this._ttReport(this.#sockets!.errorOf(error));
  }

  /** @internal It cannot open. For rule 9: what nobody hears of is a failure. */
  _ttss__failed(cause: Error): void {
    if (this.#phase !== 'opening') return;
    const error = this.#sockets!.errorOf(cause);
    const heard = this._ttReport(error);
    this.#close('the server could not open');
    if (!heard) throw error;
    this.ttsc__finish();
  }

  /** Nothing waits any more in one of its sockets. */
  #settled(): void {
    this.#peers.settled();
    if (this.#deadline !== undefined && this.#sockets!.settled) queueEnd(this);
  }

  // ---- Its end ----

  /** @internal Its own errors and those of its sessions have one name: the latter go on to its base. */
  override _ttHearsFor(key: string): boolean {
    return key !== 'ttse__onError' && super._ttHearsFor(key);
  }

  /** @internal Nobody new comes in; the sessions finish as infusions, and hear until they have. */
  override _ttDrain(): boolean {
    this.#peers.admission.closing = true;
    this.#phase = 'draining';
    return true;
  }

  /** @internal The end waits until what the sessions sent has left. */
  override _ttHoldsEnd(): boolean {
    if (this.#phase === 'closed') return false;
    this.#peers.admission.closing = true;
    this.#phase = 'draining';
    this.#sockets?.flush();
    if (this.#sockets?.settled !== false) this.#end('the server finished');
    else this.#deadline ??= Alarm.after(this, this._ttDrainTimeout, () => this.#late());
    return true;
  }

  #late(): void {
    this.#end(`the server closed after ${this._ttDrainTimeout} ms (drainTimeout)`);
  }

  /** @internal */
  override _ttDeadline(): number {
    return this.#deadline?.at ?? -Infinity;
  }

  #end(why: string): void {
    this.#close(why);
    queueEnd(this);
  }

  #close(why: string): void {
    if (this.#phase === 'closed') return;
    this.#phase = 'closed';
    this.#deadline?.clear();
    this.#deadline = undefined;
    this.#turnedAwayEvents.flush();
    this.#peers.stop();
    this.#sockets?.close(why);
  }

  /** @internal It was cut off at somebody else's deadline. */
  override _ttRelease(): void {
    this.#close('the server was closed');
  }
}
ofFramework(UdpServer);
takesOptions(UdpServer, udpServerSchema);

/** A session without a protocol of its own: its events are the server's, or else those of the server's base. */
class RelayedSession extends UdpSession {}
ofFramework(RelayedSession);
