import type { IncomingMessage } from 'node:http';
import { addOwed, settleOwed } from '../../core/asking/owed.js';
import { ofFramework } from '../../core/plan/plan.js';
import { Pause } from '../../tonics/tcp/connection/pause.js';
import { HttpInput } from './http-input.js';
import type { HttpTakeover } from './http-server-options.js';
import { Status, problemOf } from './refusals.js';
import { ServerStream, type StreamOwner } from './server-stream.js';
import type { Upgradeable, UpgradeRequest } from './upgrade.js';

/**
 * A connection of an HttpServer on which a request may ask for another protocol. Such a request waits until the ones
 * before it are answered; meanwhile nothing more is read. Then another protocol takes the connection over, or it
 * continues with HTTP.
 */
export abstract class UpgradableConnection<State extends string = never> extends HttpInput<State> {
  /** The waiting request for another protocol. */
  #upgrade: UpgradeRequest | undefined = undefined;

  /** @internal Whether requests are still unanswered. */
  abstract get _ttHasRequests(): boolean;
  /** @internal After the answers to earlier requests this status is sent, and the connection is closed. */
  abstract _ttRefuseWith(status: number): void;

  /**
   * @internal A request asks for another protocol; `behind` are the bytes after it. It waits until the requests before
   *   it are answered.
   */
  _ttAsksUpgrade(request: IncomingMessage, behind: Buffer): void {
    if (this._ttReads !== 'requests') return;
    const { _ttHttp: http } = this._ttServer;
    const isRefused = request.method === 'CONNECT' && http.connect === undefined;
    const problem = isRefused ? Status.notAllowed : problemOf(request, http);
    if (problem !== undefined) return this._ttRefuseWith(problem);
    this._ttPause(Pause.stream);
    // The stream has no other listener for errors.
    this._ttStream.on('error', () => {});
    this._ttIsTaken = true;
    this._ttWatch?.stop();
    this.#upgrade = { request, behind };
    // The end of the connection waits for that answer, too.
    addOwed(this);
    this._ttUpgradeIfNext();
  }

  /**
   * Answers it if all requests before it are answered.
   * @returns whether there is one.
   * @internal
   */
  _ttUpgradeIfNext(): boolean {
    const upgrade = this.#upgrade;
    if (upgrade === undefined) return false;
    if (this._ttHasRequests) return true;
    this.#upgrade = undefined;
    this._ttServer._ttss__upgrade(this as unknown as Upgradeable, upgrade);
    return true;
  }

  /** @internal The connection has closed before that. */
  _ttForgetUpgrade(): void {
    if (this.#upgrade !== undefined) settleOwed(this);
    this.#upgrade = undefined;
  }

  /** @internal The bytes after the last request that nobody has read. */
  _ttTakeRest(behind: Buffer): Buffer {
    const rest = this._ttStream.read() as Buffer | null;
    return rest === null ? behind : Buffer.concat([behind, rest]);
  }

  /** @internal It was answered with that status. */
  _ttUpgradeAnswered(status: number): void {
    this._ttServer._ttRequests.answeredBeside(status);
  }

  /** @internal Continues with HTTP as if these bytes arrived next. */
  _ttServesAgain(bytes: Buffer): void {
    this._ttStream = new ServerStream(this as unknown as StreamOwner);
    this._ttIsTaken = false;
    this._ttServer._ttServes(this._ttStream);
    this._ttResume(Pause.stream);
    this._ttReadInput(bytes);
    // The stream was told so before.
    if (this.phase === 'halfClosed') this._ttInputEnds();
  }

  /** @internal From now on another owner reads and writes its stream. */
  _ttGivenTo(takeover: HttpTakeover, { request, behind }: UpgradeRequest): void {
    const rest = this._ttTakeRest(behind);
    this._ttResume(Pause.stream);
    takeover(request, this._ttStream, rest);
  }
}
ofFramework(UpgradableConnection);
