import type { Framing } from '../../framing/framing.js';
import { type Item, MessageDecoder, type MessageLimits } from './message-decoder.js';
import { CarriedDecoder } from './carried-decoder.js';
import type { Ws } from './load-ws.js';

/** How messages lie in the bytes of a WebSocket. What is sent is framed where it leaves: what is to be sent is a message until then. */
export class WebSocketFraming implements Framing<Item> {
  readonly name = 'WebSocket';
  readonly max: number;
  readonly #limits: MessageLimits;

  constructor(ws: Ws, max: number, isServer: boolean) {
    this.max = max;
    this.#limits = { name: this.name, max, isServer, ws };
  }

  decoder(): MessageDecoder {
    return new MessageDecoder(this.#limits);
  }

  /** The decoder of one whose messages carry a stream of bytes, with a framing of its own or without. */
  carrying(carried: Framing<unknown> | undefined): CarriedDecoder {
    return new CarriedDecoder(this.#limits, carried);
  }

  encode(message: Item): Buffer {
    return message as Buffer;
  }
}
