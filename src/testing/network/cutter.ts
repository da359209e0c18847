import type { LinkState } from './conditions.js';
import type { FaultDice } from './fault-dice.js';
import type { TcpEnd } from './tcp-end.js';

/** How far apart in time the pieces of a stream come that was cut, in ms: each is a turn of its own. */
const GAP = 1;

export interface Piece {
  readonly size: number;
  /** How long the next one is waited for, in ms. */
  readonly gap: number;
}

/**
 * Cuts what a process reads of a stream into pieces, as the conditions of the link to it say.
 *
 * Where it may be cut is a matter of the stream and its segments alone: whether one cut is made, and when what is there is read, shifts no
 * other one.
 */
export class Cutter {
  readonly #faults: FaultDice;
  readonly #end: TcpEnd;
  /** The offset in the stream. */
  #at = 0;

  constructor(faults: FaultDice, end: TcpEnd) {
    this.#faults = faults;
    this.#end = end;
  }

  /** How much of so many bytes is read now. */
  next(available: number): Piece {
    const { split, readRate } = this.#end.peer.link.conditions;
    const most = readRate === Infinity ? available : Math.min(available, Math.max(Math.ceil(readRate / 100), 1));
    const from = this.#at;
    this.#at += most;
    let gap = 0;
    for (const cut of this.#cuts(split, from, from + most)) {
      if (!this.#faults.happens('split', this.#place.name, cut)) continue;
      this.#at = cut;
      gap = this.#gap(split === 'random', cut);
      break;
    }
    const size = this.#at - from;
    return { size, gap: readRate === Infinity ? gap : Math.max(gap, (size / readRate) * 1000) };
  }

  /** The offsets between two others, without them, at which it may be cut. */
  *#cuts(split: LinkState['split'], from: number, to: number): Iterable<number> {
    if (split === 'random') yield* this.#byChance(from, to);
    else if (typeof split === 'object') yield* [...split].sort((a, b) => a - b).filter((cut) => cut > from && cut < to);
    else {
      const each = split === 'byte' ? 1 : split;
      for (let cut = from - (from % each) + each; cut < to; cut += each) yield cut;
    }
  }

  /** Each chunk is cut for itself, anywhere, also at its end; small pieces are as likely as large ones. */
  *#byChance(from: number, to: number): Iterable<number> {
    for (const chunk of this.#end.receives.unreadChunks) {
      for (let cut = chunk.from; cut < chunk.to;) {
        cut += Math.floor((chunk.to - cut + 2) ** this.#faults.roll('split', this.#place, cut));
        if (cut > to) return;
        if (cut > from && cut <= chunk.to) yield cut;
      }
    }
  }

  /** By chance some pieces come together, as two buffers. */
  #gap(random: boolean, at: number): number {
    return random && this.#faults.roll('size', this.#place, at) < 0.5 ? 0 : GAP;
  }

  get #place() {
    return this.#end.peer.place;
  }
}
