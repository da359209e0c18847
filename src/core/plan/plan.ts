import { fail } from '../errors.js';
import { BUILT_IN_PREFIXES, parseSparkleName } from './sparkle-names.js';
import { NearlyEvents } from './heard-events.js';
import { nearest } from '../options/nearest.js';
import { badOption } from '../options/option-problem.js';
import { amount, checkOption, ms as milliseconds } from '../options/option-schema.js';
import { type InboxBound, type InboxLimit, inboxBound } from '../options/inbox-options.js';
import { StateGroups } from './state-groups.js';

/** One sparkle of a class. An order contains it instead of a name. */
export interface Sparkle {
  /** The method's name, such as `ttsc_open__close`. */
  readonly key: string;
  readonly prefix: string;
  readonly state: string | undefined;
  readonly name: string;
  /** Its index in the tables of the class. */
  readonly index: number;
  /** Orders of the life cycle ignore all limits of the queue. */
  readonly life: boolean;
  /** Whether it represents a source in another thread: its orders are counted as they are carried out. */
  readonly crossed: boolean;
}

// The arguments of a sparkle are checked where it is queued, so its signature is not checked here.
export type SparkleBody = (this: unknown, ...args: never[]) => unknown;
/** The methods of all sparkles in one state, by index; a hole means that there is none. */
export type Table = readonly (SparkleBody | undefined)[];
/** The table of a Tonic that has finished: it has no methods. */
export const NO_SPARKLES: Table = [];
/** Queues the order of one sparkle; `this` is the Tonic. */
export type Dispatcher = (this: object, ...args: unknown[]) => void;
/** Makes the function for calls of a sparkle; `enqueue` is the default. */
export type SparkleBinder = (sparkle: Sparkle, enqueue: Dispatcher) => Dispatcher;

/** The declarations of a class of Tonics, which a subclass may give as static fields. */
export interface TonicClass {
  readonly name: string;
  readonly prototype: object;
  /** The states of the class; if given, a method for another state is refused. */
  readonly states?: readonly string[];
  /** Groups of states; the name of a group may be used like a state. */
  readonly groups?: Readonly<Record<string, readonly string[]>>;
  /** The events that the class adds; if given, a `ttse` method for another event is refused. */
  readonly events?: readonly string[];
  /** Prefixes of sparkles that the class adds, each with a binder for its calls. */
  readonly prefixes?: Readonly<Record<string, SparkleBinder>>;
  /** The service that the class implements: one instance exists in an app. */
  readonly service?: string;
  /** How long its states may last, in ms. */
  readonly stateTimeouts?: Readonly<Record<string, number>>;
  /** The most questions that an instance may have open. */
  readonly questionLimit?: number;
  /** The most orders that an instance may have postponed. */
  readonly postponeLimit?: number;
  /** The most waiting calls of an instance, and what happens to more. */
  readonly inboxLimit?: InboxLimit;
}

/** The events that the framework itself sends, by the names a subclass may answer to. */
export const FRAMEWORK_EVENTS: readonly string[] = [
  'onStart', 'onEnter', 'onExit', 'onUnheard', 'onDraining', 'onFinished', 'onFailure', 'onInfusionFinished', 'onInfusionFailed',
  'onTimer',
  'onServiceAccess', 'onServiceBaseCompleted', 'onConfigurationChanged', 'onShutdown',
  'onClockSet', 'onStateTimeout', 'onWorkProgress', 'onWorkDone', 'onWorkCancelled',
  'onListening', 'onConnected', 'onData', 'onFrame', 'onDatagram', 'onDrain', 'onEnd', 'onSecure', 'onDisconnected', 'onError', 'onTurnedAway',
  'onHighWater', 'onRequest', 'onMessage', 'onRelayEnded', 'onUnanswered', 'onBackendChanged',
]; // prettier-ignore

/** Reserved sparkles: a subclass may call them, but not override them. */
const RESERVED: ReadonlyMap<string, string> = new Map([
  ['ttsc__finish', ' (to do work at the end, define ttse__onDraining or ttse__onFinished)'],
  ['ttsc__toState', ''],
]);

const plans = new WeakMap<object, Plan>();

