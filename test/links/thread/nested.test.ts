import { expect } from 'chai';
import type { Remote } from '../../../src/index.js';
import { WARN, messages } from '../../support/app.js';
import { HearingBoss, type Started, endApps, start } from './programs/life-boss.js';
import { type Leaf, Middle } from './programs/life-nested.js';
import { Worker } from './programs/life-workers.js';

interface Family extends Started<HearingBoss> {
  readonly middle: Remote<Middle>;
  readonly leaf: Remote<Leaf>;
}

/** A base, a thread under it, and a thread under that. */
async function family(): Promise<Family> {
  const started = await start(() => new HearingBoss());
  const { boss } = started;
  const middle = await boss.inside(() => Middle.spawn({ name: 'middle' }));
  middle.ttsc__spawn('leaf');
  await boss.heard.on('leaf started');
  const [leaf] = (await boss.heard.on('spawned')) as [Remote<Leaf>];
  return { ...started, middle, leaf };
}

describe('a thread that a thread has started', () => {
  afterEach(endApps);

  it('has that one as its base, and a thread of its own', async () => {
    const { boss, middle, leaf } = await family();
    const [name, base, itself] = await boss.heard.on('leaf started');
    expect(name).to.equal('leaf');
    expect(base).to.equal(middle);
    expect(itself).to.equal(leaf);
    expect(new Set([0, middle.thread, leaf.thread]).size).to.equal(3);
  });

  it("talks with its base's base, both ways", async () => {
    const { boss, leaf } = await family();
    await boss.inside(() => leaf.ttsc__say('from the leaf', 42));
    expect(await boss.heard.on('from the leaf')).to.deep.equal([42]);
  });

  it('talks with its base, both ways', async () => {
    const { boss, leaf } = await family();
    leaf.ttsc__sayToBase('hello');
    const [word, from] = await boss.heard.on('the middle heard');
    expect(word).to.equal('hello');
    expect(from).to.equal(leaf);
  });

  it('talks with a thread of the main one, both ways', async () => {
    const { boss, leaf } = await family();
    const other = await boss.inside(() => Worker.spawn({ name: 'other' }));
    other.ttsc__callThat(leaf, 'called');
    const [from] = await boss.heard.on('called');
    expect(from).to.equal(other);
    leaf.ttsc__callThat(other, 'called back');
    expect(await boss.heard.on('called back')).to.deep.equal([leaf]);
  });

  it('ends before its base, and that before its own', async () => {
    const { app, boss } = await family();
    boss.ttsc__finish();
    const { result, lines } = await app.end();
    const ends = ['leaf finished', 'the middle heard of the end of', 'finished', 'onInfusionFinished', 'onFinished'];
    expect(boss.heard.names.slice(-ends.length)).to.deep.equal(ends);
    expect(result.exitCode).to.equal(0);
    expect(messages(lines, WARN)).to.deep.equal([]);
  });

  it('ends before its base, however deep they are', async () => {
    const { app, boss } = await start(() => new HearingBoss());
    const middle = await boss.inside(() => Middle.spawn({ name: 'middle' }));
    middle.ttsc__spawn('leaf', 2);
    await boss.heard.on('leaf started', 3);
    boss.ttsc__finish();
    await app.end();
    const ends = boss.heard.all('leaf finished').map(([name]) => name as string);
    expect(ends).to.deep.equal(['leaf-2-1', 'leaf-2', 'leaf']);
  });

  it('is known to have finished wherever it is known', async () => {
    const { boss, leaf } = await family();
    expect(leaf.finished).to.equal(false);
    leaf.ttsc__finishYourself();
    await boss.heard.on('the middle heard of the end of');
    await boss.heard.on('leaf finished');
    // The main thread hears of it from the thread itself or from the middle, which has just spoken.
    await boss.inside(() => {});
    expect(leaf.finished).to.equal(true);
  });

  it('leaves its name free', async () => {
    const { boss, middle, leaf } = await family();
    leaf.ttsc__finishYourself();
    await boss.heard.on('the middle heard of the end of');
    middle.ttsc__spawn('leaf');
    await boss.heard.on('leaf started', 2);
    const [again] = (await boss.heard.on('spawned', 2)) as [Remote<Leaf>];
    expect(again.name).to.equal('leaf');
    expect(again).to.not.equal(leaf);
  });

  it('that fails is heard of by its base; where that does not listen it fails too', async () => {
    const { boss, leaf } = await family();
    leaf.ttsc__throw('boom in the leaf');
    const { name, error } = await boss.failure();
    expect(name).to.equal('middle');
    expect(error).to.have.property('code', 'TT_INFUSION_FAILED');
    expect(error.cause).to.be.instanceOf(TypeError).and.to.include({ message: 'boom in the leaf', code: 'E_OWN' });
  });

  it('that cannot be loaded is one that failed', async () => {
    const { boss, middle } = await family();
    middle.ttsc__spawnMissing();
    const { error } = await boss.failure();
    expect(error).to.have.property('code', 'TT_INFUSION_FAILED');
    expect(error.cause).to.have.property('code', 'TT_THREAD_FAILED');
  });

  it('ends in order where its base throws', async () => {
    const { boss, middle } = await family();
    middle.ttsc__throw('boom in the middle');
    const { error } = await boss.failure();
    expect(error.message).to.equal('boom in the middle');
    expect(boss.heard.names).to.include('leaf finished');
  });

  it('is killed where the thread of its base dies, and known to have finished', async () => {
    const { app, boss, middle, leaf } = await family();
    middle.ttsc__exit(3);
    await boss.heard.on('onInfusionFinished');
    expect(leaf.finished).to.equal(true);
    await boss.inside(() => leaf.ttsc__say('nobody'));
    // Its name is free again.
    const again = await boss.inside(() => Worker.spawn({ name: 'leaf' }));
    await boss.heard.on('started', 2);
    expect(again.name).to.equal('leaf');
    await app.finish();
    expect(boss.heard.count('nobody')).to.equal(0);
  });

  it('can be called by whoever is told of it, also where the main thread is busy meanwhile', async () => {
    const { boss } = await start(() => new HearingBoss());
    // Known to the main thread before the one that will start a thread: it is looked at first.
    const other = await boss.inside(() => Worker.spawn({ name: 'other' }));
    await boss.heard.on('started');
    const middle = await boss.inside(() => Middle.spawn({ name: 'middle' }));
    await boss.heard.on('started', 2);
    // The two have spoken before, so they need no introduction.
    middle.ttsc__callThat(other, 'called');
    await boss.heard.on('called');
    await boss.inside(() => middle.ttsc__spawnAndTell('leaf', other));
    await boss.inside(() => {
      const end = performance.now() + 400;
      while (performance.now() < end);
    });
    expect((await boss.heard.on('heard by leaf'))[0]).to.equal(other);
  });
});
