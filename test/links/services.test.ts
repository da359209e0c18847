import { expect } from 'chai';
import type { Remote } from '../../src/index.js';
import { Boss, HearingBoss, type Started, endApps, start } from './thread/programs/life-boss.js';
import { Asker, Board, Engine, Lost, MemoryStore } from './thread/programs/life-services.js';

describe('a service over threads', function () {
  this.timeout(20_000);
  afterEach(endApps);

  /** An app with askers in threads of their own. */
  async function askers<B extends Boss>(
    count: number,
    make: () => B,
  ): Promise<Started<B> & { readonly all: readonly Remote<Asker>[] }> {
    const started = await start(make);
    const all = await started.boss.inside(() =>
      Array.from({ length: count }, (_, n) => Asker.spawn({ name: `asker ${n}` })),
    );
    return { ...started, all };
  }

  /** What is on the board, asked of it by the main thread. */
  async function notes(boss: Boss): Promise<{ thread: number; lines: string[] }> {
    const before = boss.heard.count('notes');
    await boss.inside(() => boss.useService(Board).ttsc__tell(boss));
    const [thread, , ...lines] = await boss.heard.on('notes', before + 1);
    return { thread, lines: (lines as string[]).filter((line) => line !== 'access by boss') };
  }

  it('is one, whichever thread asks first, and lives in the main one', async () => {
    const { app, boss, all } = await askers(2, () => new Boss());
    await boss.inside(() => all.forEach((asker) => asker.ttsc__useBoard()));
    await boss.heard.on('used', 2);
    const { thread, lines } = await notes(boss);
    expect(thread).to.equal(0);
    expect(lines).to.have.members(['access by asker 0', 'access by asker 0', 'access by asker 1', 'access by asker 1']);
    expect([...app.ledger].filter((tonic) => tonic instanceof Board)).to.have.lengthOf(1);
  });

  it('is found by its name: as the Tonic where it lives, by its handle in a thread that uses it, and else not', async () => {
    const { app, boss, all } = await askers(2, () => new Boss());
    await boss.inside(() => all[0]!.ttsc__useBoard());
    await boss.heard.on('accessed'); // It runs now: until its module is loaded, the main thread has a handle too.
    await boss.inside(() => all.forEach((asker) => asker.ttsc__find('board')));
    await boss.heard.on('found', 2);
    expect(boss.heard.all('found').flat()).to.have.members(['its handle', 'nobody']);
    expect(app.ledger.find('board')).to.be.instanceOf(Board);
  });

  it('is found by its name in its own thread, and by its handle elsewhere', async () => {
    const { app, boss } = await start(() => new Boss());
    const engine = await boss.inside(() => boss.useService(Engine));
    expect(app.ledger.find('engine')).to.equal(engine);
    engine.ttsc__findYourself(boss);
    expect(await boss.heard.on('found')).to.deep.equal([true]);
  });

  it('gives its asker the handle at once: the same each time, and what is called on it arrives in order', async () => {
    const { boss, all } = await askers(1, () => new Boss());
    const [asker] = all as [Remote<Asker>];
    await boss.inside(() => {
      asker.ttsc__useBoard('red');
      asker.ttsc__noteOften('line', 3);
    });
    expect(await boss.heard.on('used')).to.deep.equal(['board', true]);
    const { lines } = await notes(boss);
    expect(lines).to.deep.equal([
      'access by asker 0 with red',
      'access by asker 0',
      'line 0 by asker 0',
      'line 1 by asker 0',
      'line 2 by asker 0',
    ]);
  });

  it('has one handle in a thread, however it came there', async () => {
    const { boss, all } = await askers(2, () => new Boss());
    await boss.inside(() => all.forEach((asker) => asker.ttsc__useBoard()));
    await boss.heard.on('used', 2);
    await boss.inside(() => all[0]!.ttsc__pass(boss));
    const [board] = (await boss.heard.on('taken')) as [Remote<Board>];
    expect(board).to.equal(await boss.inside(() => boss.useService(Board)));
    await boss.inside(() => all[1]!.ttsc__takeBoard(board));
    expect(await boss.heard.on('same')).to.deep.equal([true]);
    expect((await notes(boss)).lines).to.include('taken by asker 1');
  });

  it('is not kept by a thread that has ended, in order or not', async () => {
    const { app, boss, all } = await askers(2, () => new HearingBoss());
    await boss.inside(() => all.forEach((asker) => asker.ttsc__useBoard()));
    await boss.heard.on('used', 2);
    expect((await notes(boss)).lines).to.have.lengthOf(4);
    await boss.inside(() => all[0]!.ttsc__exit());
    await boss.heard.on('onInfusionFailed');
    await boss.inside(() => all[1]!.ttsc__finish());
    await boss.heard.on('onInfusionFinished', 2);
    // The boss is the last user.
    expect((await notes(boss)).lines.slice(4)).to.have.members(['2 left', '1 left']);
    const ended = await app.finish();
    expect(ended.result.exitCode).to.equal(0);
  });

  it('ends with its last user, which may be in a thread', async () => {
    const { app, boss, all } = await askers(1, () => new Boss());
    await boss.inside(() => all[0]!.ttsc__useBoard());
    await boss.heard.on('accessed');
    expect(app.ledger.dump()).to.contain('service board, used by asker 0 in thread 1');
    await boss.inside(() => all[0]!.ttsc__finish());
    await boss.heard.on('onInfusionFinished');
    await boss.inside(() => {});
    expect([...app.ledger].filter((tonic) => tonic instanceof Board && !tonic.finished)).to.deep.equal([]);
  });

  it('is left by a Tonic of a thread that finishes while the thread goes on', async () => {
    const { boss, all } = await askers(1, () => new Boss());
    await boss.inside(() => {
      all[0]!.ttsc__useBoard();
      all[0]!.ttsc__part();
    });
    await boss.heard.on('used');
    await boss.inside(() => all[0]!.ttsc__note('after'));
    await boss.heard.on('noted');
    const { lines } = await notes(boss);
    const access = lines.findIndex((line) => /^access by asker 0\/\d+\.Part$/.test(line));
    expect(access, lines.join()).to.be.above(-1);
    expect(lines.slice(access + 1).filter((line) => / left$/.test(line))).to.have.lengthOf(1);
  });

  it('that fails is started again, and users in threads keep handles that work', async () => {
    const { boss, all } = await askers(1, () => new Boss());
    await boss.inside(() => all[0]!.ttsc__useBoard('red'));
    await boss.heard.on('accessed', 2);
    await boss.inside(() => boss.useService(Board).ttsc__break());
    await boss.heard.on('accessed', 3);
    await boss.inside(() => all[0]!.ttsc__note('again'));
    await boss.heard.on('noted');
    const { lines } = await notes(boss);
    expect(lines).to.have.members(['access by asker 0', 'again by asker 0']);
  });

  describe('asked from a thread that was given its handle', () => {
    const asked = async (key: string): Promise<{ boss: Boss; asker: Remote<Asker>; board: Remote<Board> }> => {
      const { boss, all } = await askers(1, () => new HearingBoss());
      const [asker] = all as [Remote<Asker>];
      const board = await boss.inside(() => {
        const used = boss.useService(Board);
        asker.ttsc__ask(used, key as 'ttsc__count');
        return used;
      });
      await boss.heard.on('asked');
      return { boss, asker, board };
    };

    it('answers', async () => {
      const { boss } = await asked('ttsc__count');
      expect(await boss.heard.on('count')).to.deep.equal([1]);
    });

    it('that fails before it has answered tells so, though it is started again', async () => {
      const { boss, board } = await asked('ttsc__keep');
      await notes(boss);
      await boss.inside(() => board.ttsc__break());
      expect(await boss.heard.on('no count')).to.deep.equal(['TT_ASK_GONE']);
    });

    it('that has no such sparkle tells so', async () => {
      const { boss } = await asked('ttsc__nothing');
      expect(await boss.heard.on('no count')).to.deep.equal(['TT_UNKNOWN_SPARKLE']);
    });

    it('that has finished tells so', async () => {
      const { boss, asker, board } = await asked('ttsc__count');
      await boss.heard.on('count');
      await boss.inside(() => board.ttsc__stop());
      await boss.inside(() => asker.ttsc__ask(board, 'ttsc__count'));
      expect(await boss.heard.on('no count')).to.deep.equal(['TT_ASK_GONE']);
    });
  });

  it('that ends first is told to users in threads', async () => {
    const { boss, all } = await askers(1, () => new Boss());
    await boss.inside(() => all[0]!.ttsc__useBoard());
    await boss.heard.on('used');
    await boss.inside(() => boss.useService(Board).ttsc__stop());
    expect(await boss.heard.on('completed')).to.deep.equal([undefined]);
  });

  it('whose class does not say where it is fails the one who asks from another thread', async () => {
    const { boss, all } = await askers(1, () => new HearingBoss());
    await boss.inside(() => all[0]!.ttsc__useLost());
    const { error } = await boss.failure();
    expect(error).to.have.property('code', 'TT_SERVICE_FAILED');
    expect(error.cause).to.have.property('code', 'TT_NO_MODULE');
  });

  it('whose class does not say where it is may be used by threads once it runs', async () => {
    const { boss, all } = await askers(1, () => new HearingBoss());
    const lost = await boss.inside(() => boss.useService(Lost));
    await boss.inside(() => {
      all[0]!.ttsc__useLost();
      all[0]!.ttsc__useBoard();
    });
    await boss.heard.on('used');
    expect(lost.finished).to.equal(false);
    expect(boss.heard.count('onInfusionFailed')).to.equal(0);
  });

  it('may be known to a thread by an abstract class only', async () => {
    let store!: MemoryStore;
    const started = await start(() => {
      store = new MemoryStore();
      return new Boss();
    });
    const { boss } = started;
    await boss.inside(() => Asker.spawn().ttsc__useStore('x'));
    expect(await boss.heard.on('put')).to.deep.equal(['x', 0]);
    expect(store.finished).to.equal(false);
  });

  it('that nobody has started fails who knows it by an abstract class only', async () => {
    const { boss } = await start(() => new HearingBoss());
    await boss.inside(() => Asker.spawn().ttsc__useStore('x'));
    expect((await boss.failure()).error.cause).to.have.property('code', 'TT_NO_SERVICE');
  });

  it('may be a Catalyst with a thread of its own', async () => {
    const { boss, all } = await askers(2, () => new HearingBoss());
    await boss.inside(() => all.forEach((asker, n) => asker.ttsc__useEngine(`word ${n}`)));
    const ran = [await boss.heard.on('ran', 1), await boss.heard.on('ran', 2)];
    expect(new Set(ran.map(([, thread]) => thread as number)).size).to.equal(1);
    expect(ran[0]![1]).to.be.above(2);
    expect(ran.map(([word, , from]) => `${word} from ${from}`)).to.have.members([
      'word 0 from asker 0',
      'word 1 from asker 1',
    ]);
    await boss.heard.on('engine access', 2);
  });

  it('whose thread dies is started again in another one', async () => {
    const { boss, all } = await askers(1, () => new Boss());
    await boss.inside(() => all[0]!.ttsc__useEngine('before'));
    const [, thread] = await boss.heard.on('ran');
    const engine = await boss.inside(() => boss.useService(Engine));
    await boss.inside(() => engine.ttsc__exit());
    await boss.heard.on('engine access', 2);
    await boss.inside(() => engine.ttsc__run(boss, 'after'));
    const [word, newThread] = await boss.heard.on('ran', 2);
    expect(word).to.equal('after');
    expect(newThread).to.be.above(thread as number);
  });
});
