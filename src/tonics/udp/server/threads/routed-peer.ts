import type { Address } from '../../../../selector/network.js';
import type { Seen } from '../seen-lists.js';
import type { ServerSocket } from '../server-socket.js';
import type { ThreadWay } from './thread-way.js';

/** Somebody whose session is in another thread, as the thread with the sockets knows it. */
export class RoutedPeer implements Seen {
  /** What both threads call it. */
  readonly number: number;
  readonly socket: ServerSocket<RoutedPeer>;
  readonly remote: Address;
  readonly way: ThreadWay;
  /** Datagrams that were given to its thread. */
  given = 0;
  /** Its session hears no more: who comes from its address is somebody new. */
  over = false;

  seenAt = 0;
  /** Its thread knows how long it may be silent. */
  readonly patience = false;
  before: Seen | undefined = undefined;
  after: Seen | undefined = undefined;

  constructor(number: number, socket: ServerSocket<RoutedPeer>, remote: Address, way: ThreadWay) {
    this.number = number;
    this.socket = socket;
    this.remote = remote;
    this.way = way;
  }
}

/** Those that there are, by numbers: one that is free is given again, since its thread has said its last word of it. */
export class RoutedNumbers {
  readonly #peers: (RoutedPeer | undefined)[] = [];
  readonly #free: number[] = [];

  add(make: (number: number) => RoutedPeer): RoutedPeer {
    const number = this.#free.pop() ?? this.#peers.length;
    return (this.#peers[number] = make(number));
  }

  get(number: number): RoutedPeer | undefined {
    return this.#peers[number];
  }

  remove({ number }: RoutedPeer): void {
    this.#peers[number] = undefined;
    this.#free.push(number);
  }

  /** Those of one thread. */
  of(way: ThreadWay): RoutedPeer[] {
    return this.#peers.filter((peer) => peer?.way === way) as RoutedPeer[];
  }
}
