import { fail } from '../../../core/errors.js';
import type { Address } from '../../../selector/network.js';
import { makeInfusion } from '../../make-infusion.js';
import type { SocketTonic } from '../../socket-tonic.js';
import { ServerLimits } from '../../tcp/server/limits/server-limits.js';
import { LimitMaker } from '../../tcp/server/limits/shared-limits.js';
import { IdleTimer } from './idle-timer.js';
import { Peer } from './peer.js';
import { PeerLine } from './peer-line.js';
import { SeenLists } from './seen-lists.js';
import type { ServerSocket } from './server-socket.js';
import { SessionFeed } from './session-feed.js';
import {
  type PeerTurnedAway,
  type PeerTurnedAwayReason,
  type UdpServerCounts,
  UdpServerTally,
} from './udp-server-counts.js';
import type { UdpServerSettings } from './udp-server-options.js';
import { type SessionHost, UdpSession, handedToSession } from './udp-session.js';

/** So many sessions are made in one sparkle: more wait for a later turn. */
const NEW_AT_ONCE = 256;
/** And so many expire. */
const EXPIRE_AT_ONCE = 1_000;

/** What the sessions of a server ask of it. */
export interface SessionsOwner {
  turnedAway(peer: PeerTurnedAway): void;
  /** Something may be heard, after what is on the queue by now. */
  receiveSoon(): void;
  /** More waits, and has its turn with a later one of the loop. */
  receiveLater(): void;
  /** Somebody may have been idle for too long. */
  mayExpire(): void;
}

/**
 * The sessions of a UdpServer: who gets one, what each is to hear, and when it ends by itself.
 *
 * ```text
 *   socket --takeIn--> peer known? -- no --> admitted? -- no --> turned away, and counted
 *                        | yes                 | yes: a session is made
 *                        v                     v
 *                      waits, in the line of peers --feed--> onData or onFrame, one of each peer in turn
 * ```
 */
export class Sessions implements SessionHost {
  /** Nobody new gets a session. */
  paused = false;
  /** Nor will anybody any more. */
  closing = false;
  readonly #server: SocketTonic<string>;
  readonly #settings: UdpServerSettings;
  readonly #make: () => UdpSession<string>;
  readonly #owner: SessionsOwner;
  readonly #limits: ServerLimits | undefined;
  readonly #tally = new UdpServerTally();
  readonly #line: PeerLine;
  readonly #feed: SessionFeed;
  readonly #seen = new SeenLists<Peer>();
  readonly #idle: IdleTimer;
  /** Their sessions have still to start, before they hear something. */
  #fresh: Peer[] = [];

