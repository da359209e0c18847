import { type Frame, frameOf } from '../websocket/frames.js';
import type { Ws } from '../websocket/load-ws.js';

/** A message for many: it is encoded and framed once. */
export class SharedText {
  readonly text: string;
  #frame: Frame | undefined;

  constructor(text: string) {
    this.text = text;
  }

  frame(ws: Ws): Frame {
    return (this.#frame ??= frameOf(ws, 'text', Buffer.from(this.text), true));
  }
}
