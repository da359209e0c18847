import { expect } from 'chai';
import { onThreads } from './threads.js';

describe('a Store as a service', () => {
  it('can be read at once in the thread of its owner, and elsewhere when its copy has come, which is told', async () => {
    const { all } = await onThreads();
    for (const user of all) {
      expect(user.store.ready).to.equal(true);
      expect(user.readies).to.deep.equal([{ service: 'store' }]);
    }
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
      read.push(store.at('a').children().map(({ v }) => v));
    });
    await distiller.settle();
    expect(read).to.deep.equal([1, [2]]);
  });
});
