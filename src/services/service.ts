import { failAnswers } from '../core/asking/answer.js';
import type { AnyTonic, RemoteHandle } from '../core/any-tonic.js';
import { fail, toError } from '../core/errors.js';
import { type Supervision, superviseInfusion } from '../core/features/extras.js';
import { OpenAnswers } from './open-answers.js';
import { Plan, type Sparkle } from '../core/plan/plan.js';
import { RestartBudget } from '../core/options/restart-budget.js';
import { runAs, running } from '../core/running.js';
import { type AskedClass, type ServiceClass, isAsked } from './service-class.js';

/** A user of a service. */
interface User {
  readonly id: number;
  /** The service that this user belongs to, and without which it would not exist. */
  readonly owner: string | undefined;
  /** The arguments of its last access. */
  args: readonly unknown[];
  /** The number of that access in its thread. */
  access: number;
}

/**
 * A user in another thread, to which an error cannot be thrown. It may turn out later that it requested another class.
 */
export interface Asker {
  readonly user: UserHandle;
  readonly asked: AskedClass;
  /** The number of this access in its thread. */
  readonly access: number;
}

/** A call that waits until the service has started. */
interface Waiting {
  readonly source: AnyTonic | undefined;
  readonly sourceSparkle: Sparkle | undefined;
  readonly key: string;
  readonly args: unknown[];
}

export type UserHandle = AnyTonic | RemoteHandle;

/** What a service needs of the registry. */
export interface ServiceHost {
  /** The base of all services: the main Catalyst. */
  readonly base: AnyTonic;
  /** The most calls that may wait for a start. */
  readonly waitingLimit: number;
  now(): number;
  /** Whether a service may start: the app has not ended, and not only services are left. */
  readonly mayBegin: boolean;
  /** Makes the Tonic of the service, as an infusion of the main Catalyst; `entered()` is called meanwhile. */
  make(service: Service): RemoteHandle | AnyTonic;
  /** Whether it runs under test, where garbage collection must have no effect. */
  readonly isUnderTest: boolean;
  /** Whether it is needed by a user that is not only a part of unneeded services. */
  isNeeded(service: Service): boolean;
  /** It has ended; `error` is set if it failed and is not restarted. */
  ended(service: Service, error: Error | undefined): void;
}

const ACCESS = 'ttse__onServiceAccess';
const COMPLETED = 'ttse__onServiceBaseCompleted';

/**
 * One service: its present Tonic, its users, and the calls that wait for its start.
 *
 * Its Tonic may be replaced: after a failure, or if the service is used again while it finishes because nobody needed
 * it.
 */
export class Service implements Supervision {
  /** A failure without a restart concerns the users, not the base. */
  readonly strategy = 'finish';
  readonly users = new Map<UserHandle, User>();
  /** Its present Tonic, or the Tonic that represents a Catalyst in a thread. */
  instance: AnyTonic | undefined;
  ended = false;
  #class: ServiceClass | undefined;
  #face: UserHandle | undefined;
  /** Calls for its next Tonic, in order. */
  #waiting: Waiting[] = [];
  /** Whether it was told to finish because nobody needed it. */
  #retiring = false;
  #askedAgain = false;
  #error: Error | undefined;
  /** The questions to its present Tonic: the handle of the service may outlive that Tonic. */
  readonly #asked: OpenAnswers;
  #restarts!: RestartBudget;
  readonly #host: ServiceHost;
  /** Those who requested it while its class was unknown. */
  #askers: Asker[] = [];
  /** Users in other threads that requested another class: they have a handle, but their calls are refused. */
  readonly #refused = new WeakMap<UserHandle, Error>();

  constructor(
    host: ServiceHost,
    readonly name: string,
    serviceClass: ServiceClass | undefined,
    /** The arguments of its constructor. */
    readonly args: readonly unknown[],
    /** Whether the registry can make it again. */
    readonly isMade: boolean,
  ) {
    this.#host = host;
    this.#asked = new OpenAnswers(host.isUnderTest);
    if (serviceClass !== undefined) this.class = serviceClass;
  }

