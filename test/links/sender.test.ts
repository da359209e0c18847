import { expect } from 'chai';
import { type Batch, type Channel, NUMBERS_PER_ORDER, Sender, type Totals } from '../doors/links.js';

/** Orders that may be over there and not done; a chunk may go over it before the sender looks. */
const WINDOW = 8_192;
const CHUNK = 512;
/** The same in bytes. */
const WINDOW_BYTES = 16 * 1024 * 1024;
const CHUNK_BYTES = 256 * 1024;

interface Arrived {
  readonly target: number;
  readonly key: string | undefined;
  readonly source: number;
  readonly sourceKey: string | undefined;
  readonly args: unknown[];
}

/** The other side of a sender: what arrives there is done when the test says so. It tells of that as the sender asks for it, or not at all. */
class Side implements Channel {
  readonly isParallel = true;
  readonly totals: Totals = { waiting: 0, bytes: 0, departed: 0 };
  readonly sender = new Sender(this.totals);
  readonly arrived: Arrived[] = [];
  readonly batches: Batch[] = [];
  /** Where a crash tells exactly what was done. */
  doneThere: number | undefined;
  held = 0;
  #done = 0;
  readonly #asked: number[] = [];
  readonly #names: string[] = [];

  constructor() {
    this.sender.connect(this);
  }

  put(n: number, key = 'ttsc__work', args: unknown[] = [n]): void {
    if (this.sender.put(1, key, 0, undefined, args, undefined, [])) this.sender.flush(0);
  }

  putMany(count: number): void {
    for (let n = 0; n < count; n++) this.put(n);
  }

  flush(): void {
    this.sender.flush(0);
  }

  /** Does the next ones, one by one. */
  do(count: number): void {
    for (let n = 0; n < count; n++) {
      this.#done++;
      if (this.doneThere !== undefined) this.doneThere = this.#done;
      if (this.#asked[0] !== this.#done) continue;
      this.#asked.shift();
      if (this.sender.acknowledged(this.#done)) this.flush();
    }
  }

  post(message: unknown): void {
    const batch = structuredClone(message) as Batch;
    this.batches.push(batch);
    const [, first, , asks, heads, args, notes] = batch;
    this.#names.push(...(notes?.names ?? []));
    let next = 0;
    for (let at = 0; at < heads.length; at += NUMBERS_PER_ORDER) {
      const end = next + (heads[at + 4]! >> 1);
      this.arrived.push({
        target: heads[at]!,
        key: this.#names[heads[at + 1]!],
        source: heads[at + 2]!,
        sourceKey: this.#names[heads[at + 3]!],
        args: args.slice(next, end),
      });
      next = end + (heads[at + 4]! & 1);
    }
    expect(first + heads.length / NUMBERS_PER_ORDER).to.equal(this.arrived.length);
    if (asks) this.#asked.push(this.arrived.length);
  }

  get numbers(): number[] {
    return this.arrived.map(({ args }) => args[0] as number);
  }

  hold(): void {
    this.held++;
  }
  letGo(): void {
    this.held--;
  }
  open(): void {}
  drain(): void {}
  look(): void {}
  tellDone(): void {}
  close(): void {}
}

function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, n) => n);
}

