import '../../../src/compose.js';
// Threads that come and go, and threads that call each other as fast as they can. Its argument: what is to be done.
import { isMainThread, threadId } from 'node:worker_threads';
import {
  type AnyTonic,
  Catalyst,
  Formula,
  type FormulaData,
  type CatalystOptions,
  type InfusionFailure,
  type InfusionInfo,
  type Remote,
  type Supervised,
  TcpConnection,
  type ListenInfo,
  SelectorCatalyst,
  TcpServer,
  Tonic,
} from 'tasktonic';
import { answering, memory, tell } from './control.js';

/** A small generator of pseudo-random numbers (mulberry32, Tommy Ettinger, public domain): the same ones in each run. */
function seeded(seed: number): (below: number) => number {
  return (below) => {
    seed = (seed + 0x6d2b79f5) | 0;
    let bits = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 0) % below;
  };
}

/** Answers, and finishes. */
export class Brief extends Catalyst {
  static override readonly module = import.meta.url;
  declare readonly base: Remote<Cycles>;
  ttsc__work(n: number, back: (n: number) => void, end: 'finish' | 'throw' | 'exit'): void {
    new Tonic({ name: `part of ${threadId}` });
    for (let more = 0; more < 40; more++) new Tonic();
    back(n);
    this.base.ttsc__worked(n);
    if (end === 'finish') this.ttsc__finish();
    // In a later turn, so that the answers have left.
    else setImmediate(() => this.ttsc__break(end));
  }
  ttsc__break(end: 'throw' | 'exit'): void {
    if (end === 'exit') process.exit(3);
    throw new Error('as it was told');
  }
}

class Cycles extends Tonic {
  #spawned = 0;
  left = 0;
  atOnce = 0;
  worked = 0;
  calledBack = 0;
  ttsc__cycle(times: number, atOnce: number): void {
    this.left = times;
    this.atOnce = atOnce;
    for (let n = 0; n < atOnce; n++) this.ttsc__one(`brief ${n}`);
  }
  ttsc__one(name: string): void {
    const end = (['finish', 'finish', 'throw', 'finish', 'exit'] as const)[this.#spawned++ % 5]!;
    Brief.spawn({ name }).ttsc__work(1, (n: number) => (this.calledBack += n), end);
  }
  ttsc__worked(n: number): void {
    this.worked += n;
  }
  ttse__onInfusionFailed(): void {}
  ttse__onInfusionFinished({ name }: InfusionInfo): void {
    if (--this.left >= this.atOnce) this.ttsc__one(name);
    if (this.left === 0) tell('cycled');
  }
}

/** How far each call of one sender to one receiver has come: shared, so that the dead can be counted, too. */
const THREADS = 4;
const KINDS = 3;
const place = (from: number, to: number, kind: number): number => (from * THREADS + to) * KINDS + kind;
const PLAIN = 0;
const CALLED_BACK = 1;
const RELAYED = 2;

type Party = Remote<Mixed>;

/** Calls the others at random. */
export class Mixed extends Catalyst {
  static override readonly module = import.meta.url;
  declare readonly base: Remote<MixedMain>;
  readonly #random: (below: number) => number;
  readonly #sent: Int32Array;
  readonly #received: Int32Array;
  readonly #last = new Map<number, number>();
  #others: readonly Party[] = [];
  #left = 0;
  #seq = 0;
  #open = new Set<number>();

