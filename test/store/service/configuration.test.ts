import { expect } from 'chai';
import * as v from 'valibot';
import { type ConfigurationSources, Formula, type FormulaPaths, Tonic } from '../../../src/index.js';
import { Store, type StoreEvent, type StoreHandle, StoreTree, type StoreValue } from '../../../src/store/index.js';
import { Distiller } from '../../../src/testing/index.js';
import { Op, Tree } from '../../doors/store.js';
import { codeOf } from '../../support/errors.js';
import { type Stage, Threads, type Uses, onThreads } from './threads.js';
import { LIMITS } from '../support/trees.js';
import { World } from './world.js';
import { onlyWithAll } from '../../support/how-many.js';

const DEVICES: FormulaPaths = [
  ['devices/wiz/#/name', 'door'],
  ['devices/wiz/./ip', '10.0.0.2'],
  ['devices/wiz/#/name', 'desk'],
];

const WARN = 40;
const changes = v.looseObject({ live: v.optional(v.pipe(v.any(), v.metadata({ reload: true })), {}) });

interface Configured extends Stage {
  /** The variables that are read; a test changes them. */
  readonly env: Record<string, string>;
  reload(): Promise<void>;
}

/** The app of three threads, with a configuration of its own. */
async function configured(code: FormulaPaths, env: Record<string, string> = {}, first?: (user: Uses) => void) {
  class App extends Threads {
    protected override creatingFormula(): FormulaPaths {
      return code;
    }
    protected override creatingConfiguration(): ConfigurationSources {
      return { env: { prefix: 'APP_', from: env }, schema: changes };
    }
  }
  const distiller = await Distiller.start(App, { seed: 1 });
  const stage = await onThreads({ distiller, ...(first === undefined ? {} : { first }) });
  const reload = async (): Promise<void> => {
    distiller.runtime.reloadConfiguration();
    await distiller.settle();
  };
  return { ...stage, env, reload } satisfies Configured;
}

const event = (
  path: string,
  value: StoreValue | undefined,
  old: StoreValue | undefined,
  source: string | undefined,
): StoreEvent => ({ path, value, old, source });