describe('a sender', () => {
  let side: Side;
  beforeEach(() => (side = new Side()));

  it('brings target, sparkle, source and arguments of an order', () => {
    side.sender.put(7, 'ttsc__first', 3, 'ttse__onStart', ['a', { b: 1 }], undefined, []);
    side.sender.put(8, 'ttsc__second', 0, undefined, [], undefined, []);
    side.flush();
    expect(side.arrived).to.deep.equal([
      { target: 7, key: 'ttsc__first', source: 3, sourceKey: 'ttse__onStart', args: ['a', { b: 1 }] },
      { target: 8, key: 'ttsc__second', source: 0, sourceKey: undefined, args: [] },
    ]);
  });

  it('keeps orders apart that have any number of arguments, with refs and without', () => {
    for (let n = 0; n < 50; n++) {
      const args = upTo(n % 6).map((at) => n * 10 + at);
      side.sender.put(1, `ttsc__work${n % 3}`, 0, undefined, args, n % 4 === 0 ? [] : undefined, []);
    }
    side.flush();
    for (const [n, { key, args }] of side.arrived.entries()) {
      expect(key).to.equal(`ttsc__work${n % 3}`);
      expect(args).to.deep.equal(upTo(n % 6).map((at) => n * 10 + at));
    }
    expect(side.arrived).to.have.length(50);
  });

  it('sends nothing before it is flushed, and then all in one message', () => {
    side.putMany(100);
    expect(side.arrived).to.have.length(0);
    expect(side.totals).to.deep.equal({ waiting: 100, bytes: 0, departed: 0 });
    side.flush();
    expect(side.batches).to.have.length(1);
    expect(side.numbers).to.deep.equal(upTo(100));
    expect(side.totals).to.deep.equal({ waiting: 0, bytes: 0, departed: 100 });
  });

  it('sends nothing where there is nothing to send', () => {
    side.flush();
    side.put(1);
    side.flush();
    side.flush();
    expect(side.batches).to.have.length(1);
  });

  it('keeps all until there is a way', () => {
    const early = new Sender(side.totals);
    early.put(1, 'ttsc__work', 0, undefined, ['early'], undefined, []);
    early.flush(0);
    expect([side.batches.length, early.waiting]).to.deep.equal([0, 1]);
    early.connect(side);
    early.flush(0);
    expect(side.arrived.map(({ args }) => args)).to.deep.equal([['early']]);
  });

  it('tells how much of the other side was done with each message, and alone', () => {
    side.put(1);
    side.sender.flush(17);
    side.sender.acknowledge(18);
    expect(side.batches.map(([, , done]) => done)).to.deep.equal([17, 18]);
    expect(side.arrived).to.have.length(1);
  });

  it('cuts a long turn into messages, in order', () => {
    side.putMany(CHUNK * 3 + 5);
    side.flush();
    expect(side.batches).to.have.length(4);
    for (const [, , , , heads] of side.batches) expect(heads.length / NUMBERS_PER_ORDER).to.be.at.most(CHUNK);
    expect(side.numbers).to.deep.equal(upTo(CHUNK * 3 + 5));
  });

  it('sends no more than the other side may have undone; the rest waits', () => {
    side.putMany(WINDOW * 3);
    side.flush();
    expect(side.arrived).to.have.length(WINDOW);
    expect(side.sender.waiting).to.equal(WINDOW * 2);
    side.flush();
    expect(side.arrived).to.have.length(WINDOW);
  });

  it('goes on once the other side has caught up, in order, to the end', () => {
    const count = WINDOW * 4 + 17;
    side.putMany(count);
    side.flush();
    for (let done = 0; done < count; done++) {
      expect(side.arrived.length - done).to.be.within(1, WINDOW + CHUNK);
      side.do(1);
    }
    expect(side.numbers).to.deep.equal(upTo(count));
    expect(side.totals).to.deep.equal({ waiting: 0, bytes: 0, departed: count });
  });

  it('asks to be told seldom', () => {
    side.putMany(WINDOW);
    side.flush();
    expect(side.batches.filter(([, , , asks]) => asks)).to.have.length(2);
  });

  it('sends no more bytes than the other side may have undone; the rest waits, and is counted', () => {
    const size = 64 * 1024;
    const count = 1_000;
    for (let n = 0; n < count; n++) side.put(n, 'ttsc__work', [n, new Uint8Array(size)]);
    side.flush();
    const arrived = side.arrived.length;
    expect(arrived * size).to.be.within(WINDOW_BYTES, WINDOW_BYTES + CHUNK_BYTES);
    expect(side.totals).to.deep.equal({ waiting: count - arrived, bytes: (count - arrived) * size, departed: arrived });
    for (const [, , , , heads] of side.batches)
      expect((heads.length / NUMBERS_PER_ORDER) * size).to.be.at.most(CHUNK_BYTES);
    side.do(count);
    expect(side.numbers).to.deep.equal(upTo(count));
    expect(side.totals).to.deep.equal({ waiting: 0, bytes: 0, departed: count });
  });

  it('sends an order that is larger than all that, alone', () => {
    for (let n = 0; n < 3; n++) side.put(n, 'ttsc__work', [n, new Uint8Array(2 * WINDOW_BYTES)]);
    side.flush();
    for (let n = 0; n < 3; n++) {
      expect(side.arrived).to.have.length(n + 1);
      side.do(1);
    }
    expect(side.sender.waiting).to.equal(0);
  });

  it('counts texts and buffers, in a list too, and no shared memory', () => {
    const shared = new Uint8Array(new SharedArrayBuffer(100_000));
    const list = [new Uint8Array(7), 'abc'];
    side.put(0, 'ttsc__work', ['12345', new Uint8Array(100), list, new ArrayBuffer(20), shared, 8]);
    expect(side.totals.bytes).to.equal(5 + 100 + 7 + 3 + 20);
  });

  it('lets a later order wait behind those that wait', () => {
    side.putMany(WINDOW + CHUNK);
    side.flush();
    side.put(-1, 'ttsc__last');
    side.flush();
    expect(side.arrived.at(-1)!.key).to.equal('ttsc__work');
    side.do(WINDOW);
    expect(side.arrived.at(-1)!.key).to.equal('ttsc__last');
    expect(side.numbers.slice(0, -1)).to.deep.equal(upTo(WINDOW + CHUNK));
  });

  it('brings notes along, and alone where there is no order', () => {
    (side.sender.notes.gone ??= []).push(5);
    side.flush();
    side.put(1);
    (side.sender.notes.released ??= []).push(6);
    side.flush();
    const notes = side.batches.map((batch) => batch[6]);
    expect(notes).to.have.length(2);
    expect(notes[0]).to.deep.equal({ gone: [5] });
    expect(notes[1]!.released).to.deep.equal([6]);
    expect(side.numbers).to.deep.equal([1]);
  });

  it('keeps its thread open until all has left', async () => {
    side.putMany(WINDOW + CHUNK);
    const emptied = side.sender.emptied(0);
    expect(side.held).to.equal(1);
    side.do(WINDOW);
    await emptied;
    expect(side.held).to.equal(0);
  });

  it('waits for nobody once it is closed, and nothing of it counts as waiting', async () => {
    side.putMany(WINDOW + CHUNK);
    const emptied = side.sender.emptied(0);
    side.sender.close();
    await emptied;
    await side.sender.emptied(0);
    expect(side.totals).to.include({ waiting: 0, bytes: 0 });
  });
});

