import { expect } from 'chai';
import { Interest, type InterestSet } from '../../src/selector/interest.js';
import { type KeyOwner, SelectionKey } from '../../src/selector/selection-key.js';
import { ProbeChannel, ProbeHandler } from '../support/probe-channel.js';

describe('the key of a channel that reading is held back for', () => {
  const { READ, HANGUP } = Interest;
  let channel: ProbeChannel;
  let handler: ProbeHandler;
  let key: SelectionKey;
  let queued: SelectionKey[];
  /** A turn: what is ready is dispatched; tells what the handler was given. */
  const turn = (): InterestSet[] => {
    for (const ready of queued.splice(0)) ready.dispatch();
    return handler.ready.splice(0);
  };

  beforeEach(() => {
    queued = [];
    channel = new ProbeChannel();
    handler = new ProbeHandler();
    const owner = { keyReady: (ready: SelectionKey) => void queued.push(ready) } as KeyOwner;
    key = new SelectionKey(owner, channel, READ, handler);
    channel.attach(key);
    key.hold(true);
  });

  it('waits with what it has received, and hears of the end of its socket', () => {
    channel.is(READ);
    expect(turn()).to.deep.equal([]);
    channel.is(HANGUP);
    expect(turn()).to.deep.equal([HANGUP]);
    key.hold(false);
    expect(turn()).to.deep.equal([READ]);
  });

  it('reads once for each loan, and then waits again', () => {
    key.lend(true);
    channel.is(READ);
    expect(turn()).to.deep.equal([READ]);
    channel.is(READ);
    expect(turn(), 'the loan is over').to.deep.equal([]);
    key.lend(true);
    expect(turn(), 'of the next loan').to.deep.equal([READ]);
  });

  it('stops its source at once when that has brought something', () => {
    key.lend(true);
    expect(channel.interests.at(-1)! & READ).to.equal(READ);
    channel.is(READ);
    expect(channel.interests.at(-1)! & READ).to.equal(0);
  });
});