  constructor(
    readonly me: number,
    seed: number,
    counts: readonly [SharedArrayBuffer, SharedArrayBuffer],
  ) {
    super();
    this.#random = seeded(seed);
    this.#sent = new Int32Array(counts[0]);
    this.#received = new Int32Array(counts[1]);
  }
  ttsc__begin(others: readonly Party[], calls: number): void {
    this.#others = others;
    this.#left = calls;
    this.ttsc__go();
  }
  ttsc__go(): void {
    for (let n = this.#random(400); n > 0 && this.#left > 0; n--, this.#left--) this.#call();
    if (this.#left > 0) this.ttsc__go();
    else this.base.ttsc__done();
  }
  #call(): void {
    const at = this.#random(THREADS);
    if (at === this.me) return;
    const to = this.#others[at]!;
    const seq = ++this.#seq;
    const kind = this.#random(KINDS);
    Atomics.add(this.#sent, place(this.me, at, kind), 1);
    if (kind === PLAIN) to.ttsc__hear(this.me, seq, { text: `from ${this.me}`, seq });
    else if (kind === CALLED_BACK) {
      this.#open.add(seq);
      to.ttsc__callBack((heard: number) => this.#calledBack(at, seq, heard), seq);
    } else to.ttsc__relay(this.me, this.#others[(at + 1 + this.#random(THREADS - 1)) % THREADS]!, at);
  }
  #calledBack(from: number, seq: number, heard: number): void {
    if (heard !== seq || !this.#open.delete(seq)) console.error('WRONG: a callback', seq, heard);
    Atomics.add(this.#received, place(this.me, from, CALLED_BACK), 1);
  }
  ttsc__hear(from: number, seq: number, data: { readonly text: string; readonly seq: number }): void {
    if (seq <= (this.#last.get(from) ?? 0) || data.seq !== seq || data.text !== `from ${from}`)
      this.base.ttsc__wrong(`${seq} of ${from} after ${this.#last.get(from)}`);
    this.#last.set(from, seq);
    Atomics.add(this.#received, place(from, this.me, PLAIN), 1);
  }
  ttsc__callBack(back: (seq: number) => void, seq: number): void {
    back(seq);
  }
  ttsc__relay(from: number, on: Party, by: number): void {
    on.ttsc__relayed(from, by);
  }
  ttsc__relayed(from: number, by: number): void {
    Atomics.add(this.#received, place(from, by, RELAYED), 1);
  }
}

class MixedMain extends Tonic {
  readonly sent = new SharedArrayBuffer(THREADS * THREADS * KINDS * 4);
  readonly received = new SharedArrayBuffer(THREADS * THREADS * KINDS * 4);
  #done = 0;
  ttsc__begin(calls: number): void {
    const parties = Array.from({ length: THREADS }, (_, n) => Mixed.spawn(n, 1_000 + n, [this.sent, this.received]));
    for (const party of parties) party.ttsc__begin(parties, calls);
  }
  ttsc__done(): void {
    if (++this.#done === THREADS) tell('sent');
  }
  ttsc__wrong(what: string): void {
    console.error('WRONG:', what);
  }
}

/** It is killed again and again. */
export class Mortal extends Catalyst {
  static override readonly module = import.meta.url;
  readonly #hits: Int32Array;
  constructor(options: CatalystOptions, hits: SharedArrayBuffer) {
    super(options);
    this.#hits = new Int32Array(hits);
  }
  ttsc__hit(n: number): void {
    Atomics.add(this.#hits, n, 1);
  }
  ttsc__die(): void {
    process.exit(3);
  }
  ttsc__throw(): void {
    throw new Error('killed');
  }
  ttsc__last(): void {
    this.ttsc__finish();
  }
}

class Killing extends Tonic {
  readonly #random = seeded(42);
  #mortal!: Supervised<Remote<Mortal>>;
  #hits!: SharedArrayBuffer;
  #left = 0;
  #at = 0;
  deaths = 0;
  ttsc__begin(calls: number): void {
    this.#hits = new SharedArrayBuffer(calls * 4);
    this.#left = calls;
    this.#mortal = this.supervise(() => Mortal.spawn({}, this.#hits), { limit: 1_000 });
    this.ttsc__go();
  }
  ttsc__go(): void {
    const mortal = this.#mortal.current;
    for (let n = this.#random(200); n > 0 && this.#left > 0; n--, this.#left--) mortal.ttsc__hit(this.#at++);
    if (this.#left > 0) {
      const death = this.#random(4);
      if (death === 0) mortal.ttsc__die();
      if (death === 1) mortal.ttsc__throw();
      // Half of the time with what comes in between, else at once.
      if (death < 2) this.#whenFailed = this.#random(2) === 0;
      if (!this.#whenFailed) setTimeout(() => this.ttsc__go(), 1);
    } else mortal.ttsc__last();
  }
  #whenFailed = false;
  ttse__onInfusionFailed(): void {
    this.deaths++;
    if (this.#whenFailed) this.ttsc__go();
    else if (this.#left === 0) this.#mortal.current.ttsc__last();
    this.#whenFailed = false;
  }
  ttse__onInfusionFinished({ error }: { readonly error: Error | undefined }): void {
    if (error !== undefined) return;
    const hits = new Int32Array(this.#hits);
    const count = (times: (hit: number) => boolean): number => hits.filter(times).length;
    tell('killed', { deaths: this.deaths, missing: count((n) => n === 0), doubled: count((n) => n > 1) });
    this.ttsc__finish();
  }
}

/** Two of them flood each other. */
export class Flooding extends Catalyst {
  static override readonly module = import.meta.url;
  declare readonly base: Remote<FloodMain>;
  #heard = 0;
  ttsc__flood(other: Remote<Flooding>, times: number): void {
    for (let n = 0; n < times; n++) other.ttsc__heard(times);
  }
  ttsc__heard(times: number): void {
    if (++this.#heard === times) this.base.ttsc__flooded();
  }
}

class FloodMain extends Tonic {
  #flooded = 0;
  ttsc__begin(times: number): void {
    const [a, b] = [Flooding.spawn(), Flooding.spawn()];
    a.ttsc__flood(b, times);
    b.ttsc__flood(a, times);
  }
  ttsc__flooded(): void {
    if (++this.#flooded === 2) tell('flooded');
  }
}

/** It drains until the other one has gone. */
export class Waiting extends Catalyst {
  static override readonly module = import.meta.url;
  ttsc__waitFor(other: Remote<Waiting>): void {
    new Holder(other);
  }
}

class Holder extends Tonic {
  constructor(readonly other: Remote<Waiting>) {
    super({ drainTimeout: 300 });
  }
  ttse__onDraining(): void {
    this.ttsc__look();
  }
  ttsc__look(): void {
    if (this.other.finished) this.drained();
    else setTimeout(() => this.ttsc__look(), 1);
  }
}

class WaitMain extends Tonic {
  ttsc__begin(): void {
    const [a, b] = [Waiting.spawn(), Waiting.spawn()];
    a.ttsc__waitFor(b);
    b.ttsc__waitFor(a);
    this.ttsc__finish();
  }
}

/** Calls its base for ever, as fast as it is let. */
export class Hose extends Catalyst {
  static override readonly module = import.meta.url;
  declare readonly base: Remote<HoseMain>;
  ttsc__go(): void {
    try {
      for (let n = 0; n < 10_000; n++) this.base.ttsc__drop({ n, text: 'a drop of a flood' });
      setImmediate(() => this.ttsc__go());
    } catch {
      // It is told to slow down.
      setTimeout(() => this.ttsc__go(), 5);
    }
  }
}

class Echo extends TcpConnection {
  ttse__onData(data: Buffer): void {
    this.send(data);
  }
}

class HoseMain extends Tonic {
  drops = 0;
  ttsc__begin(): void {
    new TcpServer({ port: 0, host: '127.0.0.1', protocol: Echo });
    Hose.spawn().ttsc__go();
  }
  ttse__onListening({ port }: ListenInfo): void {
    tell('listening', { port });
  }
  ttsc__drop(_drop: { readonly n: number; readonly text: string }): void {
    this.drops++;
  }
  ttse__onInfusionFailed({ error }: InfusionFailure): void {
    console.error('WRONG:', error.message);
  }
}

/** What a test may look at and a user may not. */
interface Internals {
  readonly ledger: Iterable<AnyTonic> & { readonly size: number };
  readonly threads?: { readonly held: object };
}

if (isMainThread) {
  const [what, ...numbers] = process.argv.slice(2);
  const makers: Record<string, () => AnyTonic> = {
    cycles: () => new Cycles(),
    mixed: () => new MixedMain(),
    killing: () => new Killing(),
    flood: () => new FloodMain(),
    waiting: () => new WaitMain(),
    hose: () => new HoseMain(),
  };
  let tonic!: AnyTonic & {
    ttsc__begin?(...numbers: number[]): void;
    ttsc__cycle?(times: number, atOnce: number): void;
  };
  let main!: SelectorCatalyst;
  class App extends Formula {
    protected override creatingFormula(): FormulaData {
      return { log: { to: 'json', level: what === 'cycles' ? 'fatal' : 'warn' } };
    }
    protected override creatingMainCatalyst(): unknown {
      return (main = new SelectorCatalyst({ queueLimit: what === 'hose' ? 100_000 : undefined }));
    }
    protected creatingStartingTonics(): void {
      tonic = makers[what!]!() as typeof tonic;
      tonic.ttsc__begin?.(...numbers.map(Number));
    }
  }
  const runtime = (): Internals => (main as unknown as { runtime: Internals }).runtime;
  answering({
    cycle: () => {
      tonic.ttsc__cycle!(Number(numbers[0]), 4);
      return {};
    },
    counts: () => ({
      resources: process.getActiveResourcesInfo().filter((kind) => kind === 'Worker' || kind === 'MessagePort'),
      ledger: runtime().ledger.size,
      highestId: Math.max(...Array.from(runtime().ledger, ({ id }) => id)),
      held: runtime().threads?.held,
      heap: memory()['heapUsed'],
      worked: (tonic as Cycles).worked,
      calledBack: (tonic as Cycles).calledBack,
    }),
    totals: () => ({
      sent: [...new Int32Array((tonic as MixedMain).sent)],
      received: [...new Int32Array((tonic as MixedMain).received)],
    }),
    drops: () => ({ drops: (tonic as HoseMain).drops, rss: memory()['rss'] }),
    finish: () => {
      tonic.ttsc__finish();
      return {};
    },
  });
  const { exitCode } = await App.run();
  const left = process.getActiveResourcesInfo().filter((kind) => kind === 'Worker' || kind === 'MessagePort');
  tell('over', { exitCode, left });
}