describe('what a sender has lost when the other side ends', () => {
  let side: Side;
  beforeEach(() => (side = new Side()));

  for (const [how, exactly] of [
    ['as it was told', undefined],
    ['as the memory of both tells', 0],
  ] as const) {
    it(`is nothing where all was done, ${how}`, () => {
      side.doneThere = exactly;
      side.putMany(1_000);
      side.flush();
      side.do(1_000);
      if (exactly === undefined) side.sender.acknowledged(1_000);
      expect(side.sender.undone()).to.deep.equal([]);
    });
  }

  it('is named by its sparkles, in order: sent and not done, and not sent', () => {
    side.doneThere = 0;
    for (const key of ['ttsc__a', 'ttsc__b', 'ttsc__c']) side.put(0, key);
    side.flush();
    for (const key of ['ttsc__d', 'ttsc__e']) side.put(0, key);
    side.flush();
    side.put(0, 'ttsc__f');
    side.do(2);
    expect(side.sender.undone()).to.deep.equal(['ttsc__c', 'ttsc__d', 'ttsc__e', 'ttsc__f']);
    side.do(2);
    expect(side.sender.undone()).to.deep.equal(['ttsc__e', 'ttsc__f']);
  });

  it('is counted right where much is in flight and much waits', () => {
    side.doneThere = 0;
    side.putMany(WINDOW * 2 + 3);
    side.flush();
    side.do(1_234);
    expect(side.sender.undone()).to.have.length(WINDOW * 2 + 3 - 1_234);
  });
});
