import { toError } from '../../core/errors.js';
import type { Runtime } from '../../core/runtime.js';
import { type SocketOffer, sockets } from '../../core/socket-handover.js';
import { nodeClock } from '../../core/time/clock.js';
import { type OfPredecessor, type OfSuccessor, REPLACES, kindOf, saying } from './upgrade-messages.js';

/** The interval of the checks while the old process ends, in ms. */
const LOOKS_EVERY = 5;

/**
 * This process as the one that replaces another: it asks that for its sockets, says when it is ready to have them, and takes them. It is
 * ready when its {@link Readiness} says so; where it has none, when somebody listens at each place where the old process does.
 */
export class Successor {
  #state: 'none' | 'starting' | 'ready' | 'done' = 'none';
  /** The process id of the old process. */
  #old = 0;
  #hasReadiness = false;
  #hasStarted = false;
  #runtime: Runtime | undefined;
  #begun: () => void = () => {};

  /** Whether this process replaces another one, and has not taken over yet. */
  get isTakingOver(): boolean {
    return this.#state === 'starting' || this.#state === 'ready';
  }

  /** Asks the old process, if there is one, for its sockets; must be awaited before anything listens. */
  begin(): Promise<void> | undefined {
    const old = Number(process.env[REPLACES]);
    delete process.env[REPLACES];
    // A child of the new process inherits the variable, but has another parent.
    if (old !== process.ppid || !process.connected) return undefined;
    this.#state = 'starting';
    this.#old = old;
    process.on('message', this.#onMessage);
    process.on('disconnect', this.#onGone);
    sockets.handover!.onClaim = () => this.#lookSoon();
    this.#say(saying('hello'));
    return new Promise((resolve) => (this.#begun = resolve));
  }

  /** The loops of the app run. */
  started(runtime: Runtime): void {
    this.#runtime = runtime;
    this.#hasStarted = true;
    this.#lookSoon();
  }

  /** A Readiness will say when it is ready. */
  awaitsReadiness(): void {
    this.#hasReadiness = true;
  }

  /** This process can serve: the old one may send its sockets. */
  ready(): void {
    if (this.#state !== 'starting') return;
    this.#state = 'ready';
    this.#say(saying('ready'));
  }

  /** This process cannot take over. */
  failed(error: unknown): void {
    if (this.#state === 'starting') this.#say(saying('failed', { what: reasonOf(error) }));
  }

  /** When the Tonics that start now have made theirs: one of them may be a Readiness. */
  #lookSoon(): void {
    if (this.#state === 'starting') nodeClock.afterPoll(() => nodeClock.afterPoll(() => this.#look()));
  }

  #look(): void {
    if (this.#state !== 'starting' || !this.#hasStarted) return;
    const { unclaimed } = sockets.handover!;
    if (this.#hasReadiness) this.#waits('its Readiness to say that it is ready');
    else if (unclaimed.length > 0) this.#waits(`somebody to listen at ${unclaimed.join(', ')}`);
    else this.ready();
  }

  #waits(what: string): void {
    this.#say(saying('waits', { what }));
  }

  readonly #onMessage = (message: unknown, handle: unknown): void => {
    switch (kindOf<OfPredecessor>(message)) {
      case 'sockets':
        sockets.handover!.begin((message as { readonly sockets: readonly SocketOffer[] }).sockets);
        // From now on the channel does not keep the process running.
        process.channel?.unref();
        return this.#begun();
      case 'socket':
        return sockets.handover!.take((message as { readonly id: number }).id, handle as object);
      case 'all':
        return this.#end(() => this.#say(saying('taken'), () => process.connected && process.disconnect()));
      case undefined:
    }
  };

  /** The old process has ended before it has given its sockets; or is about to: the system closes the channel first, and its sockets a little later. */
  readonly #onGone = (): void => {
    if (process.ppid === this.#old) return void nodeClock.setTimer(this.#onGone, LOOKS_EVERY);
    const { main, log } = this.#runtime ?? {};
    if (main !== undefined) log!.line(main, 'warn', undefined, 'the process that it replaces has ended early', []);
    this.#begun();
    return this.#end(() => {});
  };

  #end(then: () => void): void {
    if (this.#state === 'done') return;
    this.#state = 'done';
    process.off('message', this.#onMessage);
    process.off('disconnect', this.#onGone);
    sockets.handover!.end();
    then();
  }

  #say(message: OfSuccessor, sent?: () => void): void {
    // An error means that the old process has ended, which is noticed by an event of its own.
    process.send?.(message, undefined, undefined, () => sent?.());
  }
}

/** The first cause: the error of a Tonic is wrapped by those of its bases. */
function reasonOf(error: unknown): string {
  let reason = toError(error);
  while (reason.cause instanceof Error) reason = reason.cause;
  return reason.message.replace(/\.$/, '');
}

/** This process as the successor of another one. */
export const successor = new Successor();
