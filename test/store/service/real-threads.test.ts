import { expect } from 'chai';
import { Formula, type FormulaData, Tonic } from '../../../src/index.js';
import { Store, type StoreEvent, type StoreHandle } from '../../../src/store/index.js';
import { Counter, ROUNDS } from './counter.js';

class Main extends Tonic {
  readonly heard: StoreEvent[] = [];
  private store!: StoreHandle;
  private left = 2;

  constructor(private readonly ended: (main: Main) => void) {
    super();
  }
  ttse__onStart(): void {
    this.store = this.use(Store);
    this.store.set('shared', new Int32Array(new SharedArrayBuffer(4)));
    this.store.subscribe('count', this.ttse__onCount);
    for (let thread = 0; thread < 2; thread++) Counter.spawn();
  }
  ttse__onCount(events: readonly StoreEvent[]): void {
    this.heard.push(...events);
  }
  ttsc__done(): void {
    if (--this.left > 0) return;
    this.ended(this);
    this.ttsc__finish();
  }
  get content(): StoreHandle {
    return this.store;
  }
}

class App extends Formula {
  constructor(private readonly ended: (main: Main) => void) {
    super();
  }
  protected override creatingFormula(): FormulaData {
    return { log: { to: 'off' } };
  }
  protected override creatingStartingTonics(): void {
    new Main(this.ended);
  }
}

describe('a Store in real threads', () => {
  it('loses and doubles nothing of what they write at the same time, and shares their memory', async () => {
    let seen: { count: unknown; list: unknown[]; shared: number; heard: number[] } | undefined;
    await App.run(({ content, heard }) => {
      seen = {
        count: content.get('count'),
        list: content
          .at('list')
          .children('')
          .map((item) => item.get('round')),
        shared: (content.get('shared') as Int32Array)[0]!,
        heard: heard.map(({ value }) => value as number),
      };
    });
    expect(seen!.count).to.equal(2 * ROUNDS);
    expect(seen!.list.sort()).to.deep.equal(Array.from({ length: 2 * ROUNDS }, (_, at) => at >> 1).sort());
    expect(seen!.shared).to.equal(2 * ROUNDS);
    expect(seen!.heard).to.deep.equal(Array.from({ length: 2 * ROUNDS }, (_, at) => at + 1));
  });
});
