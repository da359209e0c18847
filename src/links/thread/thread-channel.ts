import type { Transferable } from 'node:worker_threads';
import type { Channel, MessageReceiver } from '../channel.js';
import type { ChannelEnd, Wire } from './wire.js';
import type { ThreadMachine } from './thread-machine.js';
import type { ThreadMemory } from './thread-memory.js';

/** The words of the shared memory, for each side: its orders that were carried out, and its sent messages. */
const DONE = 0;
const POSTED = 2;

/**
 * A channel to another thread. Orders that were carried out are counted in shared memory, one by one, so the count is
 * exact even after a crash of the thread.
 */
export class ThreadChannel implements Channel {
  readonly isParallel: boolean;
  readonly #port: Wire;
  readonly #words: Int32Array;
  readonly #mine: 0 | 1;
  readonly #theirs: 0 | 1;
  readonly #receiveOn: ThreadMachine['receive'];
  readonly #thread: number;
  readonly #memory: ThreadMemory;
  #receiver: MessageReceiver | undefined;
  /** How many of the sent messages were taken. */
  #taken = 0;

  /** @param thread the thread at the other end. */
  constructor({ port, shared, side }: ChannelEnd, thread: number, machine: ThreadMachine, memory: ThreadMemory) {
    this.isParallel = machine.isParallel;
    this.#port = port;
    this.#words = new Int32Array(shared);
    this.#mine = side;
    this.#theirs = side === 0 ? 1 : 0;
    this.#receiveOn = machine.receive;
    this.#thread = thread;
    this.#memory = memory;
  }

  post(message: unknown, moved?: readonly Transferable[]): void {
    this.#port.postMessage(message, moved);
    Atomics.add(this.#words, POSTED + this.#mine, 1);
    this.#memory.ring(this.#thread);
  }

  open(receiver: MessageReceiver, host: { comesIn(receiver: MessageReceiver, message: unknown): void }): void {
    this.#receiver = receiver;
    this.#port.on('message', (message) => {
      this.#taken = (this.#taken + 1) | 0;
      // Under test the seed decides the order, so a turn must not begin inside of this event.
      if (this.isParallel) host.comesIn(receiver, message);
      else receiver.take(message);
    });
    // The loop of a Catalyst keeps its thread alive; the port must not.
    this.#port.unref();
  }

  drain(): void {
    while (this.#receive());
  }

  look(): void {
    while (this.#taken !== Atomics.load(this.#words, POSTED + this.#theirs) && this.#receive());
  }

  #receive(): boolean {
    const next = this.#receiveOn(this.#port);
    if (next === undefined) return false;
    this.#taken = (this.#taken + 1) | 0;
    this.#receiver!.take(next.message);
    return true;
  }

  get doneThere(): number {
    return Atomics.load(this.#words, DONE + this.#mine);
  }

  tellDone(count: number): void {
    // Only one side writes this word, and its reader gets a message or the end first.
    this.#words[DONE + this.#theirs] = count;
  }

  hold(): void {
    this.#port.ref();
  }

  letGo(): void {
    this.#port.unref();
  }

  close(): void {
    this.#port.close();
  }
}