describe('the configuration in the Store', () => {
  it('is read in every thread, section by section', async () => {
    const { all } = await configured(DEVICES);
    for (const { store, config } of all as readonly (Uses & Pick<Tonic, 'config'>)[]) {
      expect(store.get('formula/log/level')).to.equal(config.get('log/level'));
      expect(store.get('formula/project/name')).to.equal('App');
      expect(store.get('formula/devices/wiz/#0/name')).to.equal('door');
      expect(store.at('formula/devices/wiz').children('')).to.have.lengthOf(2);
      expect(store.has('formula/log')).to.equal(true);
      expect(store.get('formula/log')).to.equal(undefined);
    }
  });

  it('has a list as one value', async () => {
    const { one } = await configured([['doors', ['red', { size: 2 }]]]);
    expect(one.store.get('formula/doors')).to.deep.equal(['red', { size: 2 }]);
    expect(one.store.at('formula/doors').keys()).to.deep.equal([]);
  });

  it('has a section as one value where a name in it can be none of a path', async () => {
    const { one } = await configured([['rules', { 'net/*': 'full', plain: { x: 1 } }]]);
    expect(one.store.get('formula/rules')).to.deep.equal({ 'net/*': 'full', plain: { x: 1 } });
  });

  it('has a section without settings', async () => {
    const { one } = await configured([['none', {}]]);
    expect(one.store.has('formula/none')).to.equal(true);
  });

  it('has nothing in it that the dump of the configuration masks', async () => {
    const hidden: FormulaPaths = [
      ['server', { host: 'a', password: 'hidden', apiToken: { id: 'hidden' } }],
      ['brokers', ['mqtt://user:hidden@one', 'mqtt://two', { pin: 'hidden', port: 1 }]],
      ['url', 'https://host/?token=hidden'],
      ['json', '{"password":"hidden"}'],
      ['rules', { 'a/b': 1, secret: 'hidden' }],
    ];
    const { all, local } = await configured(hidden);
    expect(local.config.dump()).not.to.contain('hidden');
    for (const { store } of all) {
      expect(store.dumps()).not.to.contain('hidden');
      expect(store.at('formula/server').keys()).to.deep.equal(['host']);
      expect(store.get('formula/brokers')).to.deep.equal([undefined, 'mqtt://two', { port: 1 }]);
      expect(store.has('formula/url')).to.equal(false);
      expect(store.get('formula/rules')).to.deep.equal({ 'a/b': 1 });
    }
  });

  it('has texts in it that only look as if they held a secret', async () => {
    const { one } = await configured([
      ['greeting', '[hall] hello'],
      ['link', 'https://host/?page=1'],
    ]);
    expect(one.store.get('formula/greeting')).to.equal('[hall] hello');
    expect(one.store.get('formula/link')).to.equal('https://host/?page=1');
  });

  it('leaves out what does not cross to other threads, and rings', async () => {
    const ring: Record<string, unknown> = { x: 1 };
    ring['self'] = ring;
    ring['list'] = [ring, 2];
    const { one } = await configured([
      ['made', { by: Math.min, at: new Map(), text: 'a' }],
      ['ring', ring],
    ]);
    expect(one.store.at('formula/made').dump()).to.deep.equal([['text', 'a']]);
    expect(one.store.at('formula/ring').dump()).to.deep.equal([
      ['list', [undefined, 2]],
      ['x', 1],
    ]);
  });

  it('tells of what is deeper than a Store may be, and has the rest', async () => {
    const names = Array.from({ length: 70 }, (_, at) => `n${at}`);
    const { distiller, one } = await configured([
      [names.join('/'), 1],
      ['z', 2],
    ]);
    expect(one.store.get('formula/z')).to.equal(2);
    const warned = warningsOf(distiller);
    expect(warned.join()).to.contain('more than 64 segments');
  });

  it('says how far the app has come', async () => {
    const { all } = await configured([]);
    for (const { store } of all) expect(store.get('formula/project/status')).to.equal('mainRunning');
  });

  it('is in no other Store, where "formula" is a name as any', async () => {
    const { distiller, one } = await configured(DEVICES);
    one.ttsc__do((it) => void it.useTwin());
    await distiller.settle();
    const seen: unknown[] = [];
    one.ttsc__do((it) => {
      const twin = it.useTwin();
      seen.push(twin.keys());
      seen.push(twin.set('formula/x', 1).get('formula/x'));
    });
    await distiller.settle();
    expect(seen).to.deep.equal([['rooms'], 1]);
  });

  describe('can only be read:', () => {
    const writes: Record<string, (user: Uses) => void> = {
      'a value': ({ store }) => void store.set('formula/log/level', 'debug'),
      'the value that is there': ({ store }) => void store.set('formula/devices/wiz/#0/name', 'door'),
      'a value at its top': ({ store }) => void store.set('/formula/', 1),
      'a value of a cursor': ({ store }) => {
        store.at('formula/devices/wiz/#0/name').v = 'other';
      },
      'a new path': ({ store }) => void store.set('formula/own/x', 1),
      'an element': ({ store }) => void store.at('formula').append().set('x', 1),
      'an element by "#"': ({ store }) => void store.set('formula/devices/wiz/#', 1),
      'no value': ({ store }) => void store.set('formula/log/level', undefined),
      'a removal': ({ store }) => store.remove('formula/devices/wiz/#0'),
      'a removal of all': ({ store }) => store.remove('formula'),
      'a removal of nothing': ({ store }) => store.remove('formula/none/x'),
      'a pop': ({ store }) => void store.at('formula').pop('log/level'),
      'a link': ({ store }) => void store.at('formula/here').linkTo('a'),
      'a link in its place': ({ store }) => void store.at('formula').linkTo('a'),
      'a load': ({ store }) => void store.at('formula').load([['x', 1]]),
      'a load in its place': ({ store }) => void store.at('formula').load([], { replace: true }),
      'a property of each': ({ store }) => void store.at('formula/devices/wiz').setEach('on', true),
      'a group': ({ store }) =>
        store.group(() => {
          store.set('kept', 1);
          store.set('formula/x', 1);
        }),
      'a write through a link': ({ store }) =>
        store.group(() => {
          store.at('there').linkTo('formula/devices');
          store.set('there/wiz/#0/name', 'other');
        }),
    };
    for (const [what, write] of Object.entries(writes))
      it(`${what} is refused, and nothing of its batch is done`, async () => {
        const { distiller, all } = await configured(DEVICES);
        const before = all[0]!.store.dump();
        const codes: unknown[] = [];
        for (const user of all) user.ttsc__do(() => codes.push(codeOf(() => write(user))));
        await distiller.settle();
        expect(codes).to.deep.equal(Array(3).fill('TT_STORE_READ_ONLY'));
        for (const { store } of all) expect(store.dump()).to.deep.equal(before);
      });

    it('the error says what to do', async () => {
      const { distiller, one } = await configured([]);
      let message = '';
      one.ttsc__do(({ store }) => {
        try {
          store.set('formula/log/level', 'debug');
        } catch (thrown) {
          ({ message } = thrown as Error);
        }
      });
      await distiller.settle();
      expect(message).to.equal(
        '"formula/log/level" of a Store is read-only: what is under "formula" is the configuration; give the value in ' +
          'creatingFormula() or in another source of it, and have them read again with reloadConfiguration().',
      );
    });

    it('a transaction is refused', async () => {
      const { distiller, all } = await configured([]);
      const codes: unknown[] = [];
      for (const user of all)
        user.ttsc__do(({ store }) => {
          void store.update('formula/x', () => 1).catch((error: { code: string }) => codes.push(error.code));
        });
      await distiller.settle();
      expect(codes).to.deep.equal(Array(3).fill('TT_STORE_READ_ONLY'));
    });

    it('what is written before the copy has come is refused at once, and is told where a link leads there', async () => {
      const codes: unknown[] = [];
      const { distiller, all } = await configured(DEVICES, {}, (user) => {
        codes.push(codeOf(() => user.store.set('formula/x', 1)));
        if (user.store.ready) user.store.at('alias').linkTo('formula/devices');
        else user.store.set('alias/x', 1);
      });
      expect(codes).to.deep.equal(Array(3).fill('TT_STORE_READ_ONLY'));
      const warned = warningsOf(distiller);
      expect(warned.filter((msg) => msg.includes('of a Store is read-only'))).to.have.lengthOf(2);
      for (const { store } of all) expect(store.keys('formula/devices')).to.deep.equal([]);
    });

    it('the owner refuses what a replica asks for that did not refuse it, and what is no request', () => {
      const world = new World(1, { readOnly: { name: 'formula', reason: 'so it is' } });
      const [thread] = world.threads;
      world.tree.asOwner(() => world.tree.write('formula/x', 1));
      world.settle();
      expect(thread!.tree.read('formula/x')).to.equal(1);
      thread!.tree.write('formula/x', 2);
      thread!.tree.write('formula/none', undefined);
      world.settle();
      const codes = thread!.refused.map((error) => codeOf(() => throwing(error)));
      expect(codes).to.deep.equal(['TT_STORE_READ_ONLY', 'TT_STORE_READ_ONLY']);
      expect(world.tree.exists('formula/none')).to.equal(false);
      thread!.toOwner.send('write', 1, 1, 3, [Op.set, 'formula/x', 3], undefined);
      world.settle();
      for (const tree of [world.tree, thread!.tree]) expect(tree.read('formula/x')).to.equal(1);
    });

    it('a tree that nobody commits refuses it, too', () => {
      const tree = new Tree({ ...LIMITS, readOnly: { name: 'mine', reason: 'so it is' } });
      tree.asOwner(() => tree.write('mine/x', 1));
      expect(codeOf(() => tree.write('mine/x', 2))).to.equal('TT_STORE_READ_ONLY');
      tree.write('mine#0', 1);
      tree.write('', 1);
      expect(tree.read('mine/x')).to.equal(1);
    });
  });

  it('may be seen through links, active ones as well', async () => {
    const { distiller, all, env, reload, two } = await configured(DEVICES, { APP_LIVE__LIMIT: '1' });
    two.ttsc__do(({ store }) => void store.at('here').linkTo('formula/live', { bubbleEvents: true }));
    await distiller.settle();
    for (const user of all) user.ttsc__do((it) => void it.store.subscribe('here/**', it.bind('ttse__onChange')));
    await distiller.settle();
    env['APP_LIVE__LIMIT'] = '2';
    await reload();
    for (const { store, heard } of all) {
      expect(store.get('here/limit')).to.equal('2');
      expect(heard).to.deep.equal([[event('here/limit', '2', '1', 'configuration')]]);
    }
  });

  it('follows what is read again, which all threads hear as one batch', async () => {
    const { distiller, all, env, reload } = await configured([], { APP_LIVE__A: '1', APP_LIVE__OLD__X: '1' });
    for (const user of all) user.ttsc__do((it) => void it.store.subscribe('formula/**', it.bind('ttse__onChange')));
    await distiller.settle();
    Object.assign(env, { APP_LIVE__A: '2', APP_LIVE__NEW__Y: '3', APP_LIVE__API_KEY: 'hidden' });
    delete env['APP_LIVE__OLD__X'];
    await reload();
    for (const { store, heard } of all) {
      expect(heard).to.have.lengthOf(1);
      expect(heard[0]).to.have.deep.members([
        event('formula/live/old/x', undefined, '1', 'configuration'),
        event('formula/live/a', '2', '1', 'configuration'),
        event('formula/live/new/y', '3', undefined, 'configuration'),
      ]);
      expect(store.at('formula/live').dump()).to.deep.equal([
        ['a', '2'],
        ['new/y', '3'],
      ]);
    }
    await reload();
    for (const { heard } of all) expect(heard).to.have.lengthOf(1);
  });

  it('is shown as it is while a subscriber is so full that nobody else may write', async function () {
    onlyWithAll(this, 'a subscriber that is full');
    const env: Record<string, string> = { APP_LIVE__A: '1' };
    const full: unknown[] = [];
    class Slow extends Tonic {
      readonly store = this.use(Store);
      ttse__onStart(): void {
        this.store.subscribe('**', this.bind('ttse__onChange'));
      }
      ttse__onChange(events: readonly StoreEvent[]): void {
        // It is full again when the Store hears of the configuration, which has waited behind all of that.
        if (events.length >= 100_000 && full.length === 1) this.#fill();
      }
      ttsc__fill(): void {
        this.#fill();
      }
      #fill(): void {
        const { store } = this;
        for (let at = 0; at < 1_001; at++) store.set('count', Math.random());
        store.group(() => {
          for (let at = 0; at < 100_000; at++) store.set(`many/${at}`, Math.random());
        });
        full.push(codeOf(() => store.set('count', -1)));
      }
    }
    class App extends Formula {
      protected override creatingConfiguration(): ConfigurationSources {
        return { env: { prefix: 'APP_', from: env }, schema: changes };
      }
      protected override creatingStartingTonics(): void {
        new Slow({ name: 'slow' });
      }
    }
    const distiller = await Distiller.start(App, { seed: 1 });
    await distiller.settle();
    const slow = distiller.find<Slow>('slow')!;
    env['APP_LIVE__A'] = '2';
    slow.ttsc__fill();
    distiller.runtime.reloadConfiguration();
    await distiller.settle();
    expect(full).to.deep.equal(['TT_STORE_FULL', 'TT_STORE_FULL']);
    expect(slow.store.get('formula/live/a')).to.equal('2');
  });

  it('has a value become a section, and a section a value', async () => {
    const { all, env, reload } = await configured([], { APP_LIVE__A: '1', APP_LIVE__B__C: '1' });
    delete env['APP_LIVE__B__C'];
    Object.assign(env, { APP_LIVE__B: '2' });
    delete env['APP_LIVE__A'];
    Object.assign(env, { APP_LIVE__A__C: '2' });
    await reload();
    for (const { store } of all)
      expect(store.at('formula/live').dump()).to.deep.equal([
        ['a/c', '2'],
        ['b', '2'],
      ]);
  });

  it('stays as it is when a dump of the whole Store is loaded, which sets the rest', async () => {
    const { distiller, all, two } = await configured(DEVICES);
    two.ttsc__do(({ store }) => {
      store.set({ a: 1, b: 2 });
      const dump = store.dump().map(([path, value]) => [path, path.startsWith('formula/') ? 'other' : value] as const);
      store.set('c', 3);
      store.load(dump, { replace: true });
    });
    await distiller.settle();
    for (const { store } of all) {
      expect(store.keys()).to.deep.equal(['a', 'b', 'formula']);
      expect(store.get('formula/devices/wiz/#0/name')).to.equal('door');
    }
  });

  it('goes into a tree of its own with a dump, where it is data as any', async () => {
    const { one } = await configured(DEVICES);
    const tree = new StoreTree().load(one.store.dump());
    expect(tree.set('formula/x', 1).get('formula/devices/wiz/#1/name')).to.equal('desk');
  });

  it('is there again when the Store is started again, and only what differs is told', async () => {
    class Breaking extends Store {
      static override readonly module = import.meta.url;
      ttsc__break(): void {
        throw new Error('broken');
      }
      ttse__onFinished(): void {
        early(user.store);
      }
    }
    const heard: StoreEvent[] = [];
    const ready: boolean[] = [];
    // Before it is there again.
    const early = (store: StoreHandle): void => {
      ready.push(store.ready);
      store.group(() => {
        store.at('there').linkTo('formula/project');
        store.set('there/name', 'other');
      });
    };
    class User extends Tonic {
      readonly store = this.use(Breaking);
      ttse__onStart(): void {
        this.store.subscribe('**', this.bind('ttse__onChange'));
        this.store.set('a', 1);
      }
      ttse__onChange(events: readonly StoreEvent[]): void {
        heard.push(...events);
      }
    }
    class App extends Formula {
      protected override creatingStartingTonics(): void {
        new User({ name: 'user' });
      }
    }
    const distiller = await Distiller.start(App, { seed: 1 });
    await distiller.settle();
    heard.length = 0;
    const user = distiller.find<User>('user')!;
    distiller.find<Breaking>('store')!.ttsc__break();
    await distiller.settle();
    expect(ready).to.deep.equal([false]);
    expect(warningsOf(distiller).join()).to.contain('\\"there/name\\" of a Store is read-only');
    expect(heard).to.deep.equal([event('a', undefined, 1, undefined)]);
    expect(user.store.keys()).to.deep.equal(['formula']);
    expect(user.store.get('formula/project/name')).to.equal('App');
  });
});

function warningsOf({ lines }: Distiller): string[] {
  return lines.filter(({ level }) => level === WARN).map((line) => JSON.stringify(line));
}

function throwing(error: Error): never {
  throw error;
}
