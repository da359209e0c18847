import type { FaultDice } from './fault-dice.js';
import type { TcpEnd } from './tcp-end.js';

/** How far apart in time the pieces of a stream come that was cut, in ms: each is a turn of its own. */
const GAP = 1;

export interface Piece {
  readonly size: number;
  /** How long the next one is waited for, in ms. */
  readonly gap: number;
}

/** Cuts what a process reads of a stream into pieces, as the conditions of the link to it say. */
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
    let size = most;
    let gap = 0;
    for (let cut = this.#nextCut(this.#at, most); cut < most; cut += this.#nextCut(this.#at + cut, most)) {
      if (!this.#faults.happens('split', this.#place.name, this.#at + cut)) continue;
      size = cut;
      gap = this.#gap(split === 'random', this.#at + cut);
      break;
    }
    this.#at += size;
    return { size, gap: readRate === Infinity ? gap : Math.max(gap, (size / readRate) * 1000) };
  }

  /** How many bytes on from an offset the next cut is. */
  #nextCut(at: number, available: number): number {
    const { split } = this.#end.peer.link.conditions;
    if (split === 'byte') return 1;
    if (typeof split === 'number') return split - (at % split);
    // Small pieces are as likely as large ones.
    if (split === 'random') return Math.ceil((available + 1) ** this.#faults.roll('split', this.#place, at)) || 1;
    return split.reduce((nearest, cut) => (cut > at ? Math.min(nearest, cut - at) : nearest), Infinity);
  }

  /** By chance some pieces come together, as two buffers. */
  #gap(random: boolean, at: number): number {
    return random && this.#faults.roll('size', this.#place, at) < 0.5 ? 0 : GAP;
  }

  get #place() {
    return this.#end.peer.place;
  }
}
