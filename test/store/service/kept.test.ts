import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { Tonic } from '../../../src/index.js';
import { Store, type StoreHandle, type StoreOptions } from '../../../src/store/index.js';
import { Distiller } from '../../../src/testing/index.js';

class Writer extends Tonic {
  store!: StoreHandle;
  readonly saved: string[] = [];

  constructor(private readonly options: StoreOptions) {
    super({ name: 'writer' });
  }
  ttse__onStart(): void {
    this.store = this.use(Store, this.options);
  }
  ttsc__do(what: (writer: this) => void): void {
    what(this);
  }
  ttsc__save(): void {
    this.pipe(this.store.saved(), this.ttse__onSaved, this.ttse__onNotSaved);
  }
  ttse__onSaved(): void {
    this.saved.push('saved');
  }
  ttse__onNotSaved(error: unknown): void {
    this.saved.push((error as { readonly code: string }).code);
  }
}

describe('a Store that is kept', () => {
  let directory: string;
  beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'tt-store-'))));
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  async function withStore(
    options: Omit<StoreOptions, 'persist'>,
    persist = {},
    config = {},
  ): Promise<{ distiller: Distiller; writer: Writer }> {
    const distiller = await Distiller.start(undefined, { config });
    const writer = distiller.infuse(() => new Writer({ ...options, persist: { directory, ...persist } }));
    await distiller.settle();
    return { distiller, writer };
  }

  it('is there again when the app starts again, with lists, links and what has no value', async () => {
    const first = await withStore({});
    first.writer.ttsc__do(({ store }) => {
      store.set([
        ['lamps/#', 'hall'],
        ['lamps/./on', true],
        ['lamps/#', 'attic'],
      ]);
      store.at('lamps').append();
      store.at('light').linkTo('lamps/#0');
      store.remove('lamps/#1');
    });
    await first.distiller.settle();
    const before = first.writer.store.dump();
    first.writer.ttsc__finish();
    await first.distiller.settle();
    expect(first.distiller.finished).to.equal(true);

    const { distiller, writer } = await withStore({});
    expect(writer.store.dump()).to.deep.equal(before);
    expect(writer.store.at('lamps').keys()).to.deep.equal(['#0', '#2']);
    writer.ttsc__do(({ store }) => void store.set('light/on', false));
    await distiller.settle();
    expect(writer.store.get('lamps/#0/on')).to.equal(false);
    await end({ distiller, writer });
  });

  it('says when what was written is kept', async () => {
    const stage = await withStore({});
    stage.writer.ttsc__do(({ store }) => void store.set('a', 1));
    stage.writer.ttsc__save();
    await stage.distiller.settle();
    expect(stage.writer.saved).to.deep.equal(['saved']);
    await end(stage);
  });

  it('keeps only the subtrees that were asked for', async () => {
    const first = await withStore({}, { only: ['devices'] });
    first.writer.ttsc__do(({ store }) => void store.set({ 'devices/lamp': 1, 'now/speed': 2 }));
    await first.distiller.settle();
    await end(first);
    const second = await withStore({}, { only: ['devices'] });
    expect(second.writer.store.keys()).to.deep.equal(['devices', 'formula']);
    expect(second.writer.store.at('devices').dump()).to.deep.equal([['lamp', 1]]);
    await end(second);
  });

  it('has the configuration as it is now, and not as it was kept', async () => {
    const first = await withStore({}, {}, { lamps: { hall: 1, desk: 2 } });
    expect(first.writer.store.get('formula/lamps/desk')).to.equal(2);
    await end(first);
    const second = await withStore({}, {}, { lamps: { hall: 3 } });
    expect(second.writer.store.at('formula/lamps').dump()).to.deep.equal([['hall', 3]]);
    await end(second);
  });

  it('writes snapshots on the way, of which nothing is missing', async () => {
    const first = await withStore({}, { snapshotEvery: 4_096 });
    for (let round = 0; round < 20; round++) {
      first.writer.ttsc__do(({ store }) => {
        for (let at = 0; at < 50; at++) store.set(`a/${at}`, `${round}`.padStart(20));
      });
      await first.distiller.settle();
    }
    const before = first.writer.store.dump();
    await end(first);
    const second = await withStore({}, { snapshotEvery: 4_096 });
    expect(second.writer.store.dump()).to.deep.equal(before);
    await end(second);
  });

  it('does not begin where another process, or another app, has its directory, and says who', async () => {
    const first = await withStore({});
    const distiller = await Distiller.start();
    distiller.infuse(() => new Writer({ persist: { directory } }));
    await distiller.settle();
    expect(distiller.apps[0]!.lines.map(({ err }) => (err as { code?: string } | undefined)?.code)).to.include(
      'TT_STORE_LOCKED',
    );
    await end(first);
  });

  it('refuses what cannot be kept, and does nothing of that batch', async () => {
    const stage = await withStore({});
    const codes: unknown[] = [];
    stage.writer.ttsc__do(({ store }) => {
      try {
        store.set({ a: 1, b: new SharedArrayBuffer(8) });
      } catch (error) {
        codes.push((error as { code: string }).code);
      }
    });
    await stage.distiller.settle();
    expect(codes).to.deep.equal(['TT_STORE_NOT_DURABLE']);
    expect(stage.writer.store.has('a')).to.equal(false);
    await end(stage);
  });
});

async function end({ distiller, writer }: { distiller: Distiller; writer: Writer }): Promise<void> {
  writer.ttsc__finish();
  await distiller.settle();
  expect(distiller.finished).to.equal(true);
}
