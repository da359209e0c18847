import { toError } from '../../core/errors.js';
import type { Runtime } from '../../core/runtime.js';
import { type SocketOffer, sockets } from '../../core/socket-handover.js';
import { nodeClock } from '../../core/time/clock.js';
import { type OfPredecessor, type OfSuccessor, REPLACES, kindOf, saying } from './upgrade-messages.js';

/** In ms; while the old process ends. */
const LOOKS_EVERY = 5;

/**
 * This process as the one that replaces another: it asks that for its sockets, says when it is ready to have them, and takes them. It is
 * ready when its {@link Readiness} says so; where it has none, when somebody listens at each place where the old process does.
 */
export class Successor {
  #state: 'none' | 'starting' | 'ready' | 'done' = 'none';
  /** The number of the old process. */
  #old = 0;
  #hasReadiness = false;
  #hasStarted = false;
  #runtime: Runtime | undefined;
  #begun: () => void = () => {};

  /** Whether it is one, and has not taken over yet. */
  get isTakingOver(): boolean {
    return this.#state === 'starting' || this.#state === 'ready';
  }

  /** Asks the old process what it has, where there is one; to be awaited before anything listens. */
  begin(): Promise<void> | undefined {
    const old = Number(process.env[REPLACES]);
    delete process.env[REPLACES];
    // A child of the new process has not that one's parent.
    if (old !== process.ppid || !process.connected) return undefined;
    this.#state = 'starting';
    this.#old = old;
    process.on('message', this.#onMessage);
    process.on('disconnect', this.#onGone);
    sockets.handover!.onClaim = () => this.#lookSoon();
    this.#say(saying('hello'));
    return new Promise((resolve) => (this.#begun = resolve));
  }

  /** Its loops run. */
  started(runtime: Runtime): void {
    this.#runtime = runtime;
    this.#hasStarted = true;
    this.#lookSoon();
  }

  /** A Readiness will say when it is ready. */
  awaitsReadiness(): void {
    this.#hasReadiness = true;
  }

  /** It can serve: the sockets may come. */
  ready(): void {
    if (this.#state !== 'starting') return;
    this.#state = 'ready';
    this.#say(saying('ready'));
  }

  /** It will not come to that. */
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
        // From now on the channel keeps nobody alive.
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
    // An error says that the old process has gone, which is heard as such.
    process.send?.(message, undefined, undefined, () => sent?.());
  }
}

/** What it began with: an error of a Tonic has come up through its bases. */
function reasonOf(error: unknown): string {
  let reason = toError(error);
  while (reason.cause instanceof Error) reason = reason.cause;
  return reason.message.replace(/\.$/, '');
}

/** This process as one. */
export const successor = new Successor();
