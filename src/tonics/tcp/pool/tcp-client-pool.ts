import type * as v from 'valibot';
import type { AnyTonic, InfusionFailure } from '../../../core/any-tonic.js';
import { begin, ASK_TIMEOUT } from '../../../core/asking/ask.js';
import { askerOf } from '../../../core/asking/asker-of.js';
import { incurOwed, settleOwed } from '../../../core/asking/owed.js';
import type { Sendable } from '../../../core/asking/reply.js';
import { type TaskTonicError, fail, toError } from '../../../core/errors.js';
import { extrasOf } from '../../../core/guests/extras.js';
import { failureInfo } from '../../../core/life.js';
import { checkOptionsOf, takesOptions } from '../../../core/options/class-options.js';
import { OptionCheck } from '../../../core/options/option-check.js';
import { badOption } from '../../../core/options/option-problem.js';
import { parseOptions, settingsIn } from '../../../core/options/option-schema.js';
import { ofFramework } from '../../../core/plan/plan.js';
import { runAs, running } from '../../../core/running.js';
import type { Framing } from '../../../framing/framing.js';
import { Alarm } from '../../alarm.js';
import { SocketTonic, sizeOf } from '../../socket-tonic.js';
import { backoff } from '../client/backoff.js';
import { TcpClient } from '../client/tcp-client.js';
import { clientMaker } from './client-maker.js';
import type { HealthPlan } from './member-health.js';
import { type CallPool, type Outcome, PoolCall } from './pool-call.js';
import { type MemberPool, PoolMember } from './pool-member.js';
import {
  type HealthSettings,
  type PoolRequestOptions,
  type PoolSettings,
  type TcpClientPoolOptions,
  healthSchema,
  poolRequestSchema,
  poolSchema,
} from './pool-options.js';
import { PoolQuestion } from './pool-question.js';
import { WaitingCalls } from './waiting-calls.js';

/** After so long it is looked again whether a client without requests is still needed, in ms. */
const WANTED = 1_000;
const requestCheck = OptionCheck.of(poolRequestSchema);

/** What a pool has now, and what has become of the requests since it began: `asked` is the sum of the four below it, `underWay` and `waiting`. */
export interface PoolCounts {
  /** Clients that there are: connected or not. */
  readonly clients: number;
  /** Those that can have requests. */
  readonly ready: number;
  /** Those of them that have none. */
  readonly idle: number;
  /** Requests that were sent and wait for their answer. */
  readonly underWay: number;
  /** Requests that wait for a client. */
  readonly waiting: number;
  readonly waitingBytes: number;
  readonly asked: number;
  readonly answered: number;
  readonly failed: number;
  readonly timedOut: number;
  readonly cancelled: number;
  /** How often a client gave its connection up for another one, since requests were not answered on it. */
  readonly replaced: number;
}

/**
 * Several clients of one kind, for the requests of many: each request goes to the client with the fewest under way.
 *
 * ```ts
 * class Shop extends Tonic {
 *   ttse__onStart(): void {
 *     const stock = new TcpClientPool({ client: StockClient, size: 20 });
 *     stock.request('COUNT pears', this.ttse__onPears, { onError: this.ttse__onNoPears });
 *   }
 *   ttse__onPears(line: string): void { this.log.info(line); }
 *   ttse__onNoPears(error: Error): void { this.log.warn(error); }
 * }
 * ```
 *
 * Clients are infusions of the pool, opened when they are needed and closed when they have no requests. What they do not hear themselves is heard
 * by the pool, where its class defines it, else by its base, with the client as the first argument. A client that ends, or fails, is no reason for the
 * pool to: another one takes its place when one is needed. A pool that finishes takes no more requests, and waits for the answers to those that it has.
 */
export class TcpClientPool<Frame = unknown, Sent = Frame, State extends string = never> extends SocketTonic<State> {
  /** What its options must look like. */
  static readonly optionsSchema: v.GenericSchema = poolSchema;
  readonly #settings: PoolSettings;
  readonly #newClient: () => unknown;
  readonly #health: HealthSettings | undefined;
  readonly #members = new Set<PoolMember>();
  readonly #waiting: WaitingCalls;
  /** Those that have no request, and since when; who rests longest is the first. */
  readonly #resting = new Map<PoolMember, number>();
  readonly #calls = new Set<PoolCall>();
  readonly #waitAlarm: Alarm;
  readonly #restAlarm: Alarm;
  readonly #growAlarm: Alarm;
  readonly #forMembers: MemberPool;
  readonly #forCalls: CallPool;
  #healthPlan: HealthPlan | undefined;
  /** How frames of its clients are made, once one of them was made. */
  #framing: Framing<unknown> | undefined;
  #turns = 0;
  /** Clients in a row that have ended unanswered. */
  #failures = 0;
  #lastError: Error | undefined;
  #serving = false;
  #underWay = 0;
  #asked = 0;
  #replaced = 0;
  readonly #outcomes: Record<Outcome, number> = { answered: 0, failed: 0, timedOut: 0, cancelled: 0 };

