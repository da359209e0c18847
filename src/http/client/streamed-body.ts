import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import type { AnyTonic } from '../../core/any-tonic.js';
import { type EndWatcher, unwatchEnd, watchEnd } from '../../core/features/extras.js';
import type { Exchange } from './exchange.js';

type Done = (error?: Error | null) => void;

/** A body as a stream. It is destroyed when the Tonic that asked for it finishes. */
export class StreamedBody extends Readable implements EndWatcher {
  readonly #exchange: Exchange;
  readonly #message: IncomingMessage;
  readonly #asker: AnyTonic;

  constructor(exchange: Exchange, message: IncomingMessage, asker: AnyTonic) {
    super();
    this.#exchange = exchange;
    this.#message = message;
    this.#asker = asker;
    message.on('data', (chunk: Buffer) => {
      exchange.heard();
      if (!this.push(chunk)) message.pause();
    });
    message.on('end', () => {
      if (!message.complete) return;
      exchange.done();
      this.push(null);
    });
    message.pause();
    watchEnd(asker, this);
  }

  override _read(): void {
    if (!this.#message.isPaused()) return;
    this.#exchange.heard();
    this.#message.resume();
  }

  override _destroy(error: Error | null, done: Done): void {
    unwatchEnd(this.#asker, this);
    this.#exchange.giveUp();
    done(error);
  }

  /** @internal The reader has finished. */
  ended(): void {
    this.destroy();
  }
}
