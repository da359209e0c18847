import { expect } from 'chai';
import { type AnyTonic, nodeClock } from '../../../../src/index.js';
import {
  LimitMaker,
  type ServerPart,
  ServerSpread,
  ServerTally,
  type Supervise,
  limitMemory,
} from '../../../doors/tonics.js';

/** A thread as the spread sees it. */
class FakeThread {
  readonly sockets: unknown[] = [];
  readonly heard: string[] = [];
  refuses = false;
  readonly tally: ServerTally;
  constructor(readonly part: ServerPart) {
    this.tally = new ServerTally(part.tally, part.index);
  }
  tts__take(socket: unknown): void {
    if (this.refuses) throw new Error('it cannot be moved');
    this.sockets.push((socket as { value: unknown }).value);
  }
  ttsc__pause(): void {
    this.heard.push('pause');
  }
  ttsc__resume(): void {
    this.heard.push('resume');
  }
  get _ttFace(): unknown {
    return this;
  }
}

/** A spread whose threads are fakes, and which starts one again when the test says so. */
class Bench {
  /** All that were ever started. */
  readonly started: FakeThread[] = [];
  readonly #places: { current: FakeThread; make: () => FakeThread }[] = [];
  readonly spread: ServerSpread<ServerTally>;
  readonly supervise = ((make: () => FakeThread) => {
    const place = { current: make(), make };
    this.#places.push(place);
    return place;
  }) as unknown as Supervise;

  constructor({ threads = 2, handsOver = true } = {}) {
    this.spread = new ServerSpread({
      threads,
      tally: ServerTally.shared(threads),
      handsOver,
      tonic: 'TcpServer',
      protocol: { name: 'Echo', module: 'file:///echo.js' },
      options: { port: 0 },
      limits: limitMemory(threads, { maxConnectionsPerAddress: 1 }, 7),
      spawn: ((part: ServerPart) => {
        const thread = new FakeThread(part);
        this.started.push(thread);
        return thread;
      }) as never,
    });
    this.spread.start(this.supervise);
  }

  thread(index: number): FakeThread {
    return this.#places[index]!.current;
  }

  dies(index: number): number {
    return this.spread.left(this.thread(index) as unknown as AnyTonic);
  }

  startsAgain(index: number): void {
    const place = this.#places[index]!;
    place.current = place.make();
  }

  gives(...sockets: string[]): boolean[] {
    return sockets.map((socket) => this.spread.handOver({ socket }));
  }

  sockets(index: number): unknown[] {
    return this.thread(index).sockets.map((socket) => (socket as { socket: string }).socket);
  }
}

describe('a server that is spread over threads', () => {
  it('gives each connection to the thread that has the fewest', () => {
    const bench = new Bench({ threads: 3 });
    bench.gives('a', 'b', 'c', 'd');
    expect([0, 1, 2].map((index) => bench.sockets(index))).to.deep.equal([['a', 'd'], ['b'], ['c']]);
    bench.thread(1).tally.closed();
    bench.gives('e');
    expect(bench.sockets(1)).to.deep.equal(['b', 'e']);
    expect(bench.spread.tally.open).to.equal(4);
  });

  it('does not count one that could not be moved', () => {
    const bench = new Bench();
    bench.thread(0).refuses = true;
    expect(() => bench.gives('a')).to.throw('it cannot be moved');
    expect(bench.spread.tally.open).to.equal(0);
  });

  it('gives nothing to a thread that has died, until another one runs in its place', () => {
    const bench = new Bench();
    bench.gives('a', 'b');
    bench.dies(0);
    bench.gives('c', 'd');
    expect([bench.sockets(0), bench.sockets(1)]).to.deep.equal([['a'], ['b', 'c', 'd']]);
    bench.startsAgain(0);
    bench.gives('e');
    expect(bench.sockets(0)).to.deep.equal(['e']);
  });

  it('knows what comes of the thread that runs now from what one before it has said', () => {
    const bench = new Bench();
    const { life } = bench.thread(0).part;
    expect([bench.spread.isOf(0, life), bench.spread.isOf(0, life + 1)]).to.deep.equal([true, false]);
    bench.dies(0);
    expect(bench.spread.isOf(0, life)).to.equal(false);
    bench.startsAgain(0);
    const { life: next } = bench.thread(0).part;
    expect([bench.spread.isOf(0, life), bench.spread.isOf(0, next)]).to.deep.equal([false, true]);
  });

  it('says so where none of them runs', () => {
    const bench = new Bench();
    bench.dies(0);
    bench.dies(1);
    expect(bench.gives('a')).to.deep.equal([false]);
    expect(bench.spread.tally.open).to.equal(0);
  });

  it('counts the connections of a dead thread as failed, with those that it had been handed and not taken', () => {
    const bench = new Bench();
    bench.gives('a', 'b', 'c');
    bench.thread(0).tally.add('accepted');
    expect(bench.dies(0)).to.equal(2);
    expect(bench.spread.tally.counts).to.deep.include({ accepted: 1, open: 1, failed: 2 });
  });

  it('gives back what a dead thread held of an address', () => {
    const bench = new Bench();
    const peer = { address: '192.0.2.1', port: 1 };
    const addressesOf = (index: number) =>
      new LimitMaker(nodeClock, bench.thread(index).part.limits, index).addresses(1);
    const [first, second] = [addressesOf(0), addressesOf(1)];
    expect([first.enter({}, peer), second.enter({}, peer)]).to.deep.equal([true, false]);
    bench.dies(0);
    expect(second.enter({}, peer)).to.equal(true);
  });

  it('is told of other infusions, and counts nothing', () => {
    const bench = new Bench();
    bench.gives('a');
    expect(bench.spread.left({ _ttFace: {} } as unknown as AnyTonic)).to.equal(0);
    expect(bench.spread.tally.open).to.equal(1);
  });

  it('has a thread paused that is started while it is paused', () => {
    const bench = new Bench();
    bench.spread.pause();
    bench.dies(1);
    bench.startsAgain(1);
    expect(bench.thread(1).heard).to.deep.equal(['pause']);
    bench.spread.resume();
    bench.dies(1);
    bench.startsAgain(1);
    expect(bench.thread(1).heard).to.deep.equal([]);
  });

  describe('whose threads listen', () => {
    const at = { address: '127.0.0.1', port: 7_000 } as const;
    const ports = (bench: Bench): unknown[] => bench.started.map(({ part }) => part.options['port']);

    it('starts the others at the port that the first one has', () => {
      const bench = new Bench({ threads: 3, handsOver: false });
      expect(bench.started).to.have.length(1);
      const { spread, supervise } = bench;
      const all = [0, 1, 2].map((index) => spread.listens(index, at, supervise));
      expect(all, 'all listen when the last one does').to.deep.equal([false, false, true]);
      expect(ports(bench)).to.deep.equal([0, 7_000, 7_000]);
    });

    it('starts the others once, also where the first one dies meanwhile', () => {
      const bench = new Bench({ threads: 2, handsOver: false });
      const { spread, supervise } = bench;
      spread.listens(0, at, supervise);
      bench.dies(0);
      bench.startsAgain(0);
      expect(spread.listens(1, at, supervise)).to.equal(false);
      expect(spread.listens(0, at, supervise)).to.equal(true);
      expect(ports(bench)).to.deep.equal([0, 7_000, 7_000]);
    });
  });
});
