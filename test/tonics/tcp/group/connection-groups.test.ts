import { expect } from 'chai';
import { ConnectionGroups, type ConnectionGroupsOptions, TcpConnection } from '../../../../src/index.js';
import { lines } from '../../../../src/framing/index.js';
import { bench } from '../../../support/bench.js';
import { codeOf } from '../../../support/errors.js';
import { serve, tidyUp } from '../../../support/net-app.js';

class Guest extends TcpConnection.with({ framing: lines() }) {
  override ttse__onFrame(): void {}
}

describe('ConnectionGroups', () => {
  afterEach(tidyUp);

  const three = async (options: ConnectionGroupsOptions<string> = {}) => {
    const rooms = new ConnectionGroups<Guest>(options);
    const app = await serve(() => new Guest());
    const peers = [];
    for (let n = 0; n < 3; n++) peers.push((await app.pair()).peer);
    const [one, two, other] = app.connections as [Guest, Guest, Guest];
    return { app: app.app, rooms, peers, one, two, other };
  };

  it('sends a frame to those of one name, but to the one that it comes from', async () => {
    const { app, rooms, peers, one, two, other } = await three();
    expect([rooms.join('hall', one), rooms.join('hall', two), rooms.join('attic', other)]).to.deep.equal([true, true, true]); // prettier-ignore
    expect(await app.inside(() => rooms.sendFrame('hall', 'hello', two))).to.deep.equal({ sent: 1, skipped: 0 });
    expect(await app.inside(() => rooms.sendFrame('cellar', 'hello'))).to.deep.equal({ sent: 0, skipped: 0 });
    await peers[0]!.received('hello\n');
    await bench().settled();
    expect(peers.map(({ text }) => text)).to.deep.equal(['hello\n', '', '']);
    expect([...rooms.get('hall')!]).to.deep.equal([one, two]);
  });

  it('makes a group for the first one who joins, and has it no more when the last one has left or closed', async () => {
    const { rooms, peers, one, two } = await three();
    rooms.join('hall', one);
    rooms.join('hall', two);
    rooms.join('attic', one);
    expect([...rooms].map(([name, { size }]) => [name, size])).to.deep.equal([
      ['hall', 2],
      ['attic', 1],
    ]);
    expect([rooms.leave('hall', two), rooms.leave('hall', two), rooms.leave('cellar', two)]).to.deep.equal([true, false, false]); // prettier-ignore
    peers[0]!.reset();
    await bench().till(() => rooms.size === 0);
    expect(rooms.get('hall')).to.equal(undefined);
    expect([rooms.join('hall', one), rooms.size]).to.deep.equal([false, 0]);
  });

  it('goes on with a group that somebody joins again in the same turn', async () => {
    const { app, rooms, peers, one } = await three();
    rooms.join('hall', one);
    rooms.leave('hall', one);
    expect([rooms.join('hall', one), rooms.join('hall', one), rooms.size]).to.deep.equal([true, true, 1]);
    await app.inside(() => rooms.sendFrame('hall', 'once'));
    expect(await peers[0]!.received('once\n')).to.equal('once\n');
  });

  it('has no more groups than it may', async () => {
    const { rooms, one, two } = await three({ groups: 2 });
    expect(['a', 'b', 'c'].map((name) => rooms.join(name, one))).to.deep.equal([true, true, false]);
    expect(rooms.join('b', two)).to.equal(true);
    rooms.leave('a', one);
    expect(rooms.join('c', one)).to.equal(true);
    expect(codeOf(() => new ConnectionGroups({ groups: 0 }))).to.equal('TT_BAD_OPTION');
    expect(codeOf(() => new ConnectionGroups({ rooms: 1 } as never))).to.equal('TT_BAD_OPTION');
  });
});
