import { expect } from 'chai';
import { TcpServer } from '../../../src/index.js';
import { expectThrow } from '../../support/errors.js';
import { Recorder, serve, tidyUp } from '../../support/net-app.js';

describe('the lane of a server', () => {
  afterEach(tidyUp);

  it('is that of its connections, unless they are given one of their own', async () => {
    const app = await serve(() => new Recorder(), { logLane: 'green' });
    const { connection: first } = await app.pair();
    const { connection: second } = await app.pair();
    await first.inside(({ log }) => (log.lane = 'red'));
    expect([first.log.lane, second.log.lane]).to.deep.equal(['red', 'green']);
  });

  it('is refused where there is no such colour', async () => {
    const app = await serve(undefined);
    await app.app.inside(() =>
      expectThrow(() => new TcpServer({ port: 0, logLane: 'pink' as never }), 'TT_BAD_OPTION'),
    );
  });
});
