import { type TaskTonicError, fail } from '../../../core/errors.js';
import { type EndWatcher, watchEnd } from '../../../core/features/extras.js';
import type { ClientPool, TcpClient } from '../client/tcp-client.js';
import { type HealthListener, type HealthPlan, MemberHealth } from './member-health.js';
import type { CallMember, PoolCall } from './pool-call.js';

/** What a member tells its pool. */
export interface MemberPool {
  /** It can take requests, or more of them. */
  freed(member: PoolMember): void;
  /** It has answered a request. */
  answered(): void;
  /** It has no request. */
  rests(member: PoolMember): void;
  tryFailed(error: TaskTonicError): void;
  /** It gave its connection up for another one. */
  replaced(member: PoolMember): void;
  /** It does not count as healthy: a function of the user's threw. */
  failedCheck(member: PoolMember, problem: Error): void;
  gone(member: PoolMember): void;
}

export interface MemberSettings {
  readonly requestsPerClient: number;
  readonly maxTimeouts: number;
}

/** `connecting`: it has no connection, or its health is not known. `leaving`: it is to close. */
type Phase = 'connecting' | 'ready' | 'unwell' | 'leaving' | 'gone';

/** One client of a pool, and the requests that have a place with it. */
export class PoolMember implements CallMember, ClientPool, EndWatcher, HealthListener {
  readonly client: TcpClient<string>;
  readonly turn: number;
  /** How many of the requests of others it has answered. */
  answers = 0;
  readonly #pool: MemberPool;
  readonly #settings: MemberSettings;
  readonly #most: number;
  readonly #health: MemberHealth | undefined;
  /** Those that are under way, and those whose late answers will come. */
  readonly #calls = new Set<PoolCall>();
  #phase: Phase = 'connecting';
  /** In a row, with no answer since. */
  #timeouts = 0;
  #wasLeft = false;

  constructor(
    client: TcpClient<string>,
    turn: number,
    pool: MemberPool,
    settings: MemberSettings,
    health: HealthPlan | undefined,
  ) {
    this.client = client;
    this.turn = turn;
    this.#pool = pool;
    this.#settings = settings;
    this.#most = Math.min(settings.requestsPerClient, client._ttPlan.questionLimit);
    this.#health = health && new MemberHealth(client, health, this);
    client._ttLender = this;
    watchEnd(client, this);
  }

  get name(): string {
    return this.client.name;
  }

  /** How many requests have a place with it. */
  get busy(): number {
    return this.#calls.size;
  }

  /** Whether it will be there for others before long. */
  get isConnecting(): boolean {
    return this.#phase === 'connecting';
  }

  get isReady(): boolean {
    return this.#phase === 'ready' && this.#isOpen;
  }

  /** Its client is connected, and has neither failed nor begun to finish. */
  get #isOpen(): boolean {
    return this.client.phase === 'open' && this.client._ttMayInfuse;
  }

  get hasRoom(): boolean {
    return this.#calls.size < this.#most && this.isReady;
  }

  /** Whether a request goes to this one rather than to the other: one that has left none unanswered, then the one with fewer. */
  isBetterThan(other: PoolMember): boolean {
    if ((this.#timeouts === 0) !== (other.#timeouts === 0)) return this.#timeouts === 0;
    return this.#calls.size < other.#calls.size;
  }

  // ---- Its requests ----

  /** @throws {TaskTonicError} what is wrong with the request: then it has no place. */
  ask(call: PoolCall): void {
    this.#calls.add(call);
    this.client._ttRequestFor(call.bytes, call, call.key);
  }

  /** It has no place any more. */
  left(call: PoolCall): void {
    if (this.#calls.delete(call) && this.#calls.size === 0) this.#pool.rests(this);
  }

  answered(): void {
    this.answers++;
    this.#timeouts = 0;
    this.#pool.answered();
  }

  /** Nobody waits for the answer to one of its requests any more; `isLate` where its time was up. */
  givenUp(isLate: boolean): void {
    if (isLate) this.#timeouts++;
    if (this.#timeouts >= this.#settings.maxTimeouts || this.#isBlocked) this.#replace();
  }

  /** All of its places are those of requests that nobody waits for: if no answer comes, it has none for others. */
  get #isBlocked(): boolean {
    if (this.#calls.size < this.#most) return false;
    for (const { open } of this.#calls) if (open) return false;
    return true;
  }

  // ---- What its client tells ----

  opened(): void {
    if (this.#phase !== 'connecting' || !this.#isOpen) return;
    this.#timeouts = 0;
    if (this.#health !== undefined) return this.#health.ask();
    this.#phase = 'ready';
    this.#pool.freed(this);
  }

  lost(): void {
    this.#health?.stop();
    if (this.#phase === 'ready' || this.#phase === 'unwell') this.#phase = 'connecting';
    // Those that nobody waits for are not told of the end by their connection.
    for (const call of this.#calls) if (!call.open) this.left(call);
  }

  tryFailed(error: TaskTonicError): void {
    this.#pool.tryFailed(error);
  }

  /** @internal */
  ended(): void {
    this.lost();
    this.#phase = 'gone';
    // Most were told by their connection: those of a client that failed are not.
    const error = fail('TT_REQUEST_LOST', { tonic: this.name, why: 'it has finished' });
    for (const call of this.#calls) call.settle(error, undefined);
    this.#pool.gone(this);
  }

  // ---- Its health ----

  judged(isHealthy: boolean, problem?: Error): void {
    if (problem !== undefined) this.#pool.failedCheck(this, problem);
    if (this.#phase === 'leaving' || this.#phase === 'gone') return;
    this.#phase = isHealthy ? 'ready' : 'unwell';
    if (isHealthy) this.#pool.freed(this);
  }

  silent(): void {
    this.#replace();
  }

  #replace(): void {
    if (this.#phase === 'leaving' || this.#phase === 'gone') return;
    this.#phase = 'connecting';
    this.#timeouts = 0;
    this.#pool.replaced(this);
    this.client.ttsc__reconnect();
  }

  /** It is closed: it has no request. */
  leave(): void {
    this.#phase = 'leaving';
    this.#wasLeft = true;
    this.#health?.stop();
    this.client.ttsc__close();
  }

  /** Whether it closes, since it had no request for long. */
  get isLeaving(): boolean {
    return this.#phase === 'leaving';
  }

  /** Whether it was closed for that, also when it is gone. */
  get wasLeft(): boolean {
    return this.#wasLeft;
  }
}
