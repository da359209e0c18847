import { expect } from 'chai';
import { WARN, messages } from '../../support/app.js';
import { Boss, endApps, start } from './programs/life-boss.js';
import { Worker } from './programs/life-workers.js';

/** A base for which three calls may wait. */
class Bounded extends Boss {
  static readonly inboxLimit = { orders: 3 };
}

describe('a Tonic whose inbox is bounded, and a thread that calls it', () => {
  afterEach(endApps);

  it('refuses what is too much, and says in a few lines how many that were', async () => {
    const { app, boss } = await start(() => new Bounded());
    const worker = await boss.inside(() => Worker.spawn({ name: 'worker' }));
    await boss.heard.on('started');
    worker.ttsc__sayOften('word', 50);
    await boss.heard.on('word', 3);
    worker.ttsc__say('and on');
    await boss.heard.on('and on');
    const { refused, orders } = boss.inboxCounts;
    expect(orders).to.equal(0);
    expect(boss.heard.count('word') + refused).to.equal(50);
    expect(refused).to.be.above(20);
    const told = messages(app.lines, WARN).filter((text) => text.startsWith('boss refused '));
    const counts = told.map((text) => Number.parseInt(text.slice('boss refused '.length), 10));
    expect(counts[0]).to.equal(1);
    expect(counts.reduce((sum, count) => sum + count, 0)).to.equal(refused);
    expect(told.length).to.be.below(10);
  });
});
