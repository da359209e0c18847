import { toError } from '../../../core/errors.js';
import type { Sendable } from '../../../core/asking/reply.js';
import { Alarm } from '../../alarm.js';
import type { TcpClient } from '../client/tcp-client.js';
import type { Pending, RequestKey } from '../connection/replies/requests.js';

/** How the health of a client is asked for. */
export interface HealthPlan {
  readonly bytes: Sendable;
  readonly key: RequestKey | undefined;
  readonly interval: number;
  readonly timeout: number;
  /** @throws whatever a function of the user's does. */
  accepts(answer: unknown): boolean;
}

/** What comes of it. */
export interface HealthListener {
  /** How many answers its client has had so far. */
  readonly answers: number;
  /** The client has answered so. @param problem what was thrown where the answer was looked at. */
  judged(isHealthy: boolean, problem?: Error): void;
  /** No answer in its time. */
  silent(): void;
}

/** One request for the health of a client. */
class Probe implements Pending {
  open = true;
  constructor(readonly settled: (error: Error | undefined, answer: unknown) => void) {}

  settle(error: Error | undefined, answer: unknown): void {
    if (!this.open) return;
    this.open = false;
    this.settled(error, answer);
  }
}

/** Asks one client, when it has connected and then at an interval, whether others may use it. */
export class MemberHealth {
  readonly #client: TcpClient<string>;
  readonly #plan: HealthPlan;
  readonly #listener: HealthListener;
  readonly #alarm: Alarm;
  #probe: Probe | undefined;
  #answersBefore = 0;

  constructor(client: TcpClient<string>, plan: HealthPlan, listener: HealthListener) {
    this.#client = client;
    this.#plan = plan;
    this.#listener = listener;
    this.#alarm = new Alarm(client);
  }

  /** Asks now. */
  ask(): void {
    const { bytes, key, timeout } = this.#plan;
    const probe = new Probe((error, answer) => this.#settled(error, answer));
    this.#probe = probe;
    this.#alarm.set(timeout, () => this.#listener.silent());
    try {
      this.#client._ttRequestFor(bytes, probe, key);
    } catch (thrown) {
      probe.open = false;
      this.#goesOn(false, toError(thrown));
    }
  }

  /** Asks no more, until it is asked to. */
  stop(): void {
    if (this.#probe !== undefined) this.#probe.open = false;
    this.#alarm.clear();
  }

  #settled(error: Error | undefined, answer: unknown): void {
    // There is no connection any more, as its end tells.
    if (error !== undefined) return this.#alarm.clear();
    const { isHealthy, problem } = this.#judge(answer);
    return this.#goesOn(isHealthy, problem);
  }

  #goesOn(isHealthy: boolean, problem: Error | undefined): void {
    this.#answersBefore = this.#listener.answers;
    this.#alarm.set(this.#plan.interval, () => this.#again());
    this.#listener.judged(isHealthy, problem);
  }

  #judge(answer: unknown): { isHealthy: boolean; problem?: Error } {
    try {
      return { isHealthy: this.#plan.accepts(answer) };
    } catch (thrown) {
      return { isHealthy: false, problem: toError(thrown) };
    }
  }

  #again(): void {
    if (this.#listener.answers === this.#answersBefore) return this.ask();
    this.#answersBefore = this.#listener.answers;
    this.#alarm.set(this.#plan.interval, () => this.#again());
  }
}
