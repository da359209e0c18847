import { expect } from 'chai';
import type { Item, StoreEvent, StoreHandle } from '../../../src/store/index.js';
import { explore } from '../../../src/testing/index.js';
import { codeOf } from '../../support/errors.js';
import { howMany, onlyWithAll } from '../../support/how-many.js';
import { Frail, Threads, type Twin, type Local, type Uses, Host, Worker, found, onThreads } from './threads.js';

describe('a Store as a service', () => {
  it('can be read at once in the thread of its owner, and elsewhere when its copy has come, which is told', async () => {
    const { all } = await onThreads();
    for (const user of all) {
      expect(user.store.ready).to.equal(true);
      expect(user.readies).to.deep.equal([{ service: 'store' }]);
    }
  });

  it('refuses to be read where its copy has not come', async () => {
    const { one, local } = await onThreads();
    expect(one.first).to.deep.equal({ ready: false, read: 'TT_STORE_NOT_READY' });
    expect(local.first).to.deep.equal({ ready: true, read: undefined });
  });

  it('is read everywhere as it was written anywhere', async () => {
    const { distiller, all } = await onThreads();
    for (const [at, writer] of all.entries()) {
      writer.ttsc__do(({ store }) => store.set(`from/${at}`, { at }));
      await distiller.settle();
      for (const { store } of all) expect(store.get(`from/${at}`)).to.deep.equal({ at });
    }
  });

  it('shows a writer what it has written at once', async () => {
    const { distiller, one } = await onThreads();
    const read: unknown[] = [];
    one.ttsc__do(({ store }) => {
      store.set('a/b', 1);
      read.push(store.get('a/b'));
      store.at('a/b').v = 2;
      read.push(
        store
          .at('a')
          .children()
          .map(({ v }) => v),
      );
    });
    await distiller.settle();
    expect(read).to.deep.equal([1, [2]]);
  });

  it('does what was asked of it before its copy came, in the order in which it was asked', async () => {
    const { distiller, all, local } = await onThreads({
      first: (it) => {
        const { store } = it;
        store.set('early', 1);
        store.subscribe('early/**', it.bind('ttse__onChange'));
        store.set([
          ['early/list/#', 'a'],
          ['early/list/./is', 'mine'],
        ]);
        store.group(() => {
          store.append('x');
          store.at('early/y').linkTo('early/list');
        });
      },
    });
    await distiller.settle();
    // Three Tonics have asked for the same.
    for (const { store } of all) {
      expect(store.get('early')).to.equal(1);
      expect(
        store
          .at('early/y')
          .children('')
          .map((item) => [item.v, item.get('is')]),
      ).to.deep.equal(Array(3).fill(['a', 'mine']));
      expect(store.keys('x')).to.deep.equal(['x#0', 'x#1', 'x#2']);
    }
    expect(local.heard.flat().filter(({ value }) => value === 'mine')).to.have.lengthOf(3);
  });

  it('tells nobody who has subscribed before its copy came, and has ended that', async () => {
    const { distiller, all, local } = await onThreads({
      first: (it) => {
        it.store.subscribe('early', it.bind('ttse__onChange'));
        it.store.unsubscribe(it);
      },
    });
    local.ttsc__do(({ store }) => void store.set('early', 1));
    await distiller.settle();
    for (const { heard } of all) expect(heard).to.deep.equal([]);
  });

  it('refuses what is wrong at once, also before its copy has come', async () => {
    const refused: unknown[] = [];
    await onThreads({
      first: (it) => {
        const { store } = it;
        refused.push(
          codeOf(() => store.set('a//b', 1)),
          codeOf(() => store.set('a', () => {})),
          codeOf(() => store.subscribe('a//b', it.bind('ttse__onChange'))),
        );
      },
    });
    expect(refused).to.deep.equal(Array(3).fill(['TT_STORE_PATH', 'TT_STORE_VALUE', 'TT_STORE_PATH']).flat());
  });

  it('warns of what was asked for before its copy came and cannot be done, and does the rest', async () => {
    const { distiller, one, two, local } = await onThreads({
      first: (it) => {
        if (it.store.ready) return;
        it.store.subscribe('x'.repeat(2_000), it.bind('ttse__onChange'));
        it.store.set('x'.repeat(2_000), 1);
        it.store.set(it.name, 1);
      },
    });
    await distiller.settle();
    expect(local.store.keys()).to.include.members([one.name, two.name]);
    const warnings = distiller.lines.filter((line) =>
      JSON.stringify(line).includes('it has more than 1024 characters'),
    );
    expect(warnings).to.have.lengthOf(4);
  });

  it('numbers an element that was made in another thread, which learns its path then, and may name it in the same batch before', async () => {
    const { distiller, one, two, local } = await onThreads();
    const atOnce = new Map<string, string | undefined>();
    const items = new Map<string, Item>();
    for (const user of [one, two, local])
      user.ttsc__do(({ store, name }) => {
        store.group(() => {
          const item = store.at('log').append();
          items.set(name, item);
          item.set('by', name);
        });
        atOnce.set(
          name,
          codeOf(() => items.get(name)!.path),
        );
      });
    await distiller.settle();
    const later = 'TT_STORE_NOT_CONFIRMED';
    expect(Object.fromEntries(atOnce)).to.deep.equal({ one: later, two: later, local: undefined });
    expect([...items.values()].map(({ path }) => path).sort()).to.deep.equal(['log/#0', 'log/#1', 'log/#2']);
    for (const { store } of [one, two, local])
      for (const [name, { path }] of items) expect(store.at(path).get('by')).to.equal(name);
  });

  it('lets "." be what its writer has made, whoever else makes some meanwhile', async () => {
    const { distiller, one, two } = await onThreads();
    for (let round = 0; round < 10; round++) {
      for (const user of [one, two])
        user.ttsc__do(({ store, name }) =>
          store.set([
            ['log/#', name],
            ['log/./by', name],
          ]),
        );
    }
    await distiller.settle();
    const items = one.store.at('log').children('');
    expect(items).to.have.lengthOf(20);
    for (const item of items) expect(item.get('by')).to.equal(item.v);
  });

  it('gives a subscriber each batch as one sparkle', async () => {
    const { distiller, all, two } = await onThreads();
    for (const user of all) user.ttsc__do((it) => void it.store.subscribe('a/*', it.bind('ttse__onChange')));
    two.ttsc__do(({ store }) => {
      store.group(() => store.set('a/x', 1).set('a/y', 2), { source: 'two' });
      store.set('a/x', 3);
    });
    await distiller.settle();
    for (const { heard } of all)
      expect(heard).to.deep.equal([
        [event('a/x', 1, undefined, 'two'), event('a/y', 2, undefined, 'two')],
        [event('a/x', 3, 1, undefined)],
      ]);
  });

  it('tells a subscriber who has ended that nothing any more, what has waited for him included', async () => {
    const { distiller, all } = await onThreads();
    for (const user of all) {
      user.ttsc__do((it) => {
        const { unsubscribe } = it.store.subscribe(['a', 'b'], it.bind('ttse__onChange'));
        it.store.set({ a: it.name, b: it.name }).set('a', 1);
        unsubscribe();
      });
    }
    await distiller.settle();
    for (const { heard } of all) expect(heard).to.deep.equal([]);
  });

  it('leaves changes of a source out in every thread', async () => {
    const { distiller, all, one } = await onThreads();
    for (const user of all)
      user.ttsc__do((it) => it.store.subscribe('a', it.bind('ttse__onChange'), { ignoreSource: 'slider' }));
    one.ttsc__do(({ store }) => {
      store.source('slider', () => store.set('a', 1));
      store.set('a', 2);
      store.set('a', 3, { notify: false });
    });
    await distiller.settle();
    for (const { heard } of all) expect(heard.flat().map(({ value }) => value)).to.deep.equal([2]);
  });

  describe('a subscriber that is slower than the writers', () => {
    /** Writes so many batches before the subscriber has its turn. */
    async function written(count: number, pathOf: (at: number) => string): Promise<{ local: Local; codes: unknown[] }> {
      const { distiller, local } = await onThreads();
      const codes: unknown[] = [];
      local.ttsc__do((it) => {
        it.store.subscribe('many', it.bind('ttse__onChange'), { recursive: true });
        for (let at = 0; at < count; at++) {
          const code = codeOf(() => it.store.set(pathOf(at), at));
          if (code !== undefined) codes.push(code);
        }
        codes.push(codeOf(() => it.store.set('other', 1)));
      });
      await distiller.settle();
      return { local, codes };
    }

    it('is told of 1,000 batches each, and of the rest by path, with nothing missing at the end', async () => {
      const { local, codes } = await written(2_000, (at) => `many/${at % 7}`);
      expect(local.heard).to.have.lengthOf(1_001);
      expect(local.heard[999]).to.deep.equal([event('many/5', 999, 992, undefined)]);
      expect(local.heard[1_000]).to.have.lengthOf(7);
      expect(local.heard[1_000]![0]).to.deep.equal(event('many/6', 1_994, 993, undefined));
      expect(codes).to.deep.equal([undefined]);
    });

    it('has writers refused when 100,000 paths wait for it, and only those of what it hears', async function () {
      onlyWithAll(this, 'a hundred thousand paths');
      this.timeout(60_000);
      const { local, codes } = await written(101_002, (at) => `many/${at}`);
      expect(codes).to.deep.equal(['TT_STORE_FULL', 'TT_STORE_FULL', undefined]);
      expect(local.heard.at(-1)).to.have.lengthOf(100_000);
      expect(local.store.has('many/101000')).to.equal(false);
      expect(codeOf(() => local.store.set('many/101000', 1))).to.equal(undefined);
    });
  });

  it('tells nobody who has finished', async () => {
    const { distiller, local, one } = await onThreads();
    local.ttsc__do((it) => it.store.subscribe('a', it.bind('ttse__onChange')));
    await distiller.settle();
    local.ttsc__finish();
    one.ttsc__do(({ store }) => store.set('a', 1));
    await distiller.settle();
    expect(local.heard).to.deep.equal([]);
  });

  it('is subscribed to with a sparkle of the Tonic that asks, and with nothing else', async () => {
    const { distiller, local, one } = await onThreads();
    const codes: unknown[] = [];
    local.ttsc__do(({ store }) => {
      codes.push(
        codeOf(() => store.subscribe('a', () => {})),
        codeOf(() => store.subscribe('a', one.bind('ttse__onOther') as never)),
      );
    });
    await distiller.settle();
    expect(codes).to.deep.equal(['TT_NOT_A_SPARKLE', 'TT_NOT_A_SPARKLE']);
  });

  it('tells each handle once what it is, in a subclass under the name of that', async () => {
    const { distiller, local, one } = await onThreads();
    const twins: Uses['store'][] = [];
    for (const user of [local, one]) user.ttsc__do((it) => void twins.push(it.useTwin()));
    await distiller.settle();
    expect(twins.map((twin) => [twin.ready, twin.get('rooms/kitchen')])).to.deep.equal([
      [true, 21],
      [true, 21],
    ]);
    expect(one.readies).to.deep.equal([{ service: 'store' }, { service: 'twin' }]);
    expect(String(twins[0])).to.equal('Store twin');
    expect(local.store.has('rooms')).to.equal(false);
  });

  describe('update()', () => {
    it('counts right whoever counts at the same time', async () => {
      const { distiller, all } = await onThreads();
      const results: unknown[] = [];
      for (let round = 0; round < 20; round++)
        for (const user of all)
          user.ttsc__do(
            ({ store }) =>
              void store.update('count', (n) => ((n as number | undefined) ?? 0) + 1).then((n) => results.push(n)),
          );
      await distiller.settle();
      for (const { store } of all) expect(store.get('count')).to.equal(60);
      expect(results.sort((a, b) => Number(a) - Number(b))).to.deep.equal(
        Array.from({ length: 60 }, (_, at) => at + 1),
      );
    });

    it('rejects with what its function throws, and changes nothing', async () => {
      const { distiller, one } = await onThreads();
      const errors: unknown[] = [];
      one.ttsc__do(
        ({ store }) =>
          void store
            .update('a', () => {
              throw new Error('no');
            })
            .catch((error: Error) => errors.push(error.message)),
      );
      await distiller.settle();
      expect(errors).to.deep.equal(['no']);
      expect(one.store.has('a')).to.equal(false);
    });
  });

  describe('transaction()', () => {
    it('moves what is there from one path to another, so that nothing of it is lost or doubled', async () => {
      const { distiller, all, local } = await onThreads();
      local.ttsc__do(({ store }) => store.set({ 'bank/a': 100, 'bank/b': 0 }));
      await distiller.settle();
      for (let round = 0; round < 10; round++)
        for (const user of all)
          user.ttsc__do(({ store }) => {
            void store.transaction(['bank/a', 'bank/b'], () => {
              const [a, b] = [store.get('bank/a') as number, store.get('bank/b') as number];
              store.set({ 'bank/a': a - 1, 'bank/b': b + 1 });
            });
          });
      await distiller.settle();
      for (const { store } of all) expect([store.get('bank/a'), store.get('bank/b')]).to.deep.equal([70, 30]);
    });

    it('is refused in a group', async () => {
      const { distiller, local } = await onThreads();
      const codes: unknown[] = [];
      local.ttsc__do(({ store }) =>
        store.group(() => {
          store.update('a', () => 1).catch((error: { code: string }) => codes.push(error.code));
        }),
      );
      await distiller.settle();
      expect(codes).to.deep.equal(['TT_STORE_IN_GROUP']);
    });
  });

  it('says when all that was written is carried out', async () => {
    const { distiller, all, local } = await onThreads();
    const saved: unknown[] = [];
    for (const [at, user] of all.entries())
      user.ttsc__do(({ store }) => {
        store.set(`a/${at}`, at);
        void store.saved().then(() => saved.push([at, local.store.get(`a/${at}`)]));
      });
    await distiller.settle();
    expect(saved).to.have.deep.members([0, 1, 2].map((at) => [at, at]));
  });

  it('tells that all is saved when an update that others were quicker than is carried out too', async () => {
    const { distiller, one, two, local } = await onThreads();
    const counted: unknown[] = [];
    for (const user of [one, two])
      user.ttsc__do(({ store }) => {
        for (let round = 0; round < 10; round++) void store.update('count', (n) => Number(n ?? 0) + 1);
        void store.saved().then(() => counted.push(store.get('count')));
      });
    await distiller.settle();
    expect(local.store.get('count')).to.equal(20);
    expect(counted).to.have.lengthOf(2);
    expect(counted[1]).to.equal(20);
    expect(counted[0]).to.be.at.least(10);
  });

  it('begins anew where its owner fails and is started again, which all are told', async () => {
    const { distiller, local, one } = await onThreads();
    const twins = new Map<string, StoreHandle>();
    for (const user of [local, one])
      user.ttsc__do((it) => {
        const twin = it.useTwin();
        twin.subscribe('', it.bind('ttse__onChange'), { recursive: true });
        twins.set(it.name, twin);
      });
    await distiller.settle();
    one.ttsc__do(() => void twins.get('one')!.set({ 'rooms/kitchen': 25, 'rooms/hall': 18 }));
    await distiller.settle();
    for (const { heard } of [local, one]) heard.length = 0;
    (distiller.apps[0]!.ledger.find('twin') as Twin).ttsc__break();
    await distiller.settle();
    for (const twin of twins.values()) expect(twin.dump()).to.deep.equal([['rooms/kitchen', 21]]);
    for (const { heard } of [local, one])
      expect(heard.flat()).to.deep.include.members([event('rooms/hall', undefined, 18, undefined)]);
    one.ttsc__do(() => void twins.get('one')!.set('rooms/hall', 19));
    await distiller.settle();
    for (const twin of twins.values()) expect(twin.get('rooms/hall')).to.equal(19);
    for (const { heard } of [local, one])
      expect(heard.flat().at(-1)).to.deep.equal(event('rooms/hall', 19, undefined, undefined));
  });

  for (const where of ['one', 'local'] as const)
    it(`tells who waits for it in ${where === 'one' ? 'another thread' : "its owner's thread"} when it has finished for good, and is another one where it is asked for again`, async () => {
      const stage = await onThreads();
      const { distiller } = stage;
      const user: Uses = stage[where];
      const told: unknown[] = [];
      const tell = ({ code }: { code: string }): void => void told.push(code);
      let frail!: StoreHandle;
      user.ttsc__do((it) => void (frail = it.useFrail()));
      await distiller.settle();
      user.ttsc__do(() => frail.set('a', 1));
      await distiller.settle();
      (distiller.apps[0]!.ledger.find('frail') as Frail).ttsc__break();
      if (where === 'local') await distiller.settle();
      user.ttsc__do(() => {
        void frail.update('a', (n) => Number(n) + 1).catch(tell);
        void frail.saved().catch(tell);
      });
      await distiller.settle();
      expect(told).to.deep.equal(['TT_STORE_LOST', 'TT_STORE_LOST']);
      expect(frail.ready).to.equal(false);
      user.ttsc__do((it) => void it.useFrail().set('b', 2));
      await distiller.settle();
      expect(frail.dump()).to.deep.equal([['b', 2]]);
    });

  it('tells who has asked before it was there, where it cannot be made', async () => {
    const { distiller, one } = await onThreads();
    const told: unknown[] = [];
    const tell = ({ code }: { code: string }): void => void told.push(code);
    Frail.isBroken = true;
    one.ttsc__do((it) => {
      const frail = it.useFrail();
      void frail.update('a', (n) => Number(n) + 1).catch(tell);
      void frail.saved().catch(tell);
    });
    await distiller.settle().finally(() => (Frail.isBroken = false));
    expect(told).to.deep.equal(['TT_STORE_LOST', 'TT_STORE_LOST']);
  });

  it('is given whole to a thread that comes late', async () => {
    const { distiller, one } = await onThreads();
    one.ttsc__do(
      ({ store }) => void store.group(() => Array.from({ length: 5_000 }, (_, at) => store.set(`many/${at}`, at))),
    );
    await distiller.settle();
    distiller.infuse(() => Worker.spawn({ name: 'late' }));
    await distiller.settle();
    const { store } = found<Worker>(distiller, 'late');
    expect(store.keys()).to.deep.equal(['formula', 'many']);
    expect(store.at('many').keys()).to.have.lengthOf(5_000);
    expect(store.get('many/4999')).to.equal(4_999);
  });

  it('leaves nothing in a thread whose last user has finished, and comes again with the next one', async () => {
    const { distiller, one } = await onThreads();
    const host = distiller.infuse(() => Host.spawn({ name: 'host' }));
    host.ttsc__invite('guest');
    await distiller.settle();
    expect(found<Local>(distiller, 'guest').store.ready).to.equal(true);
    const here = (): string[] => [...found<Host>(distiller, 'host').infusions].map(({ name }) => name);
    expect(here()).to.have.lengthOf(2);
    found<Local>(distiller, 'guest').ttsc__finish();
    await distiller.settle();
    expect(here()).to.deep.equal([]);
    one.ttsc__do(({ store }) => void store.set('a', 1));
    host.ttsc__invite('next');
    await distiller.settle();
    expect(found<Local>(distiller, 'next').store.get('a')).to.equal(1);
  });

  it('ends with the app, whoever uses it, without a warning', async () => {
    const { distiller, local, one, two } = await onThreads();
    for (const user of [local, one, two]) user.ttsc__finish();
    await distiller.settle();
    expect(distiller.apps[0]!.finished).to.equal(true);
    expect(distiller.apps[0]!.lines.filter(({ level }) => level >= 40)).to.deep.equal([]);
  });

  it('comes to the same everywhere in every order of messages', async function () {
    this.timeout(60_000);
    await explore({ app: Threads, runs: howMany(20, 200) }, async (distiller) => {
      const { all } = await onThreads({ distiller });
      for (let round = 0; round < 3; round++) {
        for (const user of all)
          user.ttsc__do(({ store, name }) => {
            store.set('last', `${name} ${round}`);
            store.set([
              ['list/#', name],
              ['list/./round', round],
            ]);
            void store.update('count', (n) => ((n as number | undefined) ?? 0) + 1);
          });
        await distiller.advance(round);
      }
      await distiller.settle();
      const [first, ...others] = all.map(({ store }) => store.dump());
      expect(all[0]!.store.get('count')).to.equal(9);
      expect(all[0]!.store.at('list').keys()).to.have.lengthOf(9);
      for (const other of others) expect(other).to.deep.equal(first);
    });
  });
});

function event(path: string, value: unknown, old: unknown, source: string | undefined): StoreEvent {
  return { path, value, old, source } as StoreEvent;
}
