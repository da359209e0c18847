import type { LinkState } from './conditions.js';
import type { FaultSource } from './fault-source.js';
import type { TcpEnd } from './tcp-end.js';

/** The time between pieces of a stream that was cut, in ms, so that each is handled in a turn of its own. */
const GAP = 1;

export interface Piece {
  readonly size: number;
  /** The delay of the next piece, in ms. */
  readonly gap: number;
}

/**
 * Cuts what a process reads of a stream into pieces, by the conditions of the link.
 *
 * The possible cuts depend only on the stream and its segments. So other cuts, and the time of reading, change none of
 * them.
 */
export class StreamSplitter {
  readonly #faults: FaultSource;
  readonly #end: TcpEnd;
  /** The offset in the stream. */
  #at = 0;

  constructor(faults: FaultSource, end: TcpEnd) {
    this.#faults = faults;
    this.#end = end;
  }

  /** How many of the available bytes are read now. */
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

  /** The offsets between two others, excluding them, at which it may be cut. */
  *#cuts(split: LinkState['split'], from: number, to: number): Iterable<number> {
    if (split === 'random') yield* this.#byChance(from, to);
    else if (typeof split === 'object') yield* [...split].sort((a, b) => a - b).filter((cut) => cut > from && cut < to);
    else {
      const each = split === 'byte' ? 1 : split;
      for (let cut = from - (from % each) + each; cut < to; cut += each) yield cut;
    }
  }

  /** Cuts each chunk for itself, at any position including its end; small pieces are as likely as large ones. */
  *#byChance(from: number, to: number): Iterable<number> {
    for (const chunk of this.#end.receives.unreadChunks) {
      for (let cut = chunk.from; cut < chunk.to;) {
        cut += Math.floor((chunk.to - cut + 2) ** this.#faults.roll('split', this.#place, cut));
        if (cut > to) return;
        if (cut > from && cut <= chunk.to) yield cut;
      }
    }
  }

  /** Sometimes two pieces arrive together, as two buffers. */
  #gap(random: boolean, at: number): number {
    return random && this.#faults.roll('size', this.#place, at) < 0.5 ? 0 : GAP;
  }

  get #place() {
    return this.#end.peer.place;
  }
}