/**
 * Everything about a class of Tonics that its instances share: its sparkles, the table of each state, and the layer
 * of dispatchers that lies between an instance and the class. Ten thousand connections of one class have one plan.
 */
export class Plan {
  readonly className: string;
  readonly sparkles: ReadonlyMap<string, Sparkle>;
  readonly states: readonly string[] | undefined;
  readonly #groups: StateGroups;
  /** The service that the class implements. */
  readonly service: string | undefined;
  /** How long states may last, in ms, if the class declares it. */
  readonly stateTimeouts: ReadonlyMap<string, number>;
  readonly questionLimit: number;
  readonly postponeLimit: number;
  /** The limit of waiting calls; `undefined` for that of the queue. */
  readonly inbox: InboxBound | undefined;
  /** Queued in place of such a call. It has no method in any table, by which the loop recognizes it. */
  readonly ticket: Sparkle | undefined;
  /** The event that is told of a command that the state has no method for; `undefined` where the class has no such event. */
  readonly unheard: Sparkle | undefined;
  /** Dispatchers that ignore the limit: for results that a Tonic has asked for. */
  readonly #beyond = new Map<string, Dispatcher>();
  /**
   * An instance is made by `new layer()`: its prototype has the dispatchers, and inherits from the prototype of the
   * class.
   */
  readonly layer: new () => object;
  /** Whether the fields of the first instance were checked. */
  fieldsChecked = false;

  /** The table without a state, and for states without methods of their own. */
  readonly generic: Table;
  readonly #tables = new Map<string, Table>();
  readonly #binders: ReadonlyMap<string, SparkleBinder>;
  /** The methods of {@link generic} as the user wrote them. */
  readonly #written: Table;

  static of(tonicClass: TonicClass): Plan {
    let plan = plans.get(tonicClass);
    if (plan === undefined) {
      plan = new Plan(tonicClass);
      plans.set(tonicClass, plan);
    }
    return plan;
  }

