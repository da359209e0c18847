import { failAnswersOfFinished, runForeignOrder } from '../core/asking/answer.js';
import type { AnyTonic, RemoteHandle, ServiceInfo } from '../core/any-tonic.js';
import type { ServicePort, ServicesEnding } from '../core/service-port.js';
import { fail, toError } from '../core/errors.js';
import { extrasOf, tellEnd } from '../core/features/extras.js';
import { abort } from '../core/life.js';
import { ports } from '../core/ports.js';
import { runAs, running } from '../core/running.js';
import { type Asker, Service, type ServiceHost, type UserHandle } from './service.js';
import { ServiceHandle, type ServiceCaller } from './service-handle.js';
import { loadService } from './service-module.js';
import { type ServiceMessages, tellUserCompleted, sendServiceMessage } from './service-messages.js';
import { type AskedClass, type ServiceClass, type ServiceSource, askedName, isAsked } from './service-class.js';

/** What the registry needs of its app. */
export interface ServicesApp {
  /** The main Catalyst, the base of all services. */
  readonly main: (AnyTonic & { readonly queue: { readonly limit: number } }) | undefined;
  readonly clock: { now(): number };
  readonly testbench: unknown;
  held<T>(something: Promise<T>): Promise<T>;
}

type MakeTonic = new (...args: unknown[]) => AnyTonic;

/**
 * The services of an app: each is one Tonic whose base is the main Catalyst, or a Catalyst in a thread of its own.
 *
 * A service lives as long as it has a *real* user: one that does not exist only because of a service that nobody uses.
 * So services that use themselves, or each other in a circle, do not keep each other alive.
 */
export class Services implements ServicePort, ServicesEnding, ServiceCaller, ServiceHost {
  readonly #app: ServicesApp;
  readonly #services = new Map<string, Service>();
  readonly #handles = new Map<string, ServiceHandle>();
  /** The number of accesses by Tonics of this thread. */
  #accesses = 0;
  /** The service whose Tonic is being made. */
  #making: Service | undefined;
  /** Only services are left under the main Catalyst: only they can be users now. */
  #finishing = false;
  /** The end of the main Catalyst waits for a service that must still start. */
  #holdsEnd = false;

  constructor(app: ServicesApp) {
    this.#app = app;
  }

  // ---- Messages of other threads ----

  heard(tonic: AnyTonic, word: keyof ServiceMessages, said: readonly unknown[]): void {
    switch (word) {
      case 'use':
        return this.#useFrom(...(said as ServiceMessages['use']));
      case 'unuse':
        return this.#leaveFrom(...(said as ServiceMessages['unuse']));
      case 'leaveAll':
        return this.#leaveAll(...(said as ServiceMessages['leaveAll']));
      case 'call':
        return this.#callFrom(tonic, ...(said as ServiceMessages['call']));
      case 'completed':
        // This thread knows more recent facts about the service.
        return tellUserCompleted(tonic, (said as ServiceMessages['completed'])[0]);
    }
  }

  // ---- Use ----

  /** @throws {TaskTonicError} `TT_NOT_A_SERVICE`, `TT_NO_SERVICE`, `TT_BAD_SERVICE`, and what its constructor throws. */
  use(user: AnyTonic, asked: ServiceClass, args: readonly unknown[]): RemoteHandle {
    const name = serviceName(asked);
    let service = this.#services.get(name);
    if (service === undefined) service = this.#create(name, asked, args);
    else if (service.class !== undefined && isAsked(service.class, asked) === false) throw otherClass(service, asked);
    (extrasOf(user).uses ??= new Set()).add(name);
    const access = ++this.#accesses;
    service.addUser(user, user.id, ownerOf(user), args, access);
    if (service.class === undefined) this.#ask(service, { user, asked, access });
    return this.handle(name);
  }

