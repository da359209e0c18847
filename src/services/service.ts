import { failAnswers } from '../core/asking/answer.js';
import type { AnyTonic, RemoteHandle } from '../core/any-tonic.js';
import { fail, toError } from '../core/errors.js';
import { type Supervision, superviseInfusion } from '../core/guests/extras.js';
import { OpenAnswers } from './open-answers.js';
import { Plan, type Sparkle } from '../core/plan/plan.js';
import { RestartBudget } from '../core/options/restart-budget.js';
import { runAs, running } from '../core/running.js';
import { type AskedClass, type ServiceClass, isAsked } from './service-class.js';

/** One that uses a service. */
interface User {
  readonly id: number;
  /** The service that this user is a part of, so that it exists only because of that one. */
  readonly owner: string | undefined;
  /** What it gave with its last access. */
  args: readonly unknown[];
  /** The number of that, as its thread counts them. */
  access: number;
}

/** One that asks for a service and cannot be thrown at: what it has asked for may prove to be another class only later. */
export interface Asker {
  readonly user: UserHandle;
  readonly asked: AskedClass;
  /** The number of this access, as its thread counts them. */
  readonly access: number;
}

/** A call that waits until the service has been started. */
interface Waiting {
  readonly source: AnyTonic | undefined;
  readonly sourceSparkle: Sparkle | undefined;
  readonly key: string;
  readonly args: unknown[];
}

export type UserHandle = AnyTonic | RemoteHandle;

/** What a service needs of the registry. */
export interface ServiceHome {
  /** The base of all services: the main Catalyst. */
  readonly base: AnyTonic;
  /** The most calls that may wait for a start. */
  readonly waitingLimit: number;
  now(): number;
  /** Whether a service may begin: the app has not ended, and does not end for services only. */
  readonly mayBegin: boolean;
  /** Makes its Tonic, as an infusion of the main Catalyst; tells it by `entered()` on the way. */
  make(service: Service): RemoteHandle | AnyTonic;
  /** Whether it runs under a test, where no seed decides when garbage is collected. */
  readonly isUnderTest: boolean;
  /** Whether a real user needs it. */
  isNeeded(service: Service): boolean;
  /** It has ended: `error` where it failed and is not started again. */
  ended(service: Service, error: Error | undefined): void;
}

const ACCESS = 'ttse__onServiceAccess';
const COMPLETED = 'ttse__onServiceBaseCompleted';

/**
 * One service: the Tonic that it is now, its users, and what waits while it is started.
 *
 * Its Tonic may go and another one come: after a failure, or where it was asked for again while it finished because nobody needed it.
 */
export class Service implements Supervision {
  /** A failure that is not mended goes to the users, not to the base. */
  readonly strategy = 'finish';
  readonly users = new Map<UserHandle, User>();
  /** What it is now: a Tonic, or what stands in for a Catalyst in a thread. */
  instance: AnyTonic | undefined;
  ended = false;
  #class: ServiceClass | undefined;
  #face: UserHandle | undefined;
  /** What its next Tonic is to hear, in order. */
  #waiting: Waiting[] = [];
  /** It was told to finish, for nobody needed it; and asked for again since. */
  #retiring = false;
  #askedAgain = false;
  #error: Error | undefined;
  /** What the Tonic that it is now was asked: its askers know the service, which may outlive that Tonic. */
  readonly #asked: OpenAnswers;
  #restarts!: RestartBudget;
  readonly #home: ServiceHome;
  /** Who has asked for it while its class was not known. */
  #askers: Asker[] = [];
  /** Who has asked for another class, in another thread: it has a handle, and is no user. */
  readonly #refused = new WeakMap<UserHandle, Error>();

  constructor(
    home: ServiceHome,
    readonly name: string,
    serviceClass: ServiceClass | undefined,
    /** What its constructor is given. */
    readonly args: readonly unknown[],
    /** Whether the registry can make it again. */
    readonly isMade: boolean,
  ) {
    this.#home = home;
    this.#asked = new OpenAnswers(home.isUnderTest);
    if (serviceClass !== undefined) this.class = serviceClass;
  }

  /** Its class; `undefined` until the module is loaded that has it. */
  get class(): ServiceClass | undefined {
    return this.#class;
  }

  /** @throws {TaskTonicError} `TT_BAD_OPTION` for its supervision. */
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

  /** What others know it by. */
  get face(): UserHandle | undefined {
    return this.#face;
  }

  // ---- Its start and its end ----

