import { fail } from '../errors.js';
import { BUILT_IN_PREFIXES, parseSparkleName } from './sparkle-names.js';
import { NearlyEvents } from './heard-events.js';
import { nearest } from '../options/nearest.js';
import { badOption } from '../options/option-problem.js';
import { amount, checkOption, ms as milliseconds } from '../options/option-schema.js';
import { type InboxBound, type InboxLimit, inboxBound } from '../options/inbox-options.js';
import { StateGroups } from './state-groups.js';

/** One sparkle of a class: what an order carries instead of a name. */
export interface Sparkle {
  /** The method's name, such as `ttsc_open__close`. */
  readonly key: string;
  readonly prefix: string;
  readonly state: string | undefined;
  readonly name: string;
  /** Its place in the class's tables. */
  readonly index: number;
  /** Orders of the life cycle pass every bound of the queue. */
  readonly life: boolean;
  /** Whether it stands, as the source of an order, for one in another place: its orders are counted as they are carried out. */
  readonly crossed: boolean;
}

// Sparkles are called with whatever their order carries; their own signatures are checked where they are queued.
export type SparkleBody = (this: unknown, ...args: never[]) => unknown;
/** What runs for each sparkle (by index) in one state; a hole means that nothing happens. */
export type Table = readonly (SparkleBody | undefined)[];
/** The table of a Tonic that has finished: nothing runs any more. */
export const NO_SPARKLES: Table = [];
/** Puts the order of one sparkle; `this` is the Tonic. */
export type Dispatcher = (this: object, ...args: unknown[]) => void;
/** Makes what a call to a sparkle does; `enqueue` is what it does by default. */
export type SparkleBinder = (sparkle: Sparkle, enqueue: Dispatcher) => Dispatcher;

/** What the framework needs to know of a class of Tonics; all of it may be declared static by a subclass. */
export interface TonicClass {
  readonly name: string;
  readonly prototype: object;
  /** The states that there are; where given, a method named for another one is refused. */
  readonly states?: readonly string[];
  /** Groups of its states, each with a name that stands where a state may. */
  readonly groups?: Readonly<Record<string, readonly string[]>>;
  /** The events that the class adds; where given, a `ttse` method for another one is refused. */
  readonly events?: readonly string[];
  /** Prefixes of sparkles that a class adds, with the binder that says what a call to one does. */
  readonly prefixes?: Readonly<Record<string, SparkleBinder>>;
  /** The service that its Tonic is: one of them exists in an app. */
  readonly service?: string;
  /** How long its states may last, in ms. */
  readonly stateTimeouts?: Readonly<Record<string, number>>;
  /** The most questions that an instance may have open. */
  readonly questionLimit?: number;
  /** The most orders that an instance may have postponed. */
  readonly postponeLimit?: number;
  /** The most calls that may wait for an instance, and what happens to more. */
  readonly inboxLimit?: InboxLimit;
}

/** The events that the framework itself sends, by the names a subclass may answer to. */
export const FRAMEWORK_EVENTS: readonly string[] = [
  'onStart', 'onEnter', 'onExit', 'onUnheard', 'onDraining', 'onFinished', 'onFailure', 'onInfusionFinished', 'onInfusionFailed',
  'onTimer',
  'onServiceAccess', 'onServiceBaseCompleted', 'onConfigurationChanged', 'onShutdown',
  'onClockSet', 'onStateTimeout', 'onWorkProgress', 'onWorkDone', 'onWorkCancelled',
  'onListening', 'onConnected', 'onData', 'onFrame', 'onDatagram', 'onDrain', 'onEnd', 'onSecure', 'onDisconnected', 'onError', 'onTurnedAway',
  'onHighWater', 'onRequest', 'onMessage', 'onRelayEnded',
]; // prettier-ignore

