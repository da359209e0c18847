import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import { DoneCounter } from './outlet.js';

/** The receiving end of a channel from another thread. */
export class Inlet {
  readonly done: DoneCounter;
  /** The names of sparkles by their numbers, as the sender counts them. */
  readonly #names: string[] = [];
  readonly #port: MessagePort;
  readonly #take: (message: unknown, inlet: Inlet) => void;

  constructor(port: MessagePort, shared: SharedArrayBuffer, take: (message: unknown, inlet: Inlet) => void) {
    this.#port = port;
    this.#take = take;
    this.done = new DoneCounter(shared, port);
    port.on('message', (message) => take(message, this));
    // The loop of a Catalyst keeps its thread alive, not the way to it.
    port.unref();
  }

  /** A sparkle's name: its number, or the name itself, which then has the next number. -1 is none. */
  name(told: number | string): string | undefined {
    if (typeof told === 'number') return this.#names[told];
    this.#names.push(told);
    return told;
  }

  /** Takes what has arrived, without waiting for the event that tells of it. */
  drain(): void {
    for (let next = receiveMessageOnPort(this.#port); next !== undefined; next = receiveMessageOnPort(this.#port))
      this.#take((next as { message: unknown }).message, this);
  }

  close(): void {
    this.#port.close();
  }
}
