import { expect } from 'chai';
import { Outbox } from '../../src/collections/index.js';
import { codeOf } from '../support/errors.js';

describe('Outbox', () => {
  it('keeps messages until they are acknowledged, the oldest first', () => {
    const outbox = new Outbox<string>();
    for (const text of ['a', 'b', 'c']) outbox.add(text, 10)!.tries++;
    expect([outbox.acknowledge(2), outbox.acknowledge(2), outbox.acknowledge(9)]).to.deep.equal(['b', undefined, undefined]); // prettier-ignore
    expect([...outbox]).to.deep.equal([
      { number: 1, message: 'a', size: 10, tries: 1 },
      { number: 3, message: 'c', size: 10, tries: 1 },
    ]);
    expect([outbox.size, outbox.bytes]).to.deep.equal([2, 20]);
    outbox.clear();
    expect([outbox.size, outbox.bytes]).to.deep.equal([0, 0]);
  });

  it('gives no number twice that waits, and begins again at 1', () => {
    const outbox = new Outbox<string>({ numbers: 3 });
    const add = (): number | undefined => outbox.add('', 1)?.number;
    expect([add(), add(), add(), add()]).to.deep.equal([1, 2, 3, undefined]);
    outbox.acknowledge(3);
    outbox.acknowledge(1);
    expect(add()).to.equal(1);
  });

  it('lets its receiver miss messages where there is no room, until half of that is free, and tells so', () => {
    const told: (string | number)[] = [];
    const outbox = new Outbox<number>({
      messages: 4,
      onBehind: () => void told.push('behind'),
      onCaughtUp: (missed) => void told.push(missed),
    });
    const add = (): number => outbox.add(0, 1)?.number ?? 0;
    expect([add(), add(), add(), add(), add(), add()]).to.deep.equal([1, 2, 3, 4, 0, 0]);
    outbox.acknowledge(1);
    outbox.acknowledge(2);
    expect([add(), outbox.missed, told]).to.deep.equal([0, 3, ['behind']]);
    outbox.acknowledge(3);
    expect([add(), outbox.missed, told]).to.deep.equal([5, 0, ['behind', 3]]);
  });

  it('counts bytes, those that wait on the connection, too', () => {
    const outbox = new Outbox<number>({ bytes: 100 });
    expect([outbox.add(0, 60)?.number, outbox.add(0, 41), outbox.missed]).to.deep.equal([1, undefined, 1]);
    outbox.acknowledge(1);
    expect([outbox.admits(10, 45), outbox.admits(10, 40), outbox.admits(10, 91), outbox.size]).to.deep.equal([false, true, false, 0]); // prettier-ignore
  });

  it('takes no odd options', () => {
    for (const odd of [{ messages: 0 }, { bytes: -1 }, { numbers: 0.5 }, { onBehind: 5 }, { bound: 1 }])
      expect(
        codeOf(() => new Outbox(odd as never)),
        JSON.stringify(odd),
      ).to.equal('TT_BAD_OPTION');
  });
});