  /** Makes its Tonic. */
  begin(): void {
    this.#retiring = this.#askedAgain = false;
    this.#face = this.#home.make(this);
    superviseInfusion(this.#home.base, this.#face, this);
    this.#callWaiting();
  }

  run(): void {
    if (this.ended) return;
    if (!this.#home.mayBegin || !(this.#home.isNeeded(this) || this.isCalled)) return this.end(undefined);
    try {
      this.begin();
      // Whoever called it has finished since: it does that, and no more.
      if (!this.#home.isNeeded(this)) this.retire();
    } catch (thrown) {
      const error = (this.#error = toError(thrown));
      const { base } = this.#home;
      base._ttScheduler.logs.failure(base, error, { sparkle: undefined, state: undefined, source: undefined });
      if (this.takeRestart() > 0) base._ttss__run(this);
    }
  }

  /** One that somebody has made with `new`. */
  adopt(instance: AnyTonic): void {
    this.instance = instance;
    this.#face = instance._ttFace;
    superviseInfusion(this.#home.base, this.#face, this);
  }

  /** Nobody needs it: it is to finish, unless somebody asks for it meanwhile. */
  retire(): void {
    this.#retiring = true;
    this.instance?.ttsc__finish();
  }

  /** Its Tonic has left; whether that is a failure to be mended is asked next, by {@link takeRestart}. */
  left(): void {
    this.#error = this.instance?._ttEnding?.error;
    this.instance = this.#face = undefined;
    this.#asked.lose();
    if (this.#error !== undefined) {
      // Before what was called since it failed.
      const called = this.#takeWaiting();
      const told = new Set(called.filter(({ key }) => key === ACCESS).map(({ args: [user] }) => user));
      for (const [user, { args }] of this.users) if (!told.has(user)) this.#wait(ACCESS, [user, ...args]);
      this.#waiting.push(...called);
    } else if (this.#askedAgain && this.#home.mayBegin) {
      this.#home.base._ttss__run(this);
    } else this.end(undefined);
  }

  takeRestart(): number {
    if (this.ended) return 0;
    const restart = this.#home.mayBegin ? this.#restarts.take(this.#home.now()) : 0;
    if (restart > 0) return restart;
    this.end(this.#error);
    return 0;
  }

  end(error: Error | undefined): void {
    if (this.ended) return;
    this.ended = true;
    this.#home.ended(this, error);
  }

  // ---- Its users ----

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

  /** Its class is not known: whether this is the one that was asked for is looked at when it is. */
  addAsker(asker: Asker): void {
    this.#askers.push(asker);
  }

  /** Whether a class is what all those have asked for. */
  suits(serviceClass: ServiceClass): boolean {
    return this.#askers.every(({ asked }) => isAsked(serviceClass, asked) === true);
  }

  takeAskers(): readonly Asker[] {
    const askers = this.#askers;
    this.#askers = [];
    return askers;
  }

  /** It has asked for another class: it is no user, and its calls are refused. */
  refuse(user: UserHandle, error: Error): void {
    this.#refused.set(user, error);
    const isIts = ({ source, key, args }: Waiting): boolean => (key === ACCESS ? args[0] : source) === user;
    const its = this.#waiting.filter(isIts);
    this.#waiting = this.#waiting.filter((waiting) => !isIts(waiting));
    for (const { args } of its) failAnswers(args, () => error);
    // It has not heard of a user whose access it has not heard of.
    if (its.some(({ key }) => key === ACCESS)) this.users.delete(user);
    else this.removeUser(user);
  }

  /** Whether somebody wants more of it than that it is there. */
  get isCalled(): boolean {
    return this.#waiting.some(isCall);
  }

  /** An event that it may hear. */
  #tell(key: typeof ACCESS | typeof COMPLETED, args: unknown[]): void {
    if (!this.#isOpen) this.#wait(key, args);
    else if (this.#plan.has(key)) this.#put(key, args);
  }

  // ---- Calls ----

  /** @throws {TaskTonicError} `TT_UNKNOWN_SPARKLE`, `TT_QUEUE_FULL`; `TT_BAD_SERVICE` from one who has asked for another class. */
  call(key: string, args: unknown[]): void {
    const refused = running.tonic === undefined ? undefined : this.#refused.get(running.tonic);
    if (refused !== undefined) throw refused;
    if (this.#class !== undefined) this.#plan.sparkle(key);
    if (!this.#isOpen) return this.#wait(key, args);
    this.#put(key, args);
    this.#asked.add(args);
  }

  /** Whether its Tonic takes orders, or else those wait for the next one. */
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
    // What tells of its users is of the life cycle: it passes the bound.
    if (this.#waiting.length >= this.#home.waitingLimit && key !== ACCESS && key !== COMPLETED)
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
      // Who called it has long gone on.
      const error = toError(thrown);
      this.instance?._ttScheduler.logs.warn(this.instance, error);
      failAnswers(args, () => error);
    }
  }

  /** What waits will not be done; what tells of its users is no loss. */
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
