import { EventEmitter } from 'node:events';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Server, TLSSocket, TLSSocketOptions, TlsOptions } from 'node:tls';
import type { ChannelKey } from '../channel.js';
import { Interest, type InterestSet } from '../interest.js';
import type { Address, Bytes, StreamChannel } from '../network.js';
import { type TlsClientSide, type TlsInfo, TlsProblem, type TlsServerSide, type TlsSide } from '../tls.js';
import { nodeTls } from './lazy-modules.js';
import { NodeStream } from './node-stream.js';
import { factsOf, peerOf } from './tls-facts.js';
import { CloseNotifyCheck } from './close-notify-check.js';

/** What TLS runs over: a socket, or a stream that stands for another channel. */
export type Underneath = Duplex & { readonly bytesRead: number };

/** A server as one handshake sees it: so what Node tells of a handshake finds the stream that it is of. */
interface Acceptance extends Server {
  stream: TlsStream;
}

/** The most that Node's timers can be set to: the time of a handshake is watched by whoever has the stream, on the loop's clock. */
const NEVER = 2 ** 31 - 1;

/** Makes what {@link TlsStream} needs of a server: it never listens, and is given one connection after the other. */
export function acceptingServer(options: TlsOptions): Server {
  const server = nodeTls().createServer({ ...options, handshakeTimeout: NEVER });
  server.on('secureConnection', function (this: Server, socket) {
    (this as Acceptance).stream.secured(socket);
  });
  server.on('tlsClientError', function (this: Server, error, socket) {
    (this as Acceptance).stream.broke(error, socket);
  });
  return server;
}

/**
 * A stream under TLS as a channel. Ready to CONNECT: the handshake is done, and the peer is who it must be. To HANGUP before that: it failed.
 * What is written before it is done leaves after it; nothing is received before.
 *
 * The socket of Node's is the stream of the seam as it is: bytes take the same way as those of a plain one.
 */
export class TlsStream extends NodeStream {
  readonly #raw: Underneath;
  readonly #over: StreamChannel | undefined;
  readonly #busy: (() => void) | undefined;
  #tlsSocket: TLSSocket | undefined;
  #secure = false;
  /** The stream was closed by this side, so no error is reported. */
  #isGiven = false;
  #interest: InterestSet = Interest.READ;
  #facts: TlsInfo | undefined;
  readonly #ends: CloseNotifyCheck;

