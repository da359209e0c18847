import { fail } from '../../core/errors.js';
import { extrasOf } from '../../core/features/extras.js';
import type { Framing } from '../../framing/framing.js';
import { Interest } from '../../selector/interest.js';
import { framingOf } from '../../framing/framing-option.js';
import { FrameFeed } from '../../tonics/tcp/connection/frame-feed.js';
import { TcpConnection } from '../../tonics/tcp/connection/tcp-connection.js';
import type { InputEvent } from '../../tonics/tcp/connection/unheard-input.js';
import type { SendResult, Sendable } from '../../tonics/socket-tonic.js';
import type { CarriedDecoder } from './carried-decoder.js';
import { WebSocketConnection } from './websocket-connection.js';
import { WebSocketFraming } from './websocket-framing.js';
import { type Opened, WebSocketLine } from './websocket-line.js';
import type { WebSocketRequest } from './websocket-request.js';

/** A class of TcpConnection, with whatever its constructor takes. */
export type ConnectionClass = new (...args: never[]) => TcpConnection<string>;

/** What a protocol knows besides where it is spoken over WebSockets. */
export interface SpokenOverWebSocket {
  /** The request that its WebSocket was opened with. It is there from `onStart` on. */
  readonly handshake: WebSocketRequest;
  /** The subprotocol that was chosen; `''` for none. It is there from `onStart` on. */
  readonly subprotocol: string;
  /** @internal */
  _ttUpgraded(opened: Opened): void;
}

/** The class that {@link overWebSocket} makes of `C`. */
export type OverWebSocket<C extends ConnectionClass> = Omit<C, 'prototype'> &
  (new (...args: ConstructorParameters<C>) => InstanceType<C> & SpokenOverWebSocket);

const NOTHING = Buffer.alloc(0);

/** The methods that come from the WebSocket. */
const AS_WEBSOCKET = ['ttsc__close', 'ttsc__end'] as const;

/**
 * The same protocol over WebSockets (RFC 6455): a class of TcpConnection whose stream of bytes is what the messages of the peer carry, one after the other. A message may hold
 * a part of a frame or several. What is sent leaves as messages of bytes, one for each send.
 *
 * ```ts
 * class Mqtt extends TcpConnection.with({ framing: packets }) {}
 * new TcpServer({ port: 1883, protocol: Mqtt });
 * new HttpServer({ port: 8080, webSockets: { '/mqtt': { protocol: overWebSocket(Mqtt), subprotocols: ['mqtt'] } } });
 * ```
 *
 * It has the states, events, bounds and replies of that class, and closes as a {@link WebSocketConnection} does. `startTls()` is not for it. Who takes it over (`toDuplex()`, `relay()`) has the bytes that messages carry.
 *
 * @throws {TaskTonicError} `TT_BAD_PROTOCOL` where it is no class of TcpConnection, or speaks over WebSockets already.
 */
export function overWebSocket<C extends ConnectionClass>(protocol: C): OverWebSocket<C> {
  const isOne = (protocol as unknown) === TcpConnection || (protocol.prototype as unknown) instanceof TcpConnection;
  if (!isOne || '_ttUpgraded' in protocol.prototype)
    throw fail('TT_BAD_PROTOCOL', { class: `overWebSocket(${protocol.name})`, base: 'TcpConnection' });
  const made = carriedBy(protocol as unknown as AnyConnection);
  for (const key of AS_WEBSOCKET)
    Object.defineProperty(made.prototype, key, Object.getOwnPropertyDescriptor(WebSocketConnection.prototype, key)!);
  // The class keeps its name in logs and errors.
  Object.defineProperty(made, 'name', { value: protocol.name });
  return made as unknown as OverWebSocket<C>;
}

type AnyConnection = new (...args: unknown[]) => TcpConnection<string>;

function carriedBy(protocol: AnyConnection): AnyConnection {
  return class extends protocol {
    #opened: Opened | undefined = undefined;

    constructor(...args: unknown[]) {
      super(...args);
      if (!(this._ttSettings.framing instanceof WebSocketFraming))
        throw fail('TT_NO_SOCKET', { class: new.target.name });
    }

    /** @internal */
    _ttUpgraded(opened: Opened): void {
      this.#opened = opened;
      extrasOf(this).guest = new CarryingLine(this, opened);
    }

    get handshake(): WebSocketRequest {
      return this.#opened!.request;
    }

    get subprotocol(): string {
      return this.#opened!.subprotocol;
    }

    get #carried(): CarriedDecoder | undefined {
      return this._ttFeed?._ttDecoder as CarriedDecoder | undefined;
    }

    /** @internal */
    override _ttBeginsAnew(): void {
      super._ttBeginsAnew();
      const messages = this._ttSettings.framing;
      if (!(messages instanceof WebSocketFraming)) return;
      const decoder = messages.carrying(framingOf(this.constructor));
      this._ttFeed = new FrameFeed(this, { ...messages, encode: messages.encode, decoder: () => decoder });
    }

    /** @internal */
    override get _ttFraming(): Framing<unknown> | undefined {
      return this.#carried === undefined ? framingOf(this.constructor) : this.#carried.carried;
    }

    protected override setFraming(framing: Framing<unknown> | undefined): void {
      this._ttNeedsOwnSparkle('setFraming()');
      const rest = this.#carried?.carry(framing);
      if (rest !== undefined) this._ttRaise('ttse__onData', rest);
      // The data that has arrived may already contain frames.
      this._ttFeed?.push(NOTHING);
      this._ttKey?.again(Interest.READ);
    }

    /** @internal */
    override _ttUnframe(): Buffer {
      const rest = this.takeBuffered();
      this.#carried?.carry(undefined);
      this._ttFeed?.push(NOTHING);
      this._ttKey?.signal(Interest.READ);
      return rest;
    }

    protected override takeBuffered(): Buffer {
      return this.#carried?.takeCarried() ?? NOTHING;
    }
  };
}

/** Sends everything as bytes, and delivers the content of messages as bytes or frames. */
class CarryingLine extends WebSocketLine {
  readonly #connection: TcpConnection<string>;

  constructor(connection: TcpConnection<string>, opened: Opened) {
    super(connection, opened);
    this.#connection = connection;
  }

  override send(data: Sendable): SendResult {
    return super.send(bytesOf(data));
  }

  override hears(item: unknown): InputEvent | undefined {
    if (super.hears(item) === undefined) return undefined;
    return this.#connection._ttFraming === undefined ? 'ttse__onData' : 'ttse__onFrame';
  }
}

/** Everything is sent as bytes, texts as well. */
function bytesOf(data: Sendable): Uint8Array {
  if (data instanceof Uint8Array) return data;
  if (typeof data === 'string') return Buffer.from(data);
  return Buffer.concat(data.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)));
}
