import type * as v from 'valibot';
import type { InfusionFailure } from '../../../core/any-tonic.js';
import type { TaskTonicError } from '../../../core/errors.js';
import { queueEnd } from '../../../core/life.js';
import { checkOptionsOf, takesOptions } from '../../../core/options/class-options.js';
import { TonicSettings } from '../../../core/options/tonic-options.js';
import { EVENTS, type HeardEvents } from '../../../core/plan/heard-events.js';
import { ofFramework } from '../../../core/plan/plan.js';
import type { Address, SendFailure } from '../../../selector/network.js';
import { makerOf } from '../../protocol-maker.js';
import { Alarm } from '../../alarm.js';
import { SocketTonic } from '../../socket-tonic.js';
import { TurnedAwayEvents } from '../../tcp/server/limits/turned-away-events.js';
import { type ListenInfo, type ServerPhase, tellListening } from '../../tcp/server/tcp-server.js';
import { sendError } from '../udp-errors.js';
import type { Peer } from './peer.js';
import { ServerSockets, type SocketsHearer } from './server-sockets.js';
import { Sessions } from './sessions.js';
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
  readonly #sessions: Sessions;
  readonly #turnedAwayEvents: TurnedAwayEvents<PeerTurnedAway>;
  #sockets: ServerSockets | undefined = undefined;
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
    super(TonicSettings.of(settings));
    this.#settings = settings;
    this.#turnedAwayEvents = new TurnedAwayEvents(this._ttCatalyst, (peer) => this._ttEmit('ttse__onTurnedAway', peer));
    this.#sessions = new Sessions(this, settings, make, {
      turnedAway: (peer) => this.#turnedAwayEvents.add(peer),
      receiveSoon: () => this.#receiveSoon(),
      receiveLater: () => this.#sockets?.all.find(({ closed }) => !closed)?.again(),
      mayExpire: () => this._ttss__expire(),
    });
    this._ttss__bind();
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
    return this.#sessions.countsOf(this.#sockets?.all ?? []);
  }

  // ---- What it is told ----

  /** Turns new peers away until `ttsc__resume`; its sessions go on. */
  ttsc__pause(): void {
    this.#sessions.paused = true;
  }

  /** Takes new peers again. */
  ttsc__resume(): void {
    this.#sessions.paused = false;
  }

  /** Takes no new peers, lets its sessions finish, and finishes when what they sent has left. */
  ttsc__close(): void {
    this.ttsc__finish();
  }

  /** A session failed, which the log has told: the others go on. */
  ttse__onInfusionFailed({ tonic }: InfusionFailure): void | undefined {
    if (tonic instanceof UdpSession) this.#sessions.failed();
  }

  // ---- What its sockets tell ----

  /** @internal */
  _ttss__bind(): void {
    if (!this._ttMayInfuse) return;
    const hearer: SocketsHearer = {
      listens: () => this.#listening(),
      datagramsWait: () => this.#receiveSoon(),
      lost: (failure, peer) => this.#lost(failure, peer),
      failed: (error) => this.#failed(error),
      settled: () => this.#settled(),
    };
    this.#sockets = new ServerSockets(this._ttCatalyst, this.#settings, hearer);
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
    const sockets = this.#sockets;
    if (sockets === undefined || this.#phase === 'closed') return;
    const feed = this.#sessions.takeIn(sockets.all);
    feed.begin(this._ttCatalyst._ttGate.frames);
    this._ttScheduler.follow(feed);
  }

  /** @internal What had come by now is looked at first. */
  _ttss__expire(): void {
    if (this.#phase === 'closed') return;
    this.#sessions.takeIn(this.#sockets?.all ?? []);
    this.#sessions.expire();
    this.#receiveSoon();
  }

  /** Its session is told; what is of none, or of several, is its own. */
  #lost(failure: SendFailure, peer: Peer | undefined): void {
    const hearer = peer?.session ?? this;
    hearer._ttReport(sendError(failure, undefined));
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
    for (const { owed, settled } of this.#sockets?.all ?? []) {
      if (!settled) continue;
      for (const peer of owed) peer.session?._ttEmit('ttse__onDrain');
      owed.clear();
    }
    if (this.#deadline !== undefined && this.#sockets!.settled) queueEnd(this);
  }

  // ---- Its end ----

  /** @internal Its own errors and those of its sessions have one name: the latter go on to its base. */
  override _ttHearsFor(key: string): boolean {
    return key !== 'ttse__onError' && super._ttHearsFor(key);
  }

  /** @internal Nobody new comes in; the sessions finish as infusions, and hear until they have. */
  override _ttDrain(): boolean {
    this.#sessions.closing = true;
    this.#phase = 'draining';
    return true;
  }

  /** @internal The end waits until what the sessions sent has left. */
  override _ttHoldsEnd(): boolean {
    if (this.#phase === 'closed') return false;
    this.#sessions.closing = true;
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
    this.#sessions.stop();
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
