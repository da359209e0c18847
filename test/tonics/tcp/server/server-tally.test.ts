import { expect } from 'chai';
import { ServerTally } from '../../../doors/tonics.js';
import { turnedAway } from '../../../support/turned-away.js';

describe('the tally of a server', () => {
  it('goes on where a count passes what 32 bits hold', () => {
    const tally = new ServerTally();
    for (const what of [
      'accepted',
      'failed',
      'maxConnections',
      'descriptors',
      'handshake',
      'full',
      'resumed',
    ] as const) {
      tally.add(what, 2 ** 31 - 1);
      tally.add(what);
      tally.add(what, 2 ** 40);
    }
    const count = 2 ** 31 + 2 ** 40;
    const away = turnedAway({ maxConnections: count, descriptors: count, handshake: count });
    const handshakes = { full: count, resumed: count };
    expect(tally.counts).to.deep.equal({ accepted: count, open: 0, turnedAway: away, failed: count, handshakes });
  });

  it('is that of all threads, each of which counts in a line of its own', () => {
    const whole = ServerTally.shared(2);
    const parts = [0, 1].map((index) => new ServerTally(whole.buffer, index));
    parts[0]!.opened();
    parts[1]!.opened();
    parts[1]!.opened();
    for (const tally of [whole, ...parts]) tally.add('accepted');
    for (const tally of [whole, ...parts]) expect(tally.counts).to.deep.include({ accepted: 3, open: 3 });
    expect([whole.openHere, parts[0]!.openHere, parts[1]!.openHere]).to.deep.equal([0, 1, 2]);
  });

  it('counts what a dead thread had open as failed, and no longer as open', () => {
    const whole = ServerTally.shared(2);
    const parts = [0, 1].map((index) => new ServerTally(whole.buffer, index));
    for (const part of [parts[0]!, parts[1]!, parts[1]!]) part.opened();
    expect(whole.closeAll(1)).to.equal(2);
    expect(whole.closeAll(1), 'it has died once').to.equal(0);
    expect(whole.counts).to.deep.include({ open: 1, failed: 2 });
  });
});