/** Reserved sparkles: a subclass may call them and not replace them. */
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
  /** The service that an instance is. */
  readonly service: string | undefined;
  /** How long states may last, in ms, where the class says so. */
  readonly stateTimeouts: ReadonlyMap<string, number>;
  readonly questionLimit: number;
  readonly postponeLimit: number;
  /** How many calls may wait for an instance; `undefined` for as many as the queue takes. */
  readonly inbox: InboxBound | undefined;
  /** What lies on the queue in the place of such a call. No body is ever there for it: that is how the loop finds it. */
  readonly ticket: Sparkle | undefined;
  /** The event that a command is told by which no method of its state hears; `undefined` where the class has no such event. */
  readonly unheard: Sparkle | undefined;
  /** What puts an order of a bounded one whatever waits: for what a Tonic has asked for itself. */
  readonly #beyond = new Map<string, Dispatcher>();
  /** An instance starts as `new layer()`: its prototype holds the dispatchers, and the class's prototype is below it. */
  readonly layer: new () => object;
  /** The fields of instances were looked at, once, for sparkles that are none. */
  fieldsChecked = false;

  /** The table outside any state, and of states that have no sparkle of their own. */
  readonly generic: Table;
  readonly #tables = new Map<string, Table>();
  readonly #binders: ReadonlyMap<string, SparkleBinder>;
  /** The bodies of {@link generic} as they were written. */
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

  /** The states that there are, or, where the class does not list them, those that a sparkle of its own names. */
  get knownStates(): readonly string[] {
    return this.states ?? [...this.#tables.keys()];
  }

  /** The table that holds in a state. */
  table(state: string | undefined): Table {
    return (state === undefined ? undefined : this.#tables.get(state)) ?? this.generic;
  }

  /** A table for each state that has something of its own, or of a group that it is in. */
  #makeTables(bodies: readonly Method[]): void {
    const named = bodies.map(({ method }) => method.state).filter((name) => name !== undefined);
    const states = new Set([...named.filter((name) => !this.#groups.has(name)), ...this.#groups.states]);
    for (const state of states) {
      const table = this.generic.slice();
      // The strongest last, so that it is the one that stays.
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

  /** What a call to a sparkle does, where it has a prefix of the class's own. */
  binderOf({ prefix }: Sparkle): SparkleBinder | undefined {
    return this.#binders.get(prefix);
  }

  /** The body of a generic sparkle as it was written. */
  written({ index }: Sparkle): SparkleBody | undefined {
    return this.#written[index];
  }

  /** Whether the class has the sparkle, generic or for some state. */
  has(key: string): boolean {
    return this.sparkles.has(key);
  }

  /** Whether there is a body for the timeout of a state. */
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

  /** What a call to a sparkle does. */
  dispatcher({ key }: Sparkle): Dispatcher {
    return (this.layer.prototype as Readonly<Record<string, Dispatcher>>)[key]!;
  }

  /** The same beyond the bound of its inbox. */
  dispatcherBeyond(sparkle: Sparkle): Dispatcher {
    return this.#beyond.get(sparkle.key) ?? this.dispatcher(sparkle);
  }

  /** @throws {TaskTonicError} `TT_UNKNOWN_STATE` where the class lists its states and this is not among them; `TT_GROUP_IS_NO_STATE` */
  checkState(state: string, key: string): void {
    // Each transition asks this.
    if (this.states === undefined ? this.#groups.isEmpty : this.states.includes(state)) return;
    this.#groups.refuse(state, key);
    if (this.states !== undefined)
      throw fail('TT_UNKNOWN_STATE', { class: this.className, state, key, states: this.states.join(', ') });
  }

  /** Refuses arrow functions in fields: they would run when called. Done with the first instance of the class. */
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

  /** How long each state may last: what is said for it, or else for the first of its groups. */
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

  /** A method that looks like an event, and would never be called. */
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

/** The sparkle methods of a prototype and those below it, the nearest one of each name. */
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

/** The names that a prototype and those below it have, each with whose it is, the nearest first. */
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

/** The bodies of the framework's own classes: they alone may have reserved names. */
const frameworkBodies = new WeakSet<object>();
const frameworkPrototypes = new WeakSet<object>();
/** The prototypes whose bodies are not among them yet: nobody has asked since they were said. */
let notLookedAt: object[] = [];

/** Says that the sparkles of a class are the framework's own, so may use reserved names. */
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

/** Whether a class is the framework's own. */
export function isFrameworkClass({ prototype }: { readonly prototype: object }): boolean {
  return frameworkPrototypes.has(prototype);
}

/** Whether its class is the framework's own, and no user could write something in it. */
export function isOfFramework(tonic: object): boolean {
  // Between an instance and its class lies the layer of its plan.
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

/** A service's users hear of its end by an event with its name, so that must be one. */
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
    // The queue is bounded for it as for the call that it stands for.
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

/** Whether the orders of a sparkle are of the life cycle: they pass every bound of a queue. */
export function isOfLife(key: string): boolean {
  return key.startsWith('_ttss_') || RESERVED.has(key) || LIFE_EVENTS.has(key);
}

function customBinders(tonicClass: TonicClass): Map<string, SparkleBinder> {
  const binders = new Map(Object.entries(tonicClass.prefixes ?? {}));
  for (const prefix of binders.keys()) {
    if (!/^[a-z][a-z0-9]*$/i.test(prefix) || BUILT_IN_PREFIXES.includes(prefix))
      throw fail('TT_BAD_PREFIX', { prefix });
  }
  // The longest first, so that no prefix is taken for the beginning of another.
  return new Map([...binders].sort(([a], [b]) => b.length - a.length));
}

/** A class may say for single sparkles of its own what a call does; the framework's sends count their bytes so. */
export const BINDER = Symbol('tasktonic.binder');

/** And what is done as an order of it is carried out: wraps the body that the class, or one that extends it, has for it. */
export const RUNNER = Symbol('tasktonic.runner');
export type SparkleRunner = (generic: string, body: SparkleBody) => SparkleBody;

function runBy(tonicClass: TonicClass, given: Method): Method {
  const runner = (tonicClass as { [RUNNER]?: SparkleRunner })[RUNNER];
  return runner === undefined ? given : { ...given, body: runner(given.method.generic, given.body) };
}

/** In a stack an instance has the name of its constructor, and where that has none the name of its class. */
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
  // V8 sizes an instance by the fields it finds along the constructors. Without this it expects none, and an object with
  // many fields, private ones above all, becomes a slow dictionary.
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

/** What a call to a sparkle does: no closure, no array for up to two arguments, nothing but the order. */
function enqueuing(plan: Plan, sparkle: Sparkle): Dispatcher {
  // Apart, since to touch the arguments as a whole costs an object at every call of the function that does.
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

/** The same where the inbox of the Tonic is bounded. */
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

/** The name of the sparkle that a method taken off a Tonic stands for: lets `this.pipe(promise, this.ttse__done)` work. */
export function sparkleNameOf(method: object): string | undefined {
  return sparkleNames.get(method);
}