  /** The same for a Tonic of another thread, which already has the handle. */
  #useFrom(
    name: string,
    asked: ServiceSource,
    user: RemoteHandle,
    owner: string | undefined,
    args: readonly unknown[],
    access: number,
  ): void {
    const { className, module, isAbstract } = asked;
    let service = this.#services.get(name);
    if (service === undefined) {
      if (isAbstract || module === undefined) {
        const error = isAbstract
          ? fail('TT_NO_SERVICE', { service: name, class: className })
          : fail('TT_NO_MODULE', { class: className });
        return tellCompleted(user, { service: name, error }, access);
      }
      service = new Service(this, name, undefined, args, true);
      this.#services.set(name, service);
      this.#begin(service, asked);
    }
    if (this.#ask(service, { user, asked, access })) service.addUser(user, user.id, owner, args, access);
  }

  /** A Tonic of another thread has finished, or no longer uses the service. */
  #leaveFrom(name: string, user: RemoteHandle): void {
    this.#services.get(name)?.removeUser(user);
    this.#sweep();
  }

  /** A thread has ended, with all its users. */
  #leaveAll(thread: number): void {
    for (const service of this.#services.values())
      for (const user of [...service.users.keys()]) if (user.thread === thread) service.removeUser(user);
    this.#sweep();
  }

  handle(name: string): ServiceHandle {
    let handle = this.#handles.get(name);
    if (handle === undefined) this.#handles.set(name, (handle = new ServiceHandle(this, name)));
    return handle;
  }

  callService(name: string, key: string, args: unknown[]): void {
    const service = this.#services.get(name);
    if (service === undefined) failAnswersOfFinished(args);
    else service.call(key, args);
  }

  /** A call of a Tonic of another thread, which becomes the source of the order. */
  #callFrom(main: AnyTonic, name: string, key: string, args: unknown[]): void {
    runForeignOrder(main, args, () => this.callService(name, key, args));
  }

  whoIs(name: string): RemoteHandle | undefined {
    return this.#services.get(name)?.face;
  }

  hasFinished(name: string): boolean {
    return !this.#services.has(name);
  }

  /** The users of a service, for the printed tree. */
  usersOf(name: string): Iterable<UserHandle> {
    return this.#services.get(name)?.users.keys() ?? [];
  }

  // ---- Making a service ----

  #create(name: string, asked: ServiceClass, args: readonly unknown[]): Service {
    if (asked.service === undefined) throw fail('TT_NO_SERVICE', { service: name, class: asked.name });
    const service = new Service(this, name, asked, args, true);
    this.#services.set(name, service);
    try {
      service.begin();
    } catch (thrown) {
      this.#services.delete(name);
      service.ended = true;
      throw thrown;
    }
    return service;
  }

  /** Starts a service whose class another thread has requested. */
  #begin(service: Service, asked: ServiceSource): void {
    this.#load(asked)
      .then((serviceClass) => this.#found(service, serviceClass))
      .catch((thrown: unknown) => {
        if (service.class === undefined) service.end(toError(thrown));
      });
  }

  async #load({ module, className }: ServiceSource): Promise<ServiceClass> {
    const { clock } = this.#app;
    const { timers } = this.#main._ttScheduler;
    return loadService(module!, className, { clock, timers, held: async (loading) => this.#app.held(loading) });
  }

  /** Its class is known now: it starts, and those who requested another class are refused. */
  #found(service: Service, serviceClass: ServiceClass): void {
    if (service.ended || service.class !== undefined) return;
    service.class = serviceClass;
    for (const asker of service.takeAskers()) this.#ask(service, asker);
    if (this.mayBegin) this.#main._ttss__run(service);
    else service.end(undefined);
  }

  /**
   * A user in another thread requests a service. If it requested another class, it is told as if the service had
   * failed. Until that is known it counts as a user.
   */
  #ask(service: Service, asker: Asker): boolean {
    const { asked } = asker;
    if (service.class === undefined) {
      // The main thread may already have the class that other threads wait for.
      const isIt = !('className' in asked) && asked.service !== undefined && service.suits(asked);
      service.addAsker(asker);
      if (isIt) this.#found(service, asked);
      return true;
    }
    const is = isAsked(service.class, asked);
    if (is === false) this.#refuse(service, asker, otherClass(service, asked));
    else if (is === undefined) {
      const refuse = (error: Error): void => this.#refuse(service, asker, error);
      this.#load(asked as ServiceSource)
        .then((found) => isAsked(service.class!, found) === false && refuse(otherClass(service, found)))
        .catch((thrown: unknown) => refuse(toError(thrown)));
    }
    return is !== false;
  }

  #refuse(service: Service, { user, access }: Asker, error: Error): void {
    if (service.ended) return;
    // It may have requested the right class since then.
    if ((service.users.get(user)?.access ?? access) <= access) service.refuse(user, error);
    tellCompleted(user, { service: service.name, error }, access);
    this.#sweep();
  }

  make(service: Service): RemoteHandle | AnyTonic {
    const { class: serviceClass, args } = service;
    const before = { making: this.#making, starting: running.starting };
    this.#making = service;
    running.starting = false;
    try {
      return runAs(this.#main, () => {
        if (isCatalystClass(serviceClass!)) return ports.threads!.spawn(serviceClass!, args);
        return new (serviceClass as unknown as MakeTonic)(...args);
      });
    } catch (thrown) {
      // The Tonic that was entered before its constructor threw.
      const { instance } = service;
      service.instance = undefined;
      if (instance !== undefined) abort(instance, () => {});
      throw thrown;
    } finally {
      this.#making = before.making;
      running.starting = before.starting;
    }
  }

  /** While a Tonic that is no service has not finished, it may still use a service. */
  get mayBegin(): boolean {
    const { main } = this.#app;
    if (main === undefined || main._ttMayInfuse || this.#holdsEnd) return main !== undefined;
    for (const infusion of main.infusions) if (!this.staysLast(infusion)) return true;
    return false;
  }

  admit(tonic: AnyTonic, baseInfuses: boolean): void {
    const name = tonic._ttPlan.service!;
    const isMade = this.#making?.name === name;
    const { className } = tonic._ttPlan;
    // A service may still start if a Tonic that ends with the app uses it.
    if (!baseInfuses && !(isMade && this.mayBegin))
      throw fail('TT_BASE_FINISHED', { class: className, base: tonic._ttBase!.name });
    if (isMade) return;
    const holder = this.#services.get(name);
    if (holder !== undefined)
      throw fail('TT_SERVICE_EXISTS', {
        service: name,
        holder: holder.face?.name ?? 'one that starts',
        class: className,
      });
    if (tonic._ttBase !== this.#main) throw fail('TT_SERVICE_BY_USE', { class: className });
  }

  entered(tonic: AnyTonic): void {
    const name = tonic._ttPlan.service!;
    if (this.#making?.name === name) {
      this.#making.instance = tonic;
      return;
    }
    // It was made with `new` for the whole app: the main Catalyst is its user.
    const { constructor } = tonic as { constructor: unknown };
    const serviceClass =
      (constructor as { readonly standsFor?: ServiceClass }).standsFor ?? (constructor as ServiceClass);
    const service = new Service(this, name, serviceClass, [], false);
    this.#services.set(name, service);
    service.adopt(tonic);
    service.addUser(this.#main, this.#main.id, undefined, [], 0);
  }

  // ---- The end of a service, and of its users ----

  left(tonic: AnyTonic): void {
    for (const name of tonic._ttExtras?.uses ?? []) this.#services.get(name)?.removeUser(tonic);
    const { service: name } = tonic._ttPlan;
    const own = name === undefined ? undefined : this.#services.get(name);
    if (own?.instance === tonic) own.left();
    this.#sweep();
  }

  ended(service: Service, error: Error | undefined): void {
    this.#services.delete(service.name);
    const lost = service.takeCalls();
    if (lost.length > 0) {
      const sparkles = [...new Set(lost.map(({ key }) => key))].join(', ');
      const details = { count: lost.length, tonic: `the service ${service.name}`, sparkles };
      this.#main._ttScheduler.logs.warn(this.#main, fail('TT_ORDERS_LOST', details, error));
    }
    for (const { args } of lost) failAnswersOfFinished(args);
    for (const [user, { access }] of service.users) {
      (user as AnyTonic)._ttExtras?.uses?.delete(service.name);
      tellCompleted(user, { service: service.name, error }, access);
    }
    const handle = this.#handles.get(service.name);
    if (handle !== undefined) tellEnd(handle);
    if (this.#holdsEnd) this.#main._ttss__end();
  }

  get ending(): ServicesEnding {
    return this;
  }

  staysLast(tonic: AnyTonic): boolean {
    return tonic._ttPlan.service !== undefined && tonic._ttBase === this.#app.main;
  }

  finishLast(catalyst: AnyTonic): void {
    if (catalyst !== this.#app.main || this.#finishing) return;
    for (const infusion of catalyst.infusions) if (!this.staysLast(infusion)) return;
    this.#finishing = true;
    this.#sweep();
  }

  holdsEnd(catalyst: AnyTonic): boolean {
    if (catalyst !== this.#app.main) return false;
    const isToBegin = [...this.#services.values()].some(
      (service) => service.instance === undefined && service.isCalled,
    );
    // A service that has started in this way handles its calls before it ends.
    this.#holdsEnd = isToBegin || (this.#holdsEnd && this.#main._ttInfusions?.size !== 0);
    return this.#holdsEnd;
  }

  close(): void {
    this.#holdsEnd = false;
    for (const service of [...this.#services.values()]) service.end(undefined);
  }

  /** Finishes services that nobody needs; first those that no other service uses. */
  #sweep(): void {
    const needed = this.#needed();
    const idle = [...this.#services.values()].filter(
      ({ name, instance }) => !needed.has(name) && instance !== undefined,
    );
    const unused = idle.filter(({ name, users }) => !isUsedByOther(users.values(), name));
    for (const service of unused.length > 0 ? unused : idle) runAs(this.#main, () => service.retire());
  }

  /** The services that a real user needs, directly or through others. */
  #needed(): ReadonlySet<string> {
    const needed = new Set<string>();
    const need = (isReal: (user: UserHandle, owner: string | undefined) => boolean): boolean => {
      let more = false;
      for (const { name, users } of this.#services.values()) {
        if (needed.has(name)) continue;
        for (const [user, { owner }] of users)
          if (isReal(user, owner)) {
            needed.add(name);
            more = true;
            break;
          }
      }
      return more;
    };
    need((user, owner) => owner === undefined && !(this.#finishing && user === this.#app.main));
    while (need((_, owner) => owner !== undefined && needed.has(owner)));
    return needed;
  }

  // ---- For the services ----

  isNeeded({ name }: Service): boolean {
    return this.#needed().has(name);
  }

  get isUnderTest(): boolean {
    return this.#app.testbench !== undefined;
  }

  get waitingLimit(): number {
    return this.#main.queue.limit;
  }

  now(): number {
    return this.#app.clock.now();
  }

  get base(): AnyTonic {
    return this.#main;
  }

  get #main(): NonNullable<ServicesApp['main']> {
    return this.#app.main!;
  }
}

function isUsedByOther(users: Iterable<{ readonly owner: string | undefined }>, name: string): boolean {
  for (const { owner } of users) if (owner !== undefined && owner !== name) return true;
  return false;
}

/** The service that a Tonic belongs to: the Tonic itself, or one of its bases, is that service. */
export function ownerOf(tonic: AnyTonic): string | undefined {
  for (let part: AnyTonic | undefined = tonic; part !== undefined; part = part._ttBase)
    if (part._ttPlan.service !== undefined) return part._ttPlan.service;
  return tonic._ttScheduler.runtime.farOwner;
}

/** @throws {TaskTonicError} `TT_NOT_A_SERVICE`, `TT_BAD_SERVICE` */
export function serviceName({ name, service, abstractService }: ServiceClass): string {
  if (service !== undefined && abstractService !== undefined && service !== abstractService)
    throw fail('TT_BAD_SERVICE', { class: name, service, problem: `its base class stands for ${abstractService}` });
  const found = service ?? abstractService;
  if (found === undefined) throw fail('TT_NOT_A_SERVICE', { class: name });
  return found;
}

function otherClass({ name, class: running }: Service, asked: AskedClass): Error {
  const wanted = askedName(asked);
  const other = running!.name === wanted ? 'another class of that name' : `no ${wanted}`;
  return fail('TT_BAD_SERVICE', {
    class: wanted,
    service: name,
    problem: `${running!.name} is that service, and ${other}`,
  });
}

/** Whether its Tonic has a thread of its own. */
function isCatalystClass(serviceClass: ServiceClass): boolean {
  return '_ttOwnLoop' in serviceClass.prototype && 'startSparkling' in serviceClass.prototype;
}

function tellCompleted(user: UserHandle, info: ServiceInfo, access: number): void {
  sendServiceMessage(user, 'completed', info, access);
}
