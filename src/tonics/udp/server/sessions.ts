import { fail } from '../../../core/errors.js';
import type { Address, SendFailure } from '../../../selector/network.js';
import { makeInfusion } from '../../make-infusion.js';
import type { SocketTonic } from '../../socket-tonic.js';
import { sendError } from '../udp-errors.js';
import { IdleTimer } from './idle-timer.js';
import { Peer, type SessionSocket } from './peer.js';
import type { SessionSockets } from './session-sockets.js';
import { PeerAdmission } from './peer-admission.js';
import type { KeeperOwner, PeerKeeper } from './peer-keeper.js';
import { PeerLine } from './peer-line.js';
import { SeenLists } from './seen-lists.js';
import { ServerSockets, type SocketsHearer } from './server-sockets.js';
import { SessionFeed } from './session-feed.js';
import { OwnTally, Received, type UdpServerCounts, countsOf } from './udp-server-counts.js';
import type { UdpServerSettings } from './udp-server-options.js';
import { type SessionHost, UdpSession, handedToSession } from './udp-session.js';
import type { PartOfSessions } from './threads/part-of-sessions.js';

/** So many sessions are made in one sparkle: more wait for a later turn. */
const NEW_AT_ONCE = 256;
/** And so many expire. */
const EXPIRE_AT_ONCE = 1_000;

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
export class Sessions implements SessionHost, PeerKeeper {
  readonly admission: PeerAdmission;
  readonly #server: SocketTonic<string>;
  readonly #settings: UdpServerSettings;
  readonly #make: () => UdpSession<string>;
  readonly #owner: KeeperOwner;
  /** Where the server itself is in another thread. */
  readonly #part: PartOfSessions | undefined;
  readonly #tally;
  readonly #received = new Received();
  readonly #line: PeerLine;
  readonly #feed: SessionFeed;
  #skippedFrames = 0;
  readonly #seen = new SeenLists<Peer>();
  readonly #idle: IdleTimer;
  #sockets: SessionSockets | undefined = undefined;
  /** Their sessions have still to start, before they hear something. */
  #fresh: Peer[] = [];

  constructor(
    server: SocketTonic<string>,
    settings: UdpServerSettings,
    make: () => UdpSession<string>,
    owner: KeeperOwner,
    part?: PartOfSessions,
  ) {
    const { clock, timers } = server._ttCatalyst;
    const seen = this.#seen;
    this.#server = server;
    this.#settings = settings;
    this.#make = make;
    this.#owner = owner;
    this.#part = part;
    this.#tally = part?.tally ?? new OwnTally();
    this.admission = new PeerAdmission(settings, clock, {
      get ending() {
        return !server._ttMayInfuse;
      },
      get hearing() {
        return seen.size;
      },
      replaceIdlest: () => this.#replaceIdlest(),
      turnedAway: (peer) => {
        if (part === undefined) owner.turnedAway(peer);
        else part.turnedAway(peer.remote);
      },
    });
    this.#line = new PeerLine(settings, part?.waiting);
    this.#feed = new SessionFeed({ hears: (bytes) => this.#hears(bytes), rests: () => this.#rests() }, this.#line);
    this.#idle = new IdleTimer({ clock, timers }, seen, () => owner.mayExpire());
  }

  bind(): SessionSockets {
    return (this.#sockets =
      this.#part?.bind() ?? new ServerSockets(this.#server._ttCatalyst, this.#settings, this.#hearer));
  }

  get #hearer(): SocketsHearer<Peer> {
    return {
      listens: () => this.#owner.listens(),
      datagramsWait: () => this.#owner.receiveSoon(),
      lost: (failure, peer) => this.#lost(failure, peer),
      failed: (error) => this.#owner.failed(error),
      settled: () => this.#owner.settled(),
    };
  }

