import { expect } from 'chai';
import { TcpServer, type TcpServerOptions } from '../../../../src/index.js';
import { FakeNetwork, type FakeStream } from '../../../support/fake-network.js';
import { VirtualBench } from '../../../support/bench.js';
import { type NetApp, Recorder, startNet, tidyUp } from '../../../support/net-app.js';

afterEach(tidyUp);

/** It answers what it hears with what a promise brings, which the test keeps. */
class Slow extends Recorder {
  constructor() {
    super({ drainTimeout: 500 });
  }
  give!: (answer: string) => void;
  override ttse__onData(): void {
    this.pipe(new Promise<string>((resolve) => (this.give = resolve)), this.ttse__onAnswer);
  }
  ttse__onAnswer(answer: string): void {
    this.send(answer);
  }
}

/** A connection, whose peer and clock are the test's. */
async function connected(
  options: Pick<TcpServerOptions, 'idleTimeout'> = {},
): Promise<{ app: NetApp; stream: FakeStream; connection: Slow; clock: VirtualBench }> {
  const network = new FakeNetwork();
  const clock = new VirtualBench();
  let connection!: Slow;
  const app = await startNet(
    () => void new TcpServer({ port: 9, protocol: () => (connection = new Slow()), ...options }),
    {
      options: { network },
      bench: clock,
    },
  );
  const listener = await network.listener();
  listener.listens();
  const stream = network.peer();
  listener.accepts(stream);
  await clock.settled();
  return { app, stream, connection, clock };
}

describe('a TcpConnection that owes an answer', () => {
  it('sends an answer that it still waits for when its peer ends, and closes then', async () => {
    const { stream, connection, clock } = await connected();
    stream.receives('question');
    await clock.settled();
    stream.peerEnds();
    await clock.pass(400);
    expect([connection.phase, stream.sent]).to.deep.equal(['halfClosed', '']);
    connection.give('answer');
    await clock.settled();
    expect(stream.sent).to.equal('answer');
    const [info] = await connection.heard.on('onDisconnected');
    expect(info).to.deep.equal({ reason: 'peerEnded', error: undefined, discarded: 0 });
  });

  it('is not called idle while its answer is waited for, after the end of its peer', async () => {
    const { stream, connection, clock } = await connected({ idleTimeout: 300 });
    stream.receives('question');
    await clock.settled();
    stream.peerEnds();
    await clock.pass(400);
    connection.give('answer');
    await clock.settled();
    expect(stream.sent).to.equal('answer');
  });

  it('lets go of one that does not come within drainTimeout, says so, and has ended by then', async () => {
    const { app, stream, connection, clock } = await connected();
    stream.receives('question');
    await clock.settled();
    stream.peerEnds();
    await clock.pass(499);
    expect(connection.phase).to.equal('halfClosed');
    await clock.pass(1);
    expect([connection.phase, connection.finished]).to.deep.equal(['closed', true]);
    expect(app.lines.filter(({ code }) => code === 'TT_OWED_LET_GO')).to.have.lengthOf(1);
  });
});

describe('a TcpConnection with idleTimeout', () => {
  it('is not called idle by a loop that was late: what came meanwhile is heard first', async () => {
    const { stream, connection, clock } = await connected({ idleTimeout: 1_000 });
    await clock.pass(900);
    await connection.inside(() => {
      clock.stall(1_500);
      // The next look finds it, after the timers that are due.
      clock.clock.afterPoll(() => stream.receives('in time'));
    });
    await clock.pass(0);
    expect(connection.phase).to.equal('open');
    await clock.pass(999);
    expect(connection.phase).to.equal('open');
    await clock.pass(1);
    expect(connection.phase).to.equal('draining');
  });
});