  constructor(
    server: SocketTonic<string>,
    settings: UdpServerSettings,
    make: () => UdpSession<string>,
    owner: SessionsOwner,
  ) {
    const { clock, timers } = server._ttCatalyst;
    const { allow, deny, acceptRate, maxPeersPerAddress } = settings;
    this.#server = server;
    this.#settings = settings;
    this.#make = make;
    this.#owner = owner;
    this.#limits = ServerLimits.of(
      { allow, deny, acceptRate, maxConnectionsPerAddress: maxPeersPerAddress },
      new LimitMaker(clock),
      () => false,
    );
    this.#line = new PeerLine(settings);
    this.#feed = new SessionFeed({ hears: (bytes) => this.#hears(bytes), rests: () => this.#rests() }, this.#line);
    this.#idle = new IdleTimer({ clock, timers }, this.#seen, () => owner.mayExpire());
  }

  /** What was counted, with what these sockets have counted. */
  countsOf(sockets: readonly ServerSocket[]): UdpServerCounts {
    return this.#tally.counts(sockets, this.#feed.skippedFrames);
  }

  // ---- What comes ----

  /** Takes what has come into these sockets, in a sparkle of the server. @returns what has it heard. */
  takeIn(sockets: readonly ServerSocket[]): SessionFeed {
    const now = this.#now;
    const fresh = this.#fresh;
    this.#fresh = [];
    for (const peer of fresh) {
      peer.begun = true;
      this.#line.join(peer);
    }
    for (const socket of sockets) this.#takeFrom(socket, now);
    // Their first sparkles are on the queue by now: what they are to hear comes behind those.
    if (this.#fresh.length > 0) this.#owner.receiveSoon();
    return this.#feed;
  }

  #takeFrom(socket: ServerSocket, now: number): void {
    while (this.#fresh.length < NEW_AT_ONCE) {
      const datagram = socket.take();
      if (datagram === undefined) return;
      const { bytes, from } = datagram;
      this.#tally.receivedMessages++;
      this.#tally.receivedBytes += bytes.length;
      const known = socket.peers.find(from);
      const peer = known?.session?._ttHears === true ? known : this.#admit(socket, from, known);
      if (peer !== undefined) this.#came(peer, bytes, now);
    }
    this.#owner.receiveLater();
  }

  #came(peer: Peer, bytes: Buffer, now: number): void {
    peer.receivedMessages++;
    peer.receivedBytes += bytes.length;
    this.#seen.see(peer, now);
    const noRoom = this.#line.put(peer, bytes);
    if (noRoom === undefined) return;
    peer.dropped++;
    this.#tally.dropped[noRoom]++;
  }

  #hears(bytes: number): void {
    this.#server._ttCatalyst._ttGate.received(bytes);
  }

  #rests(): void {
    if (this.#feed.waits) this.#owner.receiveLater();
  }

  // ---- Who gets a session ----

  /** @param ended had the address until its session ended, which is still to finish. */
  #admit(socket: ServerSocket, from: Address, ended: Peer | undefined): Peer | undefined {
    const peer = new Peer(socket, from, this.#settings.idleTimeout);
    const reason = this.#whyNot(peer);
    if (reason !== undefined) {
      this.#tally.turnedAway[reason]++;
      this.#owner.turnedAway({ remote: from, reason });
      return undefined;
    }
    // One that failed hears nothing, and has not said so yet.
    if (ended !== undefined) socket.peers.remove(ended);
    socket.peers.add(peer);
    this.#seen.add(peer, this.#now);
    if (!this.#makeSession(peer)) return undefined;
    this.#fresh.push(peer);
    this.#idle.set();
    return peer;
  }

  #whyNot(peer: Peer): PeerTurnedAwayReason | undefined {
    const { maxPeers, whenFull } = this.#settings;
    if (this.closing || !this.#server._ttMayInfuse) return 'closing';
    if (this.paused) return 'paused';
    // Those that end have their time: with them there are twice as many at most.
    const isFull = this.#tally.open >= maxPeers;
    if (isFull && (whenFull === 'refuse' || this.#tally.open >= 2 * maxPeers)) return 'maxPeers';
    const reason = this.#limits?.accept(peer, peer.remote);
    if (reason !== undefined) return reason;
    if (this.#seen.size >= maxPeers) this.#replaceIdlest();
    return undefined;
  }

  #replaceIdlest(): void {
    this.#tally.replaced++;
    this.#seen.idlest!.session!._ttEnds('replaced');
  }

  /** @returns whether there is one; else it has thrown, and that is logged. */
  #makeSession(peer: Peer): boolean {
    const result = makeInfusion(this.#server, '_ttss__receive', () => {
      const made = handedToSession.during({ peer, host: this }, this.#make);
      // Another one, that a function has made before: nobody would hear this peer.
      if (made._ttPeer !== peer)
        throw fail('TT_BAD_PROTOCOL', { class: this.#server._ttPlan.className, base: 'UdpSession' });
      return made;
    });
    if (result instanceof UdpSession) {
      this.#tally.accepted++;
      return true;
    }
    this.#tally.failed++;
    const { error, infused } = result;
    // It may have been there before the throw: then it hears that it is over.
    if (peer.session === undefined) {
      this.forget(peer);
      this.#limits?.leave(peer);
    } else peer.session._ttEnds('error', error);
    for (const infusion of infused) infusion.ttsc__finish();
    return false;
  }

  /** A session threw. */
  failed(): void {
    this.#tally.failed++;
  }

  // ---- What sessions ask ----

  get family(): 4 | 6 {
    return this.#settings.family;
  }

  get framing(): UdpServerSettings['framing'] {
    return this.#settings.framing;
  }

  came(): void {
    this.#tally.open++;
  }

  forget(peer: Peer): number {
    peer.socket.forget(peer);
    this.#seen.remove(peer);
    const unheard = this.#line.drop(peer);
    this.#tally.dropped.ended += unheard;
    return unheard;
  }

  left(peer: Peer): void {
    this.#tally.open--;
    this.#limits?.leave(peer);
  }

  pause(peer: Peer, paused: boolean): void {
    peer.paused = paused;
    if (paused) return;
    this.#seen.see(peer, this.#now);
    this.#line.join(peer);
    if (peer.inLine) this.#owner.receiveSoon();
  }

  setPatience(peer: Peer, patience: number | false): void {
    this.#seen.move(peer, patience, this.#now);
    this.#idle.set();
  }

  // ---- Who is idle ----

  /** Ends those from whom nothing has come for too long, in a sparkle of the server. */
  expire(): void {
    const now = this.#now;
    for (let left = EXPIRE_AT_ONCE; left > 0; left--) {
      const peer = this.#seen.expiredBy(now);
      if (peer === undefined) break;
      // What has come and waits, or does not come since nobody hears, is no silence of the peer.
      if (peer.waiting > 0 || peer.paused) this.#seen.see(peer, now);
      else {
        this.#tally.expired++;
        peer.session!._ttEnds('idle');
      }
    }
    this.#idle.set();
  }

  stop(): void {
    this.#idle.stop();
  }

  get #now(): number {
    return this.#server._ttCatalyst.clock.now();
  }
}