  get counts(): UdpServerCounts {
    return countsOf(this.#tally, this.admission, this.#received, this.#sockets?.counted ?? []);
  }

  // ---- What comes ----

  take(given: unknown): void {
    this.#part!.take(given);
    this.#owner.receiveSoon();
  }

  takeIn(): SessionFeed {
    const now = this.#now;
    const fresh = this.#fresh;
    this.#fresh = [];
    for (const peer of fresh) {
      peer.begun = true;
      this.#line.join(peer);
    }
    for (const socket of this.#sockets?.all ?? []) this.#takeFrom(socket, now);
    // Their first sparkles are on the queue by now: what they are to hear comes behind those.
    if (this.#fresh.length > 0) this.#owner.receiveSoon();
    return this.#feed;
  }

  #takeFrom(socket: SessionSocket, now: number): void {
    while (this.#fresh.length < NEW_AT_ONCE) {
      const datagram = socket.take();
      if (datagram === undefined) return;
      const { bytes, from } = datagram;
      this.#received.add(bytes.length);
      const known = socket.peers.find(from);
      const peer = known?.session?._ttHears === true ? known : this.#admit(socket, from, known);
      if (peer !== undefined) this.#came(peer, bytes, now);
    }
    this.#sockets!.again();
  }

  #came(peer: Peer, bytes: Buffer, now: number): void {
    peer.receivedMessages++;
    peer.receivedBytes += bytes.length;
    this.#seen.see(peer, now);
    const noRoom = this.#line.put(peer, bytes);
    if (noRoom === undefined) return;
    peer.dropped++;
    this.#tally.add(noRoom);
  }

  #hears(bytes: number): void {
    this.#server._ttCatalyst._ttGate.received(bytes);
  }

  #rests(): void {
    const { skippedFrames, waits } = this.#feed;
    if (skippedFrames > this.#skippedFrames) this.#tally.add('skippedFrames', skippedFrames - this.#skippedFrames);
    this.#skippedFrames = skippedFrames;
    if (waits) this.#sockets!.again();
  }

  /** Its session is told; what is of none, or of several, is told to the server. */
  #lost(failure: SendFailure, peer: Peer | undefined): void {
    if (peer?.session === undefined) this.#owner.lost(failure);
    else peer.session._ttReport(sendError(failure, undefined));
  }

  settled(): void {
    for (const { owed, settled } of this.#sockets?.all ?? []) {
      if (!settled) continue;
      for (const peer of owed) peer.session?._ttEmit('ttse__onDrain');
      owed.clear();
    }
  }

  // ---- Who gets a session ----

  /** @param ended had the address until its session ended, which is still to finish. */
  #admit(socket: SessionSocket, from: Address, ended: Peer | undefined): Peer | undefined {
    const peer = new Peer(socket, from, this.#settings.idleTimeout);
    if (!this.admission.lets(peer, from)) return undefined;
    // One that failed hears nothing, and has not said so yet.
    if (ended !== undefined) socket.peers.remove(ended);
    socket.peers.add(peer);
    this.#seen.add(peer, this.#now);
    if (!this.#makeSession(peer)) return undefined;
    this.#fresh.push(peer);
    this.#idle.set();
    return peer;
  }

  #replaceIdlest(): void {
    this.#tally.add('replaced');
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
      this.#tally.add('accepted');
      return true;
    }
    this.#tally.add('failed');
    const { error, infused } = result;
    // It may have been there before the throw: then it hears that it is over.
    if (peer.session === undefined) {
      this.forget(peer);
      this.#gone(peer);
    } else peer.session._ttEnds('error', error);
    for (const infusion of infused) infusion.ttsc__finish();
    return false;
  }

  failed(): void {
    this.#tally.add('failed');
  }

  // ---- What sessions ask ----

  get family(): 4 | 6 {
    return this.#settings.family;
  }

  get framing(): UdpServerSettings['framing'] {
    return this.#settings.framing;
  }

  came(): void {
    this.admission.open++;
  }

  forget(peer: Peer): number {
    peer.socket.forget(peer);
    this.#seen.remove(peer);
    const unheard = this.#line.drop(peer);
    if (unheard > 0) this.#tally.add('ended', unheard);
    return unheard;
  }

  left(peer: Peer): void {
    this.admission.open--;
    this.#gone(peer);
  }

  #gone(peer: Peer): void {
    this.admission.leave(peer);
    this.#part?.gone(peer.remote);
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

  expire(): void {
    this.takeIn();
    const now = this.#now;
    for (let left = EXPIRE_AT_ONCE; left > 0; left--) {
      const peer = this.#seen.expiredBy(now);
      if (peer === undefined) break;
      // What has come and waits, or does not come since nobody hears, is no silence of the peer.
      if (peer.waiting > 0 || peer.paused) this.#seen.see(peer, now);
      else if (this.#part !== undefined) {
        // Something may be under way: whoever has the socket decides.
        this.#part.isIdle(peer);
        this.#seen.see(peer, now);
      } else {
        this.#tally.add('expired');
        peer.session!._ttEnds('idle');
      }
    }
    this.#idle.set();
    this.#owner.receiveSoon();
  }

  stop(): void {
    this.#idle.stop();
  }

  get #now(): number {
    return this.#server._ttCatalyst.clock.now();
  }
}
