import { ofFramework } from '../../core/plan/plan.js';
import { Pause } from '../../tonics/tcp/connection/pause.js';
import { TcpConnection } from '../../tonics/tcp/connection/tcp-connection.js';
import { HeldInput } from './held-input.js';
import type { RequestWatch } from './request-watch.js';
import { ServerStream, type StreamOwner } from './server-stream.js';
import type { ServingTonic } from './serving-tonic.js';

/** The most bytes that are parsed at once, in headers and in bodies. */
const HEADS = 4_096;
const BODIES = 16_384;

/** What is still read: everything, the rest of the current body, or nothing. */
export type Reads = 'requests' | 'body' | 'nothing';

/**
 * Passes the input of a connection of an HttpServer to the stream that `node:http` reads.
 *
 * ```text
 *   onData -> piece -> node:http -> piece -> node:http ...
 *   too many unanswered requests: further input is held, and reading pauses
 * ```
 */
export abstract class HttpInput<State extends string = never> extends TcpConnection<State> {
  /** @internal */ _ttStream = new ServerStream(this as unknown as StreamOwner);
  /** @internal The times of its requests, from when it is open. */ _ttWatch: RequestWatch | undefined = undefined;
  /** @internal */ _ttReads: Reads = 'requests';
  /** @internal Another protocol has it, or is to have it. */ _ttIsTaken = false;
  /** What has come and waits until some of the requests before it are answered. */
  #held: HeldInput | undefined = undefined;

  // ---- What the subclass tells ----

  /** @internal Whether the limit of unanswered requests is reached. */
  abstract get _ttIsFull(): boolean;
  /** @internal Whether the body of the last request is still arriving. */
  abstract get _ttIsInBody(): boolean;
  /** @internal Passes a piece to `node:http`. */
  abstract _ttParse(piece: Buffer): void;
  /** @internal All input was parsed, and the peer sends no more. */
  abstract _ttInputEnds(): void;

  /** @internal */
  get _ttServer(): ServingTonic {
    return this._ttBase as unknown as ServingTonic;
  }

  // ---- Input ----

  ttse__onData(data: Buffer): void {
    if (this._ttIsTaken) this._ttStream.received(data);
    else if (this.#held !== undefined) this.#held.push(data);
    else if (!this._ttDrops) this._ttReadInput(data);
  }

  /** @internal Parses in pieces, so that the limit of unanswered requests is kept. */
  _ttReadInput(data: Buffer): void {
    for (let from = 0; from < data.length;) {
      if (this._ttIsFull) return this.#hold(data.subarray(from));
      const piece = data.length <= HEADS ? data : data.subarray(from, from + (this._ttIsInBody ? BODIES : HEADS));
      this._ttParse(piece);
      from += piece.length;
      if (this._ttDrops) return;
    }
    if (this._ttIsFull) this.#hold();
  }

  /** @internal Whether input is dropped. */
  get _ttDrops(): boolean {
    return this._ttReads === 'nothing' || (this._ttReads === 'body' && !this._ttIsInBody);
  }

  /** @internal No further request is taken, because it could not be answered. */
  _ttHearsNoMore(): void {
    if (this._ttReads === 'requests') this._ttReads = 'body';
  }

  // ---- Held input ----

  /** @internal */
  get _ttHolds(): boolean {
    return this.#held !== undefined;
  }

  #hold(rest?: Buffer): void {
    if (this._ttDrops) return;
    this.#held = new HeldInput(rest);
    this._ttPause(Pause.requests);
  }

  /** @internal The peer sends no more. This takes effect after the held input was parsed. */
  _ttEndInput(): void {
    if (this.#held === undefined) this._ttInputEnds();
    else this.#held.isEnd = true;
  }

  /** @internal Some requests were answered, so held input is parsed. */
  _ttReadHeld(): void {
    const held = this.#held;
    if (held === undefined || this._ttIsFull) return;
    this.#held = undefined;
    this._ttResume(Pause.requests);
    for (let data = held.shift(); data !== undefined; data = held.shift()) {
      this._ttReadInput(data);
      // The limit is reached again: the rest is parsed first next time.
      const more = this.#held as HeldInput | undefined;
      if (more !== undefined) return more.pushAll(held);
      if (this._ttDrops) return;
    }
    if (held.isEnd) this._ttInputEnds();
  }

  /** @internal */
  _ttDropHeld(): void {
    if (this.#held !== undefined) this._ttResume(Pause.requests);
    this.#held = undefined;
  }
}
ofFramework(HttpInput);
