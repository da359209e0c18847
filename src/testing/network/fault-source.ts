import type { Random } from '../../core/time/random.js';
import type { Fault } from '../faults.js';

/** What can go wrong by chance, or because the test says so. */
export type FaultKind = 'loss' | 'delay' | 'duplicate' | 'reorder' | 'reset' | 'split' | 'partition';

/** A number for each kind of fault, and one for sizes. */
const DICE = { loss: 1, delay: 2, duplicate: 3, reorder: 4, reset: 5, split: 6, partition: 7, size: 8 } as const;

/** One thing that goes wrong in a simulated network. `kind`, `what` and `index` name it: in another run with the same seed it has the same name. */
export interface NetworkFault extends Fault {
  readonly kind: FaultKind;
  /**
   * Where: the sockets of a flow, such as `tcp 10.0.0.1:32768>10.0.0.2:80`; for the second connection between them with `(2)`, and for a
   * packet that was sent before with `again` and how often.
   */
  readonly what: string;
  /** Which one there: the offset of a byte in a stream, the number of a datagram from its port; -1 for the handshake of TCP. */
  readonly index: number;
}

/** A flow of packets, with its number for the random function. */
export interface Place {
  readonly name: string;
  readonly hash: number;
}

/**
 * The source of all faults.
 *
 * The random numbers have no state: the network takes one seed from its `Random`, and each number is a function of that
 * seed, the kind of fault, the flow, and the place in the flow. So suppressing a fault, or another use of the `Random`,
 * changes no other fault.
 */
export class FaultSource {
  readonly #seed: number;
  readonly #inject: ((fault: NetworkFault) => boolean) | undefined;
  readonly #now: () => number;
  readonly #tell: (fault: NetworkFault) => void;

  constructor(
    random: Random,
    inject: ((fault: NetworkFault) => boolean) | undefined,
    now: () => number,
    tell: (fault: NetworkFault) => void,
  ) {
    this.#seed = Math.floor(random.next() * 0x1_0000_0000);
    this.#inject = inject;
    this.#now = now;
    this.#tell = tell;
  }

  place(name: string): Place {
    let hash = 0x811c_9dc5;
    for (let at = 0; at < name.length; at++) hash = Math.imul(hash ^ name.charCodeAt(at), 0x0100_0193);
    return { name, hash };
  }

  /** A number from 0 up to, but not including, 1: always the same one for the same arguments. */
  roll(kind: keyof typeof DICE, place: Place, index: number, attempt = 0): number {
    let x = this.#seed ^ place.hash;
    for (const part of [DICE[kind], index % 0x1_0000_0000, index / 0x1_0000_0000, attempt])
      x = mixed(x ^ Math.imul(part + 1, 0x9e37_79b1));
    return (x >>> 0) / 0x1_0000_0000;
  }

  /** Whether a fault with this probability happens here, and is not suppressed. */
  strikes(kind: FaultKind, chance: number, place: Place, index: number, attempt = 0): boolean {
    if (chance <= 0 || this.roll(kind, place, index, attempt) >= chance) return false;
    return this.happens(kind, sentAgain(place, attempt), index);
  }

  /** A fault that is not random. Returns whether it must happen. */
  happens(kind: FaultKind, what: string, index: number): boolean {
    const fault = { kind, at: this.#now(), what, index };
    if (this.#inject?.(fault) === false) return false;
    this.#tell(fault);
    return true;
  }
}

/** The name of a packet that is sent again: each time it may have another fault. */
export function sentAgain({ name }: Place, attempt: number): string {
  return attempt === 0 ? name : `${name} again ${attempt}`;
}

/** The finalizer of MurmurHash3, by Austin Appleby: every bit of the input changes half of those of the output. */
function mixed(x: number): number {
  x = Math.imul(x ^ (x >>> 16), 0x85eb_ca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2_ae35);
  return x ^ (x >>> 16);
}