  /**
   * @param raw carries it; from now on it is this one's.
   * @param over the channel that tells the addresses, where `raw` does not: it stands for that, or is a UNIX socket.
   * @param busy told before Node has something to do, where others wait for that to be done.
   */
  constructor(raw: Underneath, side: TlsSide, over?: StreamChannel, busy?: () => void) {
    super(raw as Socket, raw instanceof Socket && 'already', false);
    this.#raw = raw;
    this.#over = over;
    this.#busy = busy;
    this.#ends = new CloseNotifyCheck(raw);
    raw.on('error', ignore);
    raw.once('close', () => this.#rawClosed());
    if (raw.destroyed || raw.readableEnded) this.#rawEnded();
    else if (side.side === 'server') this.#accept(side);
    else this.#connect(side);
  }

  // ---- The handshake ----

  #as: TlsServerSide | undefined = undefined;

  #accept(side: TlsServerSide): void {
    const { by } = (this.#as = side);
    // Until it is done, an end of the peer is one of the handshake: then Node closes the socket.
    this.#raw.allowHalfOpen = false;
    if (!(by instanceof nodeTls().Server)) return this.#acceptWith(by);
    const acceptance = Object.create(by) as Acceptance;
    acceptance.stream = this;
    // As for a plain server of Node's, with this one as the server that it is.
    EventEmitter.prototype.emit.call(acceptance, 'connection', this.#raw);
  }

  #acceptWith(options: TLSSocketOptions): void {
    const socket = new (nodeTls().TLSSocket)(this.#raw as Socket, { ...options, isServer: true });
    this.#hear(socket);
    socket.once('secure', () => this.secured(socket));
  }

  #hear(socket: TLSSocket): void {
    socket.on('error', (error: Error) => this.broke(error, socket));
    socket.once('close', () => this.broke(new TlsProblem('ENDED', 'the connection was closed'), socket));
  }

  #connect({ options, onSession }: TlsClientSide): void {
    // Who the server is, is looked at here: then the error can say what its certificate says.
    const socket = nodeTls().connect({ ...options, socket: this.#raw, rejectUnauthorized: false });
    this.#hear(socket);
    socket.once('secureConnect', () => this.#verify(socket, options.rejectUnauthorized !== false, onSession));
  }

  #verify(socket: TLSSocket, verifies: boolean, onSession: (session: Buffer) => void): void {
    if (verifies && !socket.authorized) {
      const code = String(socket.authorizationError);
      return this.#fail(new TlsProblem(code, code, peerOf(socket)));
    }
    socket.on('session', (session) => {
      this.#ends.saw();
      onSession(session);
    });
    return this.secured(socket);
  }

  /** The handshake is done. @internal */
  secured(socket: TLSSocket): void {
    // A session that goes on may have begun where no certificate was asked for: Node says yes to that.
    if (this.#as?.requiresCertificate === true && !(socket.authorized && socket.getPeerX509Certificate() !== undefined))
      return this.#fail(new TlsProblem('NO_CERTIFICATE', 'the session has no verified certificate'));
    if (this.closed || this.#raw.destroyed) return void socket.destroy();
    this.#as?.onDone(socket.isSessionReused());
    this.#tlsSocket = socket;
    this.#secure = true;
    this.#raw.allowHalfOpen = socket.allowHalfOpen = true;
    this.#ends.watch(socket);
    this.listenTo(socket, TlsStream.#heard);
    super.interestChanged(this.#interest);
    this.signal(Interest.CONNECT);
    super.flush();
  }

  static readonly #heard = function (this: Socket, bytes: Buffer): void {
    const stream = NodeStream.of(this) as TlsStream;
    stream.#ends.saw();
    NodeStream.onSocket.data(stream, bytes);
  };

  /** The handshake failed, or an error came later. @internal */
  broke(error: Error, socket: TLSSocket): void {
    if (this.#secure || this.closed) return;
    const { authorizationError } = socket;
    const refused =
      (authorizationError as unknown) === null || authorizationError === undefined
        ? undefined
        : String(authorizationError);
    this.#fail(refused === undefined ? error : new TlsProblem(refused, refused));
  }

  #fail(error: Error): void {
    this.failed(error);
    this.#raw.destroy();
    if (this.#raw.closed) this.#rawClosed();
  }

  /** Why it was is told after that; unless it was closed here. */
  #rawClosed(): void {
    if (this.#secure || this.closed) return;
    if (this.#isGiven || this.hasFailed) NodeStream.onSocket.close(this);
  }

  #rawEnded(): void {
    this.#fail(new TlsProblem('ENDED', 'the peer had ended before'));
  }

  // ---- What was agreed ----

  get tls(): TlsInfo | undefined {
    if (this.#tlsSocket !== undefined) this.#facts ??= factsOf(this.#tlsSocket);
    return this.#facts;
  }

  /** The peer has ended its side without saying so under TLS: what it sent may have been cut off by somebody else. */
  get truncated(): boolean {
    return this.#ends.truncated;
  }

  override get local(): Address | undefined {
    return this.#over === undefined ? super.local : this.#over.local;
  }

  override get remote(): Address | undefined {
    return this.#over === undefined ? super.remote : this.#over.remote;
  }

  // ---- As a channel ----

  /** What the peer has said is an end; and over a UNIX socket there are no resets. */
  protected override askForReset(): void {
    const isPath = this.#over !== undefined && this.#raw instanceof Socket;
    if (this.truncated && !isPath) super.askForReset();
  }

  override flush(): void {
    this.#busy?.();
    // Until the handshake is done, the bytes wait here.
    if (this.#secure) super.flush();
  }

  override give(piece: Bytes | readonly Bytes[], size: number, tells: boolean): void {
    this.#busy?.();
    super.give(piece, size, tells);
  }

  override interestChanged(interest: InterestSet): void {
    this.#interest = interest;
    this.#busy?.();
    if (this.#secure) super.interestChanged(interest);
  }

  override attach(key: ChannelKey): void {
    super.attach(key);
    if (this.#secure) key.signal(Interest.CONNECT);
  }

  override detach(): void {
    this.#isGiven = true;
    super.detach();
  }

  override close(reset = false): void {
    this.#isGiven = true;
    this.#busy?.();
    // Under TLS Node resets nothing: the socket below is to do it.
    if (reset && this.#raw instanceof Socket && this.#over === undefined) this.#raw.resetAndDestroy();
    else if (reset && !(this.#raw instanceof Socket)) this.#over?.close(true);
    else super.close();
  }
}

function ignore(): void {
  // What happens to the socket below is told by the one above it, or by its close.
}
