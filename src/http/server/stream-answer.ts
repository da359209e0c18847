import type { ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';

/** Gets the failure of an answer that is a stream. */
export interface StreamOutcome {
  /** @internal The stream has failed after this many bytes. */
  streamFailed(error: Error, bytes: number): void;
}

/**
 * Sends a stream of bytes as the body of an answer, no faster than the peer takes it. The headers are sent with the
 * first bytes, so a source that fails before them can still be answered with a status.
 */
export class StreamAnswer {
  readonly #source: Readable;
  readonly #response: ServerResponse;
  readonly #outcome: StreamOutcome;
  #bytes = 0;
  #isOver = false;

  constructor(source: Readable, response: ServerResponse, outcome: StreamOutcome) {
    this.#source = source;
    this.#response = response;
    this.#outcome = outcome;
    source.on('data', (chunk: Buffer | string) => this.#send(chunk));
    source.on('end', () => this.#end());
    source.on('error', (error) => this.#fail(error));
    source.on('close', () => this.#fail(new Error('the stream was closed before its end')));
    response.on('drain', () => source.resume());
    response.on('close', () => this.#gone());
  }

  #send(chunk: Buffer | string): void {
    if (this.#isOver) return;
    this.#bytes += Buffer.byteLength(chunk);
    if (!this.#response.write(chunk)) this.#source.pause();
  }

  #end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#response.end();
  }

  #fail(error: Error): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#source.destroy();
    this.#outcome.streamFailed(error, this.#bytes);
  }

  /** The peer is gone, or everything was sent. */
  #gone(): void {
    this.#isOver = true;
    this.#source.destroy();
  }
}