  /** Its class; `undefined` until its module is loaded. */
  get class(): ServiceClass | undefined {
    return this.#class;
  }

  /** @throws {TaskTonicError} `TT_BAD_OPTION` for invalid supervision options. */
  set class(serviceClass: ServiceClass) {
    const { name, supervision = {} } = serviceClass;
    this.#restarts = RestartBudget.of(this.isMade ? supervision : { limit: 0 }, `${name}.supervision`);
    this.#class = serviceClass;
  }

  get limit(): number {
    return this.#restarts.limit;
  }

  get within(): number {
    return this.#restarts.within;
  }

  /** The identity that others know. */
  get face(): UserHandle | undefined {
    return this.#face;
  }

  // ---- Start and end ----

  /** Makes its Tonic. */
  begin(): void {
    this.#retiring = this.#askedAgain = false;
    this.#face = this.#host.make(this);
    superviseInfusion(this.#host.base, this.#face, this);
    this.#callWaiting();
  }

  run(): void {
    if (this.ended) return;
    if (!this.#host.mayBegin || !(this.#host.isNeeded(this) || this.isCalled)) return this.end(undefined);
    try {
      this.begin();
      // The user has finished since then: the service handles the call, and finishes too.
      if (!this.#host.isNeeded(this)) this.retire();
    } catch (thrown) {
      const error = (this.#error = toError(thrown));
      const { base } = this.#host;
      base._ttScheduler.logs.failure(base, error, { sparkle: undefined, state: undefined, source: undefined });
      if (this.takeRestart() > 0) base._ttss__run(this);
    }
  }

  /** Takes over a Tonic that somebody has made with `new`. */
  adopt(instance: AnyTonic): void {
    this.instance = instance;
    this.#face = instance._ttFace;
    superviseInfusion(this.#host.base, this.#face, this);
  }

  /** Nobody needs it: it finishes, unless it is used again before. */
  retire(): void {
    this.#retiring = true;
    this.instance?.ttsc__finish();
  }

  /** Its Tonic has ended. Whether it is restarted is decided by {@link takeRestart}. */
  left(): void {
    this.#error = this.instance?._ttEnding?.error;
    this.instance = this.#face = undefined;
    this.#asked.lose();
    if (this.#error !== undefined) {
      // These calls come before those that were made after the failure.
      const called = this.#takeWaiting();
      const told = new Set(called.filter(({ key }) => key === ACCESS).map(({ args: [user] }) => user));
      for (const [user, { args }] of this.users) if (!told.has(user)) this.#wait(ACCESS, [user, ...args]);
      this.#waiting.push(...called);
    } else if (this.#askedAgain && this.#host.mayBegin) {
      this.#host.base._ttss__run(this);
    } else this.end(undefined);
  }

  takeRestart(): number {
    if (this.ended) return 0;
    const restart = this.#host.mayBegin ? this.#restarts.take(this.#host.now()) : 0;
    if (restart > 0) return restart;
    this.end(this.#error);
    return 0;
  }

  end(error: Error | undefined): void {
    if (this.ended) return;
    this.ended = true;
    this.#host.ended(this, error);
  }

  // ---- Users ----

  addUser(user: UserHandle, id: number, owner: string | undefined, args: readonly unknown[], access: number): void {
    this.#refused.delete(user);
    const known = this.users.get(user);
    if (known === undefined) this.users.set(user, { id, owner, args, access });
    else Object.assign(known, { args, access });
    this.#askedAgain ||= this.#retiring;
    this.#tell(ACCESS, [user, ...args]);
  }

  removeUser(user: UserHandle): void {
    const known = this.users.get(user);
    if (known === undefined) return;
    this.users.delete(user);
    this.#tell(COMPLETED, [known.id, this.users.size]);
  }

  /** Its class is unknown: the request is checked when the class is known. */
  addAsker(asker: Asker): void {
    this.#askers.push(asker);
  }

  /** Whether a class satisfies all requests. */
  suits(serviceClass: ServiceClass): boolean {
    return this.#askers.every(({ asked }) => isAsked(serviceClass, asked) === true);
  }

  takeAskers(): readonly Asker[] {
    const askers = this.#askers;
    this.#askers = [];
    return askers;
  }

  /** The user requested another class: it is no user, and its calls are refused. */
  refuse(user: UserHandle, error: Error): void {
    this.#refused.set(user, error);
    const isIts = ({ source, key, args }: Waiting): boolean => (key === ACCESS ? args[0] : source) === user;
    const its = this.#waiting.filter(isIts);
    this.#waiting = this.#waiting.filter((waiting) => !isIts(waiting));
    for (const { args } of its) failAnswers(args, () => error);
    // If the access was not handled, the service does not know the user.
    if (its.some(({ key }) => key === ACCESS)) this.users.delete(user);
    else this.removeUser(user);
  }

  /** Whether somebody calls it, besides using it. */
  get isCalled(): boolean {
    return this.#waiting.some(isCall);
  }

  /** Queues an event, if the service has a method for it. */
  #tell(key: typeof ACCESS | typeof COMPLETED, args: unknown[]): void {
    if (!this.#isOpen) this.#wait(key, args);
    else if (this.#plan.has(key)) this.#put(key, args);
  }

  // ---- Calls ----

  /**
   * @throws {TaskTonicError} `TT_UNKNOWN_SPARKLE`, `TT_QUEUE_FULL`; `TT_BAD_SERVICE` if the caller requested another
   *   class.
   */
  call(key: string, args: unknown[]): void {
    const refused = running.tonic === undefined ? undefined : this.#refused.get(running.tonic);
    if (refused !== undefined) throw refused;
    if (this.#class !== undefined) this.#plan.sparkle(key);
    if (!this.#isOpen) return this.#wait(key, args);
    this.#put(key, args);
    this.#asked.add(args);
  }

  /** Whether its Tonic takes orders; otherwise they wait for the next one. */
  get #isOpen(): boolean {
    const { instance } = this;
    if (this.#face === undefined || instance === undefined || this.#askedAgain) return false;
    return instance._ttMayInfuse || instance._ttEnding?.error === undefined;
  }

  get #plan(): Plan {
    return Plan.of(this.#class!);
  }

  #put(key: string, args: unknown[]): void {
    (this.#face as unknown as Record<string, (...args: unknown[]) => void>)[key]!(...args);
  }

  #wait(key: string, args: unknown[]): void {
    // Events about users belong to the life cycle, so the limit does not hold for them.
    if (this.#waiting.length >= this.#host.waitingLimit && key !== ACCESS && key !== COMPLETED)
      throw fail('TT_QUEUE_FULL', { catalyst: `the service ${this.name}`, count: this.#waiting.length });
    this.#waiting.push({ source: running.tonic, sourceSparkle: running.sparkle, key, args });
  }

  #callWaiting(): void {
    for (const { source, sourceSparkle, key, args } of this.#takeWaiting())
      runAs(source, () => this.#callLate(key, args), sourceSparkle);
  }

  #callLate(key: string, args: unknown[]): void {
    try {
      if (key === ACCESS || key === COMPLETED) this.#tell(key, args);
      else this.call(key, args);
    } catch (thrown) {
      // The caller has continued long ago.
      const error = toError(thrown);
      this.instance?._ttScheduler.logs.warn(this.instance, error);
      failAnswers(args, () => error);
    }
  }

  /** Removes the waiting calls, which will not be carried out; events about users are left out. */
  takeCalls(): readonly Waiting[] {
    return this.#takeWaiting().filter(isCall);
  }

  #takeWaiting(): readonly Waiting[] {
    const waiting = this.#waiting;
    this.#waiting = [];
    return waiting;
  }
}

function isCall({ key }: Waiting): boolean {
  return key !== ACCESS && key !== COMPLETED;
}
