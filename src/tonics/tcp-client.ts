import * as v from 'valibot';
import type { AnyTonic } from '../core/any-tonic.js';
import type { TaskTonicError } from '../core/errors.js';
import { ofFramework } from '../core/plan.js';
import { runAs } from '../core/running.js';
import type { TonicOptions } from '../core/tonic-options.js';
import type { Address, StreamChannel } from '../selector/network.js';
import type { SelectionKey } from '../selector/selection-key.js';
import { connectionOptions, connectionSettings, streamSettings, type ConnectionOptions } from './connection-options.js';
import { Dialler } from './dialler.js';
import { meansOf } from './dialler-means.js';
import type { DisconnectInfo, DisconnectReason } from './disconnect.js';
import { bytes, count, flag, ms, parseOptions, port, text } from '../core/option-schema.js';
import { tonicOptions } from './options.js';
import { protocolMaker, protocolOption } from './protocol.js';
import { showAddress } from './socket-errors.js';
import type { SendResult, Sendable } from './socket-tonic.js';
import { TcpConnection, type ConnectionPhase, adopt, adopted } from './tcp-connection.js';

export const clientSchema = v.strictObject({
  ...tonicOptions,
  ...connectionOptions,
  /**
   * Whether reading pauses above the high-water mark. Off here: where both sides of a connection stopped reading until the other one reads, neither would go on.
   */
  pauseReading: v.optional(flag, false),
  /** The server's name or address. */
  host: v.optional(text, 'localhost'),
  /** The server's port, 1 to 65535. */
  port: port(1),
  /** Takes only addresses of this kind of the host's; 0 for both, the first that answers. */
  family: v.optional(v.picklist([0, 4, 6], 'must be 0, 4 or 6'), 0),
  /** The address to connect from. */
  localAddress: v.optional(v.pipe(text, v.ip('must be an IP address'))),
  /** The port to connect from. */
  localPort: v.optional(port(0)),
  /** Gives a try up after so long, in ms: the look-up of the name and all its addresses. */
  connectTimeout: v.optional(ms(1), 10_000),
  /** Further tries after one that failed; 0 for none, `Infinity` for as many as there is time for (`giveUpAfter`). It begins anew with each success. */
  retries: v.optional(v.union([count(0), v.literal(Infinity)], 'must be a whole number from 0, or Infinity'), Infinity),
  /** The most that is waited before the first further try, in ms; doubled with each one, and from a half of it to the whole by chance. */
  retryDelay: v.optional(ms(), 500),
  /** What the wait grows to at most, in ms. */
  retryCap: v.optional(ms(), 5_000),
  /** How long it goes on without a success, in ms; then it makes a last try. `Infinity` for ever. */
  giveUpAfter: v.optional(ms(), 30_000),
  /** A connection is a success once it has stayed so long, in ms. The end of one that has not is a failure like that of a try. */
  stableAfter: v.optional(ms(), 5_000),
  /** Whether it connects again when an open connection was lost (ended or reset by the peer, or by an error). */
  reconnect: v.optional(flag, false),
  /** What becomes of sends while there is no connection: they wait for one, or are refused. */
  whileDisconnected: v.optional(v.picklist(['queue', 'fail'], 'must be queue or fail'), 'queue'),
  /** The most bytes that wait for a connection; more are refused. */
  queueLimit: v.optional(bytes(0), 1_048_576),
  /** Makes a Tonic for each connection; without it the client is the connection. */
  protocol: protocolOption,
});

// What a schema spreads loses its doc comments in the declarations; the types that are added bring them back.
/** Options of a {@link TcpClient}. */
export type TcpClientOptions = v.InferInput<typeof clientSchema> & ConnectionOptions & TonicOptions;
type Settings = v.InferOutput<typeof clientSchema>;

/** Reasons that a client does not answer with a new connection: they were meant here. */
const MEANT: readonly DisconnectInfo['reason'][] = ['closedHere', 'aborted', 'finished', 'idle'];

/**
 * A TCP connection that it opens itself: it tries again when that fails, and again when it is lost, if told so.
 *
 * Each try that fails is an `onError`. When it has given up, or the connection has ended and it does not connect again,
 * `onDisconnected` is heard and it finishes.
 */
export class TcpClient<State extends string = never> extends TcpConnection<State> {
  /** What its options must look like. */
  static readonly optionsSchema: v.GenericSchema = clientSchema;
  readonly #settings: Settings;
  readonly #makeProtocol: (() => TcpConnection<string>) | undefined;
  #protocol: TcpConnection<string> | undefined;
  readonly #dialler: Dialler<SelectionKey>;
  #waiting: { readonly data: Sendable; readonly size: number }[] = [];
  #waitingBytes = 0;
  #ended = false;
  /** How the connection before was lost. */
  #lost: DisconnectInfo | undefined;
  /** The connection that is there is given up for another one. */
  #reconnecting = false;
  /** What is to be done when those that wait have been sent. */
  #whenSent: 'end' | 'close' | undefined;

