import { frameOf } from '../websocket/frames.js';
import type { Ws } from '../websocket/load-ws.js';

/** A message for many pages: it is encoded and framed once. */
export class SharedText {
  readonly text: string;
  #frame: Uint8Array | undefined;

  constructor(text: string) {
    this.text = text;
  }

  frame(ws: Ws): Uint8Array {
    return (this.#frame ??= Buffer.concat(frameOf(ws, 'text', Buffer.from(this.text), true).parts));
  }
}