  /** @throws {TaskTonicError} `TT_BAD_OPTION`, `TT_NEEDS_SELECTOR`; and as every Tonic. */
  constructor(options: TcpClientPoolOptions<Frame, Sent>) {
    const { name } = new.target;
    checkOptionsOf(new.target, options);
    const settings = settingsIn(poolSchema, options, name);
    const health = settings.health && parseOptions(healthSchema, settings.health, `health of ${name}`);
    const newClient = clientMaker(settings.client, name);
    super(settings);
    this.#settings = settings;
    this.#newClient = newClient;
    this.#health = health;
    this.#waiting = new WaitingCalls(settings);
    const self = this as AnyTonic;
    this.#waitAlarm = new Alarm(self);
    this.#restAlarm = new Alarm(self);
    this.#growAlarm = new Alarm(self);
    this.#forMembers = this.#hearsMembers();
    this.#forCalls = this.#hearsCalls();
  }

  get counts(): PoolCounts {
    const members = [...this.#members];
    const ready = members.filter(({ isReady }) => isReady);
    return {
      clients: members.length,
      ready: ready.length,
      idle: ready.filter(({ busy }) => busy === 0).length,
      underWay: this.#underWay,
      waiting: this.#waiting.size,
      waitingBytes: this.#waiting.bytes,
      asked: this.#asked,
      ...this.#outcomes,
      replaced: this.#replaced,
    };
  }

  // ---- Asking ----

  /**
   * Asks by one of its clients, for the Tonic whose sparkle runs. The request goes to the client with the fewest under way; where all have as many as they may, it
   * waits. Its time begins with the call.
   *
   * @param data what is sent: a frame, where the clients have a framing, else text or bytes. It is encoded at once.
   * @param onAnswer a sparkle of the Tonic that asks: it hears the answer, and the request. Why there is none comes to the option `onError`: `TT_POOL_TIMEOUT` and
   *   `TT_POOL_FULL` where it was not sent; `TT_REQUEST_TIMEOUT` and `TT_REQUEST_LOST` where it was; `TT_ASK_GONE` where the pool has finished.
   * @returns the question that it is: it can be cancelled, counts for `static questionLimit` of who asks, and holds its end (`hold: false`: it does not).
   * @throws {TaskTonicError} `TT_BAD_OPTION`, `TT_NOT_A_SPARKLE`, `TT_FRAME_NOT_ENCODED`, `TT_BAD_DATA`; `TT_ASK_FULL` where so much was asked and not answered yet;
   *   `TT_NOT_RUNNING` outside of any sparkle with one that is not bound. What a `client` throws, where none was made before.
   */
  request(
    data: Sent,
    onAnswer: { heard(answer: Frame, request: PoolQuestion): void }['heard'],
    options: PoolRequestOptions = {},
  ): PoolQuestion {
    requestCheck.check(options, `${this._ttPlan.className}.request()`);
    const asker = askerOf(onAnswer, `request() of ${this.name}`);
    const answer = asker._ttOwn(onAnswer as never);
    const error = options.onError === undefined ? undefined : asker._ttOwn(options.onError);
    const { timeout = ASK_TIMEOUT, hold = true, signal } = options;
    if (this.#members.size === 0 && this.#framing === undefined && this._ttMayInfuse) this.#makeMember();
    const bytes = this.#bytesOf(data);
    const holds = hold && !asker.finished;
    const question = new PoolQuestion(asker, this as AnyTonic, 'request', timeout, answer, error, holds, signal);
    const call = new PoolCall(this.#forCalls, question, bytes, sizeOf(bytes), options);
    begin(asker, question, () => {
      if (!this._ttMayInfuse) return this.finished ? undefined : question.lost('TT_ASK_GONE');
      question._ttCall = call;
      this.#begins(call);
      // What is written on a socket leaves with a turn of its own Catalyst.
      if (asker._ttScheduler === this._ttScheduler) return this.#place(call);
      return this._ttss__run({ run: () => this.#place(call) });
    });
    return question;
  }

  #bytesOf(data: unknown): Sendable {
    return this.#framing === undefined ? (data as Sendable) : this.#framing.encode(data);
  }

  #begins(call: PoolCall): void {
    this.#asked++;
    this.#calls.add(call);
    extrasOf(this).replies ??= { letGo: () => [...this.#calls].map(() => 'a request of a client') };
    incurOwed(this as AnyTonic);
  }

  // ---- Which client ----

  #place(call: PoolCall): void {
    // It was cancelled before its turn.
    if (!call.waits) return;
    const best = this.#waiting.size === 0 ? this.#best() : undefined;
    if (best === undefined) return this.#wait(call);
    const shares = best.busy > 0;
    this.#give(call, best);
    if (shares) this.#grow(1);
  }

  #best(): PoolMember | undefined {
    let best: PoolMember | undefined;
    for (const member of this.#members)
      if (member.hasRoom && (best === undefined || member.isBetterThan(best))) best = member;
    return best;
  }

  #give(call: PoolCall, member: PoolMember): void {
    this.#resting.delete(member);
    this.#underWay++;
    call.given(member);
  }

  #wait(call: PoolCall): void {
    const { waitTimeout } = this.#settings;
    call.waitsUntil = this.#now + waitTimeout;
    this.#waiting.put(call);
    this.#grow();
    if (!this.#waitAlarm.isSet) this.#waitAlarm.set(waitTimeout, () => this.#waitedInVain());
    for (let excess = this.#excess(call); excess !== undefined; excess = this.#excess(call)) {
      const { size: waiting, bytes } = this.#waiting;
      this.#waiting.leave(excess);
      excess.fail(fail('TT_POOL_FULL', { pool: this.name, waiting, bytes }));
    }
  }

  #excess(call: PoolCall): PoolCall | undefined {
    return this.#waiting.excess(call, this.#connecting);
  }

  /** Gives those that wait to members that have room. */
  #serve(): void {
    if (this.#serving) return;
    this.#serving = true;
    try {
      for (let call = this.#waiting.first; call !== undefined; call = this.#waiting.first) {
        const best = this.#best();
        if (best === undefined) break;
        this.#waiting.leave(call);
        this.#give(call, best);
      }
    } finally {
      this.#serving = false;
    }
    this.#grow();
  }

  #waitedInVain(): void {
    for (let call = this.#waiting.first; call !== undefined; call = this.#waiting.first) {
      const left = call.waitsUntil - this.#now;
      if (left > 0) return this.#waitAlarm.set(left, () => this.#waitedInVain());
      this.#waiting.leave(call);
      call.waitedInVain(this.#settings.waitTimeout);
    }
  }

  #hearsCalls(): CallPool {
    const name = (): string => this.name;
    const why = (): string => this.#whyWaiting;
    return {
      get name() {
        return name();
      },
      get whyWaiting() {
        return why();
      },
      waitsAgain: (call) => {
        this.#underWay--;
        this.#wait(call);
      },
      leaves: (call) => void this.#waiting.leave(call),
      freed: () => this.#serve(),
      over: (call, outcome, wasAsked) => this.#over(call, outcome, wasAsked),
    };
  }

  get #whyWaiting(): string {
    const { clients, ready } = this.counts;
    const last = this.#lastError === undefined ? '' : `; the last error: ${this.#lastError.message.replace(/\.$/, '')}`;
    return `none of its ${clients} clients, of which ${ready} are connected, could take it${last}`;
  }