  /** @throws {TaskTonicError} `TT_BAD_OPTION`, `TT_BAD_PROTOCOL`; and as every Tonic. */
  constructor(options: TcpClientOptions) {
    const settings = parseOptions(clientSchema, options, 'TcpClient');
    super(adopted(settings, { settings: connectionSettings(settings), channel: undefined }));
    this.#settings = settings;
    this.#makeProtocol = settings.protocol && protocolMaker(settings.protocol, this._ttPlan.className);
    const dial = { ...settings, stream: streamSettings(settings) };
    this.#dialler = new Dialler(meansOf(this._ttCatalyst), dial, {
      opened: (channel, key) => this.#opened(channel, key),
      tryFailed: (error) => this.#tryFailed(error),
      gaveUp: (error) => this.#gaveUp(error),
    });
    this._ttss__connect();
  }

  /** The Tonic of the connection that is open, where it has a protocol. */
  get protocol(): TcpConnection<string> | undefined {
    return this.#protocol;
  }

  /** How far its connection is. */
  override get phase(): ConnectionPhase {
    return this.#protocol?.phase ?? (this.#dialler.phase === 'waiting' ? 'closed' : super.phase);
  }

  override get local(): Address | undefined {
    return this.#protocol?.local ?? super.local;
  }

  override get remote(): Address | undefined {
    return this.#protocol?.remote ?? super.remote;
  }

  override get unsentBytes(): number {
    return super.unsentBytes + this.#waitingBytes + (this.#protocol?.unsentBytes ?? 0);
  }

  // ---- Connecting ----

  /** @internal */
  _ttss__connect(): void {
    if (this.#ended || this._ttChannel !== undefined || !this._ttMayInfuse) return;
    this._ttConnecting();
    this.#dialler.dial();
  }

  #opened(channel: StreamChannel, key: SelectionKey): void {
    key.handOver(this);
    this._ttKey = key;
    this._ttChannel = channel;
    if (this.#makeProtocol !== undefined) return this._ttss__makeProtocol();
    this._ttOpened(channel);
    this.#sendWaiting();
    return undefined;
  }

  /** @internal In a sparkle, so that a throw in the protocol's constructor is the client's failure. */
  _ttss__makeProtocol(): void {
    const channel = this._ttChannel;
    const key = this._ttKey;
    if (channel === undefined || key === undefined) return;
    this.#protocol = adopt({ channel, key, settings: this._ttSettings }, this.#makeProtocol!);
    this._ttHandedOver(this.#protocol);
    this.#sendWaiting();
  }

  #sendWaiting(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#waitingBytes = 0;
    for (const { data, size } of waiting) {
      if (this.#protocol === undefined) this._ttSend(data, size);
      else this.#protocol.ttsc__send(data);
    }
    // They were told that onDrain follows, and who relays here may be waiting for it.
    if (this.#protocol === undefined && waiting.length > 0) this._ttBlock();
    const then = this.#whenSent;
    this.#whenSent = undefined;
    if (then === 'end') this.ttsc__end();
    if (then === 'close') this.ttsc__close();
  }

  // ---- Sending while disconnected ----

  /** @internal */
  override _ttUnsendable(data: Sendable, size: number): SendResult {
    const protocol = this.#protocol;
    if (protocol !== undefined && !this.#reconnecting) {
      // On behalf of whoever sends here: one that relays is held back by the protocol.
      runAs(this.source?.tonic, () => protocol.ttsc__send(data));
      return 'sent';
    }
    const { whileDisconnected, queueLimit } = this.#settings;
    // The connection that is there may be ended: what comes after that is not for the next one.
    const ends = this._ttChannel !== undefined && super.phase !== 'connecting' && !this.#reconnecting;
    if (this.#ended || ends || this.#whenSent !== undefined) return super._ttUnsendable(data, size);
    if (whileDisconnected === 'fail')
      return this._ttRefuse(size, 'there is no connection ("whileDisconnected" is fail)');
    if (this.#waitingBytes + size > queueLimit)
      return this._ttRefuse(size, `${this.#waitingBytes} bytes wait for a connection, "queueLimit" is ${queueLimit}`);
    this.#waiting.push({ data, size });
    this.#waitingBytes += size;
    this._ttBlock();
    return 'waiting';
  }

  // ---- Trying again ----

  #tryFailed(error: TaskTonicError): void {
    this._ttReport(error);
    // It was the last one: it is to be closed.
    if (this.#whenSent === 'close') this.#gaveUp(error);
  }

  #gaveUp(error: TaskTonicError | undefined): void {
    const lost = this.#lost;
    this.#ended = true;
    this.#dialler.stop();
    if (error === undefined && lost !== undefined) this.#end(lost, true);
    else this._ttss__disconnected({ reason: 'error', error, discarded: 0 }, false);
  }

  /** @internal The connection that was open is over; or there will be none. */
  override _ttss__disconnected(info: DisconnectInfo, wasOpen: boolean): void {
    const atOnce = this.#reconnecting;
    this.#reconnecting = false;
    if (!this._ttMayInfuse || this.#ended) return this.#end(info, wasOpen);
    if (atOnce) return this._ttss__connect();
    // One that was lost before its protocol was made is as one that was not opened.
    if (wasOpen && !(this.#settings.reconnect && this.#isWanted(info.reason))) return this.#end(info, wasOpen);
    this._ttConnecting();
    this.#lost = wasOpen ? info : undefined;
    return this.#dialler.lost();
  }

  #isWanted(reason: DisconnectReason): boolean {
    return this.#whenSent !== 'close' && !MEANT.includes(reason);
  }

  #end(info: DisconnectInfo, wasOpen: boolean): void {
    this.#ended = true;
    this.#dialler.stop();
    const waiting = this.#waitingBytes;
    this.#waiting = [];
    this.#waitingBytes = 0;
    if (!wasOpen) this._ttEmit('ttse__onDisconnected', { ...info, discarded: info.discarded + waiting });
    else if (waiting > 0) this._ttRefuse(waiting, 'the client was ended before it was connected again');
    super._ttss__disconnected(info, wasOpen);
  }

  /** @internal */
  override _ttProtocolClosed(info: DisconnectInfo, connection: TcpConnection<string>): void {
    if (connection !== this.#protocol) return;
    this.#protocol = undefined;
    this._ttss__disconnected(info, true);
  }

  /** @internal */
  override _ttProtocolListener(): AnyTonic | undefined {
    return this._ttListeningBase();
  }

  /** @internal They will find that there is no connection, and wait for the next one or be refused. */
  override _ttLostOrders(): number {
    return 0;
  }

  /** @internal */
  override _ttPeer(): string {
    return showAddress(this.#settings.host, this.#settings.port);
  }

  /** @internal */
  override _ttDrain(): boolean {
    this.#ended = true;
    if (this.#isDialling) {
      this._ttEmit('ttse__onDisconnected', {
        reason: 'finished',
        error: undefined,
        discarded: this.#waitingBytes,
      } satisfies DisconnectInfo);
    }
    this.#dialler.stop();
    return super._ttDrain();
  }

  /** @internal */
  override _ttRelease(): void {
    this.#dialler.stop();
    super._ttRelease();
  }

  /** Whether a try is under way, or is waited for. */
  get #isDialling(): boolean {
    const { phase } = this.#dialler;
    return phase === 'trying' || phase === 'waiting';
  }

  // ---- Commands: they are for the connection of the protocol, where it has one ----

  override ttsc__end(): void {
    if (this.#protocol !== undefined && !this.#reconnecting) return this.#protocol.ttsc__end();
    if (this.#waiting.length > 0) this.#whenSent ??= 'end';
    else if (this.#reconnecting || this._ttChannel === undefined) this.#giveUp('closedHere');
    else super.ttsc__end();
    return undefined;
  }

  /** Closes, after all bytes given before have left; where it is not connected, the try that is under way is the last. */
  override ttsc__close(): void {
    if (this.#waiting.length > 0 && this.#dialler.phase !== 'waiting') {
      this.#whenSent = 'close';
      return;
    }
    const protocol = this.#protocol;
    this.#giveUp('closedHere');
    if (protocol !== undefined) protocol.ttsc__close();
    else super.ttsc__close();
  }

  override ttsc__abort(): void {
    const protocol = this.#protocol;
    this.#giveUp('aborted');
    if (protocol !== undefined) protocol.ttsc__abort();
    else super.ttsc__abort();
  }

  /**
   * Gives the connection up for dead, and connects again at once, whatever the option `reconnect` says: for a peer that has vanished
   * without a word, which the protocol has found out (a ping without an answer).
   *
   * The connection is reset, as by `ttsc__abort`: what had not left is discarded, and counted in `onDisconnected` (reason `aborted`).
   * What is sent from then on waits for the new connection, unless `whileDisconnected` is `fail`. All retries are there again. While it
   * waits before another try, it tries at once; while it connects, that try goes on. Once it is closed, finishes or has given up,
   * nothing happens.
   */
  ttsc__reconnect(): void {
    if (this.#ended) return;
    if (this.#isDialling) return this.#dialler.dial();
    this.#reconnecting = true;
    if (this.#protocol !== undefined) this.#protocol.ttsc__abort();
    else super.ttsc__abort();
  }

  override ttsc__pause(): void {
    if (this.#protocol !== undefined) this.#protocol.ttsc__pause();
    else super.ttsc__pause();
  }

  override ttsc__resume(): void {
    if (this.#protocol !== undefined) this.#protocol.ttsc__resume();
    else super.ttsc__resume();
  }

  /** Makes no further try; where none is under way and none is open, it finishes. */
  #giveUp(reason: DisconnectReason): void {
    if (this.#ended) return;
    this.#ended = true;
    if (!this.#isDialling) return;
    this.#dialler.stop();
    this._ttss__disconnected({ reason, error: undefined, discarded: 0 }, false);
  }
}
ofFramework(TcpClient);