  private constructor(tonicClass: TonicClass) {
    this.className = tonicClass.name;
    this.states = tonicClass.states;
    this.#groups = new StateGroups(tonicClass);
    this.service = checkedService(tonicClass);
    const binders = (this.#binders = customBinders(tonicClass));
    const methods = methodsOf(tonicClass.prototype, this.className, this.#prefixes);
    const bodies = methods.map((method) => runBy(tonicClass, method));
    this.inbox = inboxBound(tonicClass.inboxLimit, this.className);
    const sparkles = sparklesOf(bodies);
    this.sparkles = sparkles;
    this.ticket = this.inbox === undefined ? undefined : addTicket(sparkles);
    this.unheard = sparkles.get('ttse__onUnheard');
    for (const sparkle of this.sparkles.values()) this.#checkState(sparkle);
    this.#checkEvents(tonicClass.events);
    this.#checkNearly(tonicClass);

    this.generic = this.#genericTable(bodies);
    this.#written = this.#genericTable(methods);
    this.#makeTables(bodies);
    this.stateTimeouts = this.#timeouts(tonicClass.stateTimeouts ?? {});
    this.questionLimit = limitOf(tonicClass, 'questionLimit', 10_000);
    this.postponeLimit = limitOf(tonicClass, 'postponeLimit', 1_000);
    this.layer = makeLayer(tonicClass, this, binders, this.#beyond);
  }

  /** The declared states, or, without a declaration, those in the names of methods. */
  get knownStates(): readonly string[] {
    return this.states ?? [...this.#tables.keys()];
  }

  /** The table for a state. */
  table(state: string | undefined): Table {
    return (state === undefined ? undefined : this.#tables.get(state)) ?? this.generic;
  }

  /** Makes a table for each state that has methods of its own, or of its groups. */
  #makeTables(bodies: readonly Method[]): void {
    const named = bodies.map(({ method }) => method.state).filter((name) => name !== undefined);
    const states = new Set([...named.filter((name) => !this.#groups.has(name)), ...this.#groups.states]);
    for (const state of states) {
      const table = this.generic.slice();
      // The most specific one last, so that it overrides the others.
      for (const name of this.#groups.namesOf(state).reverse()) {
        for (const { key, method, body } of bodies.filter((given) => given.method.state === name))
          table[this.sparkle(method.generic).index] = table[this.sparkle(key).index] = body;
      }
      this.#tables.set(state, table);
    }
  }

  #genericTable(methods: readonly Method[]): Table {
    const table = new Array<SparkleBody | undefined>(this.sparkles.size).fill(undefined);
    for (const { method, body } of methods)
      if (method.state === undefined) table[this.sparkle(method.generic).index] = body;
    return table;
  }

  get #prefixes(): string[] {
    return [...this.#binders.keys(), ...BUILT_IN_PREFIXES];
  }

  /** The binder of a sparkle, if its prefix belongs to the class. */
  binderOf({ prefix }: Sparkle): SparkleBinder | undefined {
    return this.#binders.get(prefix);
  }

  /** The method of a generic sparkle as the user wrote it. */
  written({ index }: Sparkle): SparkleBody | undefined {
    return this.#written[index];
  }

  /** Whether the class has the sparkle, generic or for some state. */
  has(key: string): boolean {
    return this.sparkles.has(key);
  }

  /** Whether there is a method for the timeout of a state. */
  hearsTimeout(state: string | undefined): boolean {
    const heard = this.sparkles.get('ttse__onStateTimeout');
    return heard !== undefined && this.table(state)[heard.index] !== undefined;
  }

  /** @throws {TaskTonicError} `TT_UNKNOWN_SPARKLE` */
  sparkle(key: string): Sparkle {
    const found = this.sparkles.get(key);
    if (found === undefined) throw fail('TT_UNKNOWN_SPARKLE', { class: this.className, key });
    return found;
  }

  /** The function for calls of a sparkle. */
  dispatcher({ key }: Sparkle): Dispatcher {
    return (this.layer.prototype as Readonly<Record<string, Dispatcher>>)[key]!;
  }

  /** The function for calls that ignore the limit of the inbox. */
  dispatcherBeyond(sparkle: Sparkle): Dispatcher {
    return this.#beyond.get(sparkle.key) ?? this.dispatcher(sparkle);
  }

  /** @throws {TaskTonicError} `TT_UNKNOWN_STATE` for a state that the class does not declare; `TT_GROUP_IS_NO_STATE` */
  checkState(state: string, key: string): void {
    // The fast check, because each transition does it.
    if (this.states === undefined ? this.#groups.isEmpty : this.states.includes(state)) return;
    this.#groups.refuse(state, key);
    if (this.states !== undefined)
      throw fail('TT_UNKNOWN_STATE', { class: this.className, state, key, states: this.states.join(', ') });
  }

  /** Refuses arrow functions in fields: a call would run them at once. Checked for the first instance of the class. */
  checkFields(instance: object): void {
    if (Object.hasOwn(instance, 'base')) throw fail('TT_BASE_FIELD', { class: this.className });
    for (const key of Object.keys(instance)) {
      if (key.startsWith('_tt') && !key.includes('__')) continue;
      if (parseSparkleName(key, this.#prefixes) === undefined) continue;
      throw fail('TT_SPARKLE_FIELD', { class: this.className, key });
    }
    this.fieldsChecked = true;
  }

  #checkState({ state, key }: Sparkle): void {
    if (state !== undefined && !this.#groups.has(state)) this.checkState(state, key);
  }

  /** The timeout of each state: its own, or that of its first group. */
  #timeouts(given: Readonly<Record<string, number>>): Map<string, number> {
    const timeouts = new Map<string, number>();
    const states = [...Object.keys(given).filter((name) => !this.#groups.has(name)), ...this.#groups.states];
    for (const state of states) {
      const name = this.#groups.namesOf(state).find((at) => given[at] !== undefined);
      if (name === undefined) continue;
      this.#checkStateTimeout(state, name, given[name]);
      timeouts.set(state, given[name]!);
    }
    return timeouts;
  }

  #checkStateTimeout(state: string, name: string, ms: unknown): void {
    this.checkState(state, 'static stateTimeouts');
    const option = `stateTimeouts.${name}`;
    checkOption(stateTimeout, ms, this.className, option);
    if (!this.hearsTimeout(state))
      throw badOption(this.className, option, `it has no handler: write ttse_${name}__onStateTimeout`);
  }

  /** Refuses a method that looks like an event but would never be called. */
  #checkNearly(tonicClass: TonicClass): void {
    const nearly = new NearlyEvents(tonicClass);
    const own = [...this.sparkles.values()].filter(({ name }) => tonicClass.events?.includes(name) !== true);
    const methods = plainMethodsOf(tonicClass.prototype).map((key) => ({ key, prefix: undefined, name: key }));
    for (const { key, prefix, name } of [...own, ...methods]) {
      const meant = nearly.meantBy(prefix, name);
      if (meant !== undefined && !this.has(`ttse__${meant}`))
        throw fail('TT_NEARLY_EVENT', { class: this.className, key, event: `ttse__${meant}` });
    }
  }

  #checkEvents(declared: readonly string[] | undefined): void {
    const known = declared === undefined ? FRAMEWORK_EVENTS : [...FRAMEWORK_EVENTS, ...declared];
    for (const { prefix, name, key } of this.sparkles.values()) {
      if (prefix !== 'ttse' || known.includes(name)) continue;
      const close = nearest(name, known, declared === undefined ? 1 : Infinity);
      if (close !== undefined)
        throw fail('TT_UNKNOWN_EVENT', { class: this.className, key, nearest: `ttse__${close}` });
    }
  }
}

const stateTimeout = milliseconds();
const limitOption = amount(0);

function limitOf(tonicClass: TonicClass, option: 'questionLimit' | 'postponeLimit', byDefault: number): number {
  const value = tonicClass[option] ?? byDefault;
  checkOption(limitOption, value, tonicClass.name, option);
  return value;
}

interface Method {
  readonly key: string;
  readonly method: NonNullable<ReturnType<typeof parseSparkleName>>;
  readonly body: SparkleBody;
}

/** The sparkle methods along a prototype chain; of several with one name, the most derived. */
function methodsOf(prototype: object, className: string, prefixes: readonly string[]): Method[] {
  const found = new Map<string, Method>();
  for (const [key, level] of namesOf(prototype)) {
    const method = parseSparkleName(key, prefixes);
    if (method === undefined) continue;
    const property = Object.getOwnPropertyDescriptor(level, key)!;
    if (typeof property.value !== 'function')
      throw fail('TT_NOT_A_METHOD', { class: className, key, kind: 'a property' });
    const body = property.value as SparkleBody;
    const kind = body.constructor.name;
    if (kind !== 'Function') throw fail('TT_NOT_A_METHOD', { class: className, key, kind: KINDS[kind] ?? `a ${kind}` });
    if (!frameworkPrototypes.has(level)) refuseReserved({ key, method, body }, className);
    if (!found.has(key)) found.set(key, { key, method, body });
  }
  return [...found.values()];
}

/** The property names along a prototype chain, each with its owner, the most derived first. */
function namesOf(prototype: object): [key: string, level: object][] {
  const names: [string, object][] = [];
  for (let level = prototype; level !== Object.prototype; level = Object.getPrototypeOf(level) as object) {
    if (level === null) break;
    for (const key of Object.getOwnPropertyNames(level)) names.push([key, level]);
  }
  return names;
}

/** The user's methods that have the name of an event without its prefix. */
function plainMethodsOf(prototype: object): string[] {
  return namesOf(prototype)
    .filter(([key, level]) => !frameworkPrototypes.has(level) && /^on[A-Z]/.test(key) && isOfUser(level, key))
    .map(([key]) => key);
}

function isOfUser(level: object, key: string): boolean {
  const value: unknown = Object.getOwnPropertyDescriptor(level, key)?.value;
  return typeof value === 'function' && !isOfFrameworkBody(value);
}

const KINDS: Readonly<Record<string, string>> = {
  AsyncFunction: 'an async method (bring results back with this.pipe)',
  GeneratorFunction: 'a generator',
  AsyncGeneratorFunction: 'an async generator',
};

/** The methods of the framework's own classes, which may have reserved names. */
const frameworkBodies = new WeakSet<object>();
const frameworkPrototypes = new WeakSet<object>();
/** Prototypes that were registered, but whose methods are not in the set yet. */
let notLookedAt: object[] = [];

/** Registers a class of the framework, whose sparkles may have reserved names. */
export function ofFramework(tonicClass: { readonly prototype: object }): void {
  frameworkPrototypes.add(tonicClass.prototype);
  notLookedAt.push(tonicClass.prototype);
}

function isOfFrameworkBody(body: object): boolean {
  const prototypes = notLookedAt;
  notLookedAt = [];
  for (const prototype of prototypes)
    for (const { value } of Object.values(Object.getOwnPropertyDescriptors(prototype)) as { value?: unknown }[])
      if (typeof value === 'function') frameworkBodies.add(value);
  return frameworkBodies.has(body);
}

/** Whether a class belongs to the framework. */
export function isFrameworkClass({ prototype }: { readonly prototype: object }): boolean {
  return frameworkPrototypes.has(prototype);
}

/** Whether the Tonic's class belongs to the framework, so that users cannot have written a method in it. */
export function isOfFramework(tonic: object): boolean {
  // The layer of the plan is between an instance and its class.
  const layer = Object.getPrototypeOf(tonic) as object;
  return frameworkPrototypes.has(Object.getPrototypeOf(layer) as object);
}

function refuseReserved({ key, method, body }: Method, className: string): void {
  const reserved = method.prefix === '_ttss' || RESERVED.has(method.generic);
  if (!reserved || isOfFrameworkBody(body)) return;
  throw fail('TT_RESERVED_SPARKLE', { class: className, key, hint: RESERVED.get(method.generic) ?? '' });
}

function sparklesOf(methods: readonly Method[]): Map<string, Sparkle> {
  const sparkles = new Map<string, Sparkle>();
  const add = (key: string, { prefix, name }: Method['method'], state: string | undefined): void => {
    if (sparkles.has(key)) return;
    sparkles.set(key, { key, prefix, state, name, index: sparkles.size, life: isOfLife(key), crossed: false });
  };
  for (const { key, method } of methods) {
    add(method.generic, method, undefined);
    add(key, method, method.state);
  }
  return sparkles;
}

/** Users of a service get an event with its name, so the name must be valid there. */
function checkedService({ service, name }: TonicClass): string | undefined {
  if (service === undefined || (typeof service === 'string' && /^[a-z]\w*$/i.test(service) && !service.includes('__')))
    return service;
  throw fail('TT_BAD_SERVICE', {
    class: name,
    service: String(service),
    problem: 'a name has letters, digits and "_", begins with a letter and has no "__"',
  });
}

const TICKET = '_ttss__inbox';

function addTicket(sparkles: Map<string, Sparkle>): Sparkle {
  const ticket = {
    key: TICKET,
    prefix: '_ttss',
    state: undefined,
    name: 'inbox',
    index: sparkles.size,
    // The limit of the queue holds for it as for the call that it represents.
    life: false,
    crossed: false,
  };
  sparkles.set(TICKET, ticket);
  return ticket;
}

const LIFE_EVENTS: ReadonlySet<string> = new Set([
  'ttse__onStart',
  'ttse__onInfusionFinished',
  'ttse__onInfusionFailed',
  'ttse__onServiceAccess',
  'ttse__onServiceBaseCompleted',
  'ttse__onShutdown',
]);

/** Whether the sparkle belongs to the life cycle: its orders ignore all limits of a queue. */
export function isOfLife(key: string): boolean {
  return key.startsWith('_ttss_') || RESERVED.has(key) || LIFE_EVENTS.has(key);
}

function customBinders(tonicClass: TonicClass): Map<string, SparkleBinder> {
  const binders = new Map(Object.entries(tonicClass.prefixes ?? {}));
  for (const prefix of binders.keys()) {
    if (!/^[a-z][a-z0-9]*$/i.test(prefix) || BUILT_IN_PREFIXES.includes(prefix))
      throw fail('TT_BAD_PREFIX', { prefix });
  }
  // The longest first, because one prefix may be the beginning of another.
  return new Map([...binders].sort(([a], [b]) => b.length - a.length));
}

/** A class may define what a call of some of its sparkles does; sockets count the bytes of sends in this way. */
export const BINDER = Symbol('tasktonic.binder');

/** And what happens when such an order is carried out: wraps the method of the class or its subclass. */
export const RUNNER = Symbol('tasktonic.runner');
export type SparkleRunner = (generic: string, body: SparkleBody) => SparkleBody;

function runBy(tonicClass: TonicClass, given: Method): Method {
  const runner = (tonicClass as { [RUNNER]?: SparkleRunner })[RUNNER];
  return runner === undefined ? given : { ...given, body: runner(given.method.generic, given.body) };
}

/** A stack shows an instance by the name of its constructor, and without one by its class. */
const makeNameless = () => function () {};

function makeLayer(
  tonicClass: TonicClass,
  plan: Plan,
  binders: ReadonlyMap<string, SparkleBinder>,
  beyond: Map<string, Dispatcher>,
): new () => object {
  const layer = makeNameless() as unknown as new () => object;
  const prototype = Object.create(tonicClass.prototype) as Record<PropertyKey, unknown>;
  const own = (tonicClass as { [BINDER]?: SparkleBinder })[BINDER];
  const hide = (key: string, value: unknown): void => {
    Object.defineProperty(prototype, key, { value, writable: true, configurable: true, enumerable: false });
  };
  hide('_ttPlan', plan);
  for (const sparkle of plan.sparkles.values()) {
    const binder = binders.get(sparkle.prefix) ?? own;
    const bound = (put: Dispatcher): Dispatcher => (binder === undefined ? put : binder(sparkle, put));
    let dispatcher = bound(enqueuing(plan, sparkle));
    if (plan.inbox !== undefined && !sparkle.life) {
      beyond.set(sparkle.key, dispatcher);
      dispatcher = bound(receiving(plan, sparkle));
    }
    sparkleNames.set(dispatcher, sparkle.key);
    hide(sparkle.key, dispatcher);
  }
  // V8 estimates the number of fields of an instance from its chain of constructors. Without this an object with many
  // fields, especially private ones, becomes a slow dictionary.
  Object.setPrototypeOf(layer, tonicClass);
  layer.prototype = prototype;
  return layer;
}

interface Queued {
  readonly _ttPlan: Plan;
  _ttReceive(sparkle: Sparkle, count: number, a: unknown, b: unknown): void;
  readonly _ttScheduler: {
    readonly queue: { put(tonic: unknown, sparkle: Sparkle, count: number, a: unknown, b: unknown): void };
  };
}

/** The function for calls of a sparkle. It makes no closure, and no array for up to two arguments. */
function enqueuing(plan: Plan, sparkle: Sparkle): Dispatcher {
  // Separate, because using `arguments` as a whole allocates an object at every call of a function.
  const many = function (this: Queued, ...args: unknown[]): void {
    this._ttScheduler.queue.put(this, sparkle, args.length, args, undefined);
  };
  return function (this: unknown, a?: unknown, b?: unknown): void {
    const tonic = this as Queued | undefined;
    if (tonic === undefined || tonic._ttPlan !== plan) throw fail('TT_UNBOUND_SPARKLE', { key: sparkle.key });
    // eslint-disable-next-line prefer-rest-params -- see above
    if (arguments.length > 2) return many.apply(tonic, arguments as unknown as unknown[]);
    return tonic._ttScheduler.queue.put(tonic, sparkle, arguments.length, a, b);
  };
}

/** The function for calls of a sparkle with an `inboxLimit`. */
function receiving(plan: Plan, sparkle: Sparkle): Dispatcher {
  return function (this: unknown, ...args: unknown[]): void {
    const tonic = this as Queued | undefined;
    if (tonic === undefined || tonic._ttPlan !== plan) throw fail('TT_UNBOUND_SPARKLE', { key: sparkle.key });
    const { length } = args;
    if (length > 2) return tonic._ttReceive(sparkle, length, args, undefined);
    return tonic._ttReceive(sparkle, length, args[0], args[1]);
  };
}

const sparkleNames = new WeakMap<object, string>();

/** The sparkle of a method that was read from a Tonic, so that `this.pipe(promise, this.ttse__done)` works. */
export function sparkleNameOf(method: object): string | undefined {
  return sparkleNames.get(method);
}
