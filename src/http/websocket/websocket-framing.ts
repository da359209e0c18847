import type { Framing } from '../../framing/framing.js';
import { type Item, MessageDecoder, type MessageLimits } from './message-decoder.js';
import { CarriedDecoder } from './carried-decoder.js';
import type { Ws } from './load-ws.js';

/** The framing of WebSocket messages. Sent messages are framed when they leave; until then they stay messages. */
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

  /** A decoder for messages that carry a byte stream, with or without a framing of its own. */
  carrying(carried: Framing<unknown> | undefined): CarriedDecoder {
    return new CarriedDecoder(this.#limits, carried);
  }

  encode(message: Item): Buffer {
    return message as Buffer;
  }
}
