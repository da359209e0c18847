/** The requests of an HttpServer, over all its threads. */
export interface RequestCounts {
  /** Heads that have come and were read. */
  readonly received: number;
  /** Those that are not answered whole yet. */
  readonly underWay: number;
  /** Answered whole, by the class of their status. */
  readonly answered: Readonly<Record<StatusClass, number>>;
  /** Not answered whole: the peer has gone, or its connection was cut. */
  readonly aborted: number;
  /** Handlers that threw, or whose promise was rejected; and sparkles that threw with an exchange. */
  readonly failed: number;
  /** Requests while no class handles requests. */
  readonly unheard: number;
  /** Refused requests, by reason. */
  readonly refused: {
    /** It cannot be understood, or in more than one way. */
    readonly bad: number;
    /** Its head, its URL or its headers are more than they may be. */
    readonly tooLarge: number;
    /** It came too slowly. */
    readonly late: number;
  };
}
export type StatusClass = '1xx' | '2xx' | '3xx' | '4xx' | '5xx';

/** The index of each counter in the row of a thread; the classes of status are 1 to 5. */
const PLACES = { received: 0, aborted: 6, failed: 7, unheard: 8, bad: 9, tooLarge: 10, late: 11 } as const;
export type Counted = keyof typeof PLACES;
/** The length of a row: two cache lines of the processor, so that threads do not slow each other down. */
const LINE = 16;

/** Counts requests. Each thread of a server has a row of its own, so no locks are needed. Reading adds up all rows. */
export class RequestTally {
  readonly buffer: SharedArrayBuffer;
  readonly #numbers: Float64Array;
  readonly #line: number;

  /** @param index the row to count in. */
  constructor(buffer: SharedArrayBuffer, index: number) {
    this.buffer = buffer;
    this.#numbers = new Float64Array(buffer);
    this.#line = index * LINE;
  }

  /** Counters for this many threads besides the thread of the server. */
  static of(threads: number): RequestTally {
    return new RequestTally(new SharedArrayBuffer((threads + 1) * LINE * 8), threads);
  }

  add(what: Counted): void {
    this.#numbers[this.#line + PLACES[what]]!++;
  }

  answered(status: number): void {
    const of = Math.min(Math.max(Math.trunc(status / 100), 1), 5);
    this.#numbers[this.#line + of]!++;
  }

  /** Counts a request that no handler answered. */
  answeredBeside(status: number): void {
    this.add('received');
    this.answered(status);
  }

  get counts(): RequestCounts {
    const [received, ...others] = Array.from({ length: LINE }, (_, place) => this.#sum(place)) as [number, ...number[]];
    const [s1, s2, s3, s4, s5, aborted, failed, unheard, bad, tooLarge, late] = others as Eleven;
    return {
      received,
      underWay: received - s1 - s2 - s3 - s4 - s5 - aborted,
      answered: { '1xx': s1, '2xx': s2, '3xx': s3, '4xx': s4, '5xx': s5 },
      aborted,
      failed,
      unheard,
      refused: { bad, tooLarge, late },
    };
  }

  #sum(place: number): number {
    let sum = 0;
    for (let at = place; at < this.#numbers.length; at += LINE) sum += this.#numbers[at]!;
    return sum;
  }
}

type N = number;
type Eleven = [N, N, N, N, N, N, N, N, N, N, N];