  #over(call: PoolCall, outcome: Outcome, wasAsked: boolean): void {
    if (wasAsked) this.#underWay--;
    this.#outcomes[outcome]++;
    this.#calls.delete(call);
    settleOwed(this as AnyTonic);
  }

  get #now(): number {
    return this._ttScheduler.clock.now();
  }

  // ---- How many clients ----

  /**
   * Makes clients, where more wait for one than are connecting, and there may be more.
   * @param sharing so many have one together with others, and would rather not.
   */
  #grow(sharing = 0): void {
    if (this.#growAlarm.isSet) return;
    while (
      this._ttMayInfuse &&
      this.#members.size < this.#settings.size &&
      this.#waiting.size + sharing > this.#connecting
    ) {
      try {
        this.#makeMember();
      } catch (thrown) {
        return this.#cannotMake(toError(thrown));
      }
    }
  }

  get #connecting(): number {
    let connecting = 0;
    for (const { isConnecting } of this.#members) if (isConnecting) connecting++;
    return connecting;
  }

  /** @throws what is wrong with the option `client`. */
  #makeMember(): void {
    const made = runAs(this as AnyTonic, () => this.#checked());
    this.#framing ??= made._ttFraming;
    this.#healthPlan ??= this.#health && this.#planOf(this.#health);
    const member = new PoolMember(made, this.#turns++, this.#forMembers, this.#settings, this.#healthPlan);
    this.#members.add(member);
    this.#rests(member);
    this.log.debug(`has ${this.#members.size} of ${this.#settings.size} clients`);
  }

  #checked(): TcpClient<string> {
    try {
      const made = this.#newClient();
      const problem = this.#problemOf(made);
      if (problem !== undefined) throw badOption(this._ttPlan.className, 'client', problem);
      return made as TcpClient<string>;
    } catch (thrown) {
      for (const infusion of running.left?.infused ?? []) infusion.ttsc__finish();
      throw thrown;
    }
  }

  #problemOf(made: unknown): string | undefined {
    if (!(made instanceof TcpClient)) return 'it made something else than a TcpClient';
    if (made._ttBase !== (this as AnyTonic)) return 'it made a client with another base: make a new one each time';
    if (made._ttLender !== undefined) return 'it made the same client again: make a new one each time';
    return made._ttHasOwnProtocol ? 'its client has a "protocol": extend TcpClient instead' : undefined;
  }

  #planOf({ request, key, interval, timeout, accepts }: HealthSettings): HealthPlan {
    const bytes = this.#bytesOf(request);
    sizeOf(bytes);
    return { bytes, key, interval, timeout, accepts: (answer) => accepts === undefined || accepts(answer as never) };
  }

  /** A client cannot be made: those that wait for one are told, where there is no other. */
  #cannotMake(error: Error): void {
    this._ttScheduler.logs.failure(this as AnyTonic, error, failureInfo('_ttss__run', this as AnyTonic));
    this.#pauseMaking(error);
    if (this.#members.size > 0) return;
    for (const call of this.#waiting.takeAll()) call.fail(error);
  }

  /** One has ended unanswered, or was not made: the next one is made later. */
  #pauseMaking(error: Error | undefined): void {
    if (error !== undefined) this.#lastError = error;
    // Those that end together are one failure: a server has died, and not twenty.
    if (this.#growAlarm.isSet) return;
    const { retryDelay: delay, retryCap: cap } = this.#settings;
    this.#growAlarm.set(backoff({ delay, cap }, ++this.#failures, this._ttCatalyst.runtime.random), () =>
      this.#serve(),
    );
  }

  #hearsMembers(): MemberPool {
    return {
      freed: () => this.#serve(),
      rests: (member) => this.#rests(member),
      answered: () => {
        this.#failures = 0;
      },
      tryFailed: (error: TaskTonicError) => {
        this.#lastError = error;
      },
      replaced: ({ name }) => {
        this.#replaced++;
        this.log.warn(`gives up the connection of ${name}, since its requests were not answered`);
      },
      failedCheck: ({ name }, problem) => this.log.error(problem, `cannot tell the health of ${name}`),
      gone: (member) => this.#gone(member),
    };
  }

  #gone(member: PoolMember): void {
    this.#members.delete(member);
    this.#resting.delete(member);
    if (member.answers === 0 && !member.wasLeft) this.#pauseMaking(undefined);
    this.#serve();
  }

  // ---- Clients without requests ----

  #rests(member: PoolMember): void {
    if (!this.#members.has(member)) return;
    this.#resting.set(member, this.#now);
    if (!this.#restAlarm.isSet && this.#mayClose) this.#restAlarm.set(this.#settings.idleTimeout, () => this.#rested());
  }

  get #mayClose(): boolean {
    let staying = 0;
    for (const { isLeaving } of this.#members) if (!isLeaving) staying++;
    return staying > this.#settings.keep;
  }

  #rested(): void {
    for (const [member, since] of [...this.#resting]) {
      if (!this.#mayClose) return;
      const left = since + this.#settings.idleTimeout - this.#now;
      // One that connects is for somebody who waits.
      const isWanted = this.#waiting.size > 0 && member.isConnecting;
      if (left > 0 || isWanted) return this.#restAlarm.set(isWanted ? WANTED : left, () => this.#rested());
      this.#resting.delete(member);
      member.leave();
    }
  }

  // ---- Its end ----

  /** A client failed, which the log has told: that is the end of one of several. */
  ttse__onInfusionFailed(failure: InfusionFailure): void | undefined {
    if (failure.tonic instanceof TcpClient) return;
    throw fail('TT_INFUSION_FAILED', { tonic: failure.name, base: this.name }, failure.error);
  }

  /** @internal */
  override _ttRelease(): void {
    for (const alarm of [this.#waitAlarm, this.#restAlarm, this.#growAlarm]) alarm.clear();
    super._ttRelease();
  }
}
ofFramework(TcpClientPool);
takesOptions(TcpClientPool, poolSchema);
