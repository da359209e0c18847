import type { IncomingMessage } from 'node:http';
import { incurOwed, settleOwed } from '../../core/asking/owed.js';
import { ofFramework } from '../../core/plan/plan.js';
import { Pause } from '../../tonics/tcp/connection/pause.js';
import { HttpInput } from './http-input.js';
import type { HttpTakeover } from './http-server-options.js';
import { Status, problemOf } from './refusals.js';
import { ServerStream, type StreamOwner } from './server-stream.js';
import type { Upgradeable, UpgradeRequest } from './upgrade.js';

/**
 * A connection of an HttpServer on which a request may ask for another protocol. It has its turn when those before it are answered; until then nothing more is read.
 * Then somebody else has the connection, or it goes on in HTTP.
 */
export abstract class UpgradableConnection<State extends string = never> extends HttpInput<State> {
  /** The request for another protocol, until it has its turn. */
  #upgrade: UpgradeRequest | undefined = undefined;

  /** @internal Whether requests are still to be answered. */
  abstract get _ttHasRequests(): boolean;
  /** @internal What was asked before is answered; then this is, and the connection is closed. */
  abstract _ttRefuseWith(status: number): void;

  /** @internal A request asks for another protocol, and these bytes have come behind it: it has its turn when those before it are answered. */
  _ttAsksUpgrade(request: IncomingMessage, behind: Buffer): void {
    if (this._ttReads !== 'requests') return;
    const { _ttHttp: http } = this._ttServer;
    const isRefused = request.method === 'CONNECT' && http.connect === undefined;
    const problem = isRefused ? Status.notAllowed : problemOf(request, http);
    if (problem !== undefined) return this._ttRefuseWith(problem);
    this._ttPause(Pause.stream);
    // Nobody listens to it any more.
    this._ttStream.on('error', () => {});
    this._ttIsTaken = true;
    this._ttWatch?.stop();
    this.#upgrade = { request, behind };
    // Its end waits for that answer too.
    incurOwed(this);
    this._ttUpgradeIfNext();
  }

  /**
   * Has it answered where all requests before it are.
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

  /** @internal The connection is closed before that. */
  _ttForgetUpgrade(): void {
    if (this.#upgrade !== undefined) settleOwed(this);
    this.#upgrade = undefined;
  }

  /** @internal What has come behind the last request, and nobody has taken. */
  _ttTakeRest(behind: Buffer): Buffer {
    const rest = this._ttStream.read() as Buffer | null;
    return rest === null ? behind : Buffer.concat([behind, rest]);
  }

  /** @internal It was answered with that status. */
  _ttUpgradeAnswered(status: number): void {
    this._ttServer._ttRequests.answeredBeside(status);
  }

  /** @internal It goes on in HTTP as if these bytes came next. */
  _ttServesAgain(bytes: Buffer): void {
    this._ttStream = new ServerStream(this as unknown as StreamOwner);
    this._ttIsTaken = false;
    this._ttServer._ttServes(this._ttStream);
    this._ttResume(Pause.stream);
    this._ttReadInput(bytes);
    // That was told to the stream before.
    if (this.phase === 'halfClosed') this._ttInputEnds();
  }

  /** @internal Somebody else reads and writes its stream from now on. */
  _ttGivenTo(takeover: HttpTakeover, { request, behind }: UpgradeRequest): void {
    const rest = this._ttTakeRest(behind);
    this._ttResume(Pause.stream);
    takeover(request, this._ttStream, rest);
  }
}
ofFramework(UpgradableConnection);
