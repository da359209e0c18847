import { type TaskTonicError, fail } from '../../../core/errors.js';
import type { Sendable } from '../../../core/asking/reply.js';
import type { Pending, RequestKey } from '../connection/replies/requests.js';
import type { PoolQuestion, PoolWork } from './pool-question.js';

/** How a call may end. */
export type Outcome = 'answered' | 'failed' | 'timedOut' | 'cancelled';

/** A client, as a call that it has sees it. */
export interface CallMember {
  readonly name: string;
  /** @throws {TaskTonicError} what is wrong with the request. */
  ask(call: PoolCall): void;
  /** It has no place any more. */
  left(call: PoolCall): void;
  /** It was answered, perhaps late. */
  answered(): void;
  /** Nobody waits for its answer any more; `isLate` where its time was up. */
  givenUp(isLate: boolean): void;
}

/** What a call asks of its pool. */
export interface CallPool {
  readonly name: string;
  /** Why no client can take a request now, for an error. */
  readonly whyWaiting: string;
  /** It is to wait for a client, again. */
  waitsAgain(call: PoolCall): void;
  /** It waits no more. */
  leaves(call: PoolCall): void;
  /** A client has a place that it had not. */
  freed(): void;
  over(call: PoolCall, outcome: Outcome, wasAsked: boolean): void;
}

/**
 * What is done for one request:
 *
 * ```text
 *             a client has room            an answer, a failure; its time is up
 * waiting -----------------------> asked ---------------------------------> over
 *    ^ \______________________________________________________________________/^
 *    |  no room within its time    |
 *    \-----------------------------/
 *      its connection ended, and it may be repeated: once
 * ```
 *
 * One whose time is up while it is asked keeps its place with the client, where answers come in order, until its answer has come.
 */
export class PoolCall implements Pending, PoolWork {
  readonly question: PoolQuestion;
  readonly bytes: Sendable;
  readonly size: number;
  readonly key: RequestKey | undefined;
  /** When its time to wait for a client is up. */
  waitsUntil = Infinity;
  readonly #pool: CallPool;
  #phase: 'waiting' | 'asked' | 'over' = 'waiting';
  #member: CallMember | undefined;
  #repeatable: boolean;
  #isLate = false;

  constructor(
    pool: CallPool,
    question: PoolQuestion,
    bytes: Sendable,
    size: number,
    { key, repeatable = false }: { readonly key?: RequestKey | undefined; readonly repeatable?: boolean | undefined },
  ) {
    this.#pool = pool;
    this.question = question;
    this.bytes = bytes;
    this.size = size;
    this.key = key;
    this.#repeatable = repeatable;
  }

  /** Whether it waits for its answer. */
  get open(): boolean {
    return this.#phase === 'asked';
  }

  /** Whether it waits for a client. */
  get waits(): boolean {
    return this.#phase === 'waiting';
  }

  /** A client has room for it: it is sent. What is wrong with it is told to who asked, and no other. */
  given(member: CallMember): void {
    this.#phase = 'asked';
    this.#member = member;
    try {
      member.ask(this);
    } catch (thrown) {
      this.#leaveMember();
      this.fail(thrown as Error);
    }
  }

  /** Its client tells: an answer, or that there will be none; perhaps too late. */
  settle(error: Error | undefined, answer: unknown): void {
    const member = this.#leaveMember();
    if (error === undefined) member?.answered();
    if (this.#phase === 'over') this.question.settle(error, answer);
    else if (error === undefined) this.#end('answered', undefined, answer);
    else if (this.#repeatable && this.question.open) this.#repeat();
    else this.fail(error);
    if (member !== undefined) this.#pool.freed();
  }

  /** There is no answer. */
  fail(error: Error): void {
    if (this.#phase !== 'over') this.#end('failed', error, undefined);
  }

  /** No client had room for it in its time. */
  waitedInVain(ms: number): void {
    this.#end('timedOut', this.#notSent(ms), undefined);
  }

  /** The time of its question is up. */
  timedOut(ms: number): TaskTonicError {
    this.#isLate = true;
    if (this.#phase === 'waiting') return this.#notSent(ms);
    return fail('TT_REQUEST_TIMEOUT', { tonic: this.#member?.name ?? this.#pool.name, ms });
  }

  /** Nobody waits for its answer. */
  abandon(why: 'cancelled' | 'givenUp'): void {
    const phase = this.#phase;
    if (phase === 'over') return;
    this.#end(why === 'cancelled' ? 'cancelled' : this.#isLate ? 'timedOut' : 'failed');
    if (phase === 'waiting') return this.#pool.leaves(this);
    const member = this.#member!;
    // In order, its place tells which answers are those of others.
    if (this.key !== undefined) {
      this.#leaveMember();
      this.#pool.freed();
    }
    member.givenUp(this.#isLate);
  }

  #repeat(): void {
    this.#repeatable = false;
    this.#phase = 'waiting';
    this.#pool.waitsAgain(this);
  }

  #leaveMember(): CallMember | undefined {
    const member = this.#member;
    this.#member = undefined;
    member?.left(this);
    return member;
  }

  #end(outcome: Outcome, error?: Error, answer?: unknown): void {
    const wasAsked = this.#phase === 'asked';
    this.#phase = 'over';
    if (error !== undefined || outcome === 'answered') this.question.settle(error, answer);
    this.#pool.over(this, outcome, wasAsked);
  }

  #notSent(ms: number): TaskTonicError {
    const { name: pool, whyWaiting: why } = this.#pool;
    return fail('TT_POOL_TIMEOUT', { pool, ms, why });
  }
}
