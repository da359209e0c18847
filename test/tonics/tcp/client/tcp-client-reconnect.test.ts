import { expect } from 'chai';
import { TcpClient, TcpConnection } from '../../../../src/index.js';
import { tidyUp } from '../../../support/net-app.js';
import { Lab } from '../../../support/simulated.js';
import type { ToPort } from '../../../support/on-port.js';

afterEach(tidyUp);

/** A protocol whose events go on to the base of its client. */
class Quiet extends TcpConnection {}

/** A client on host a and a server on host b of a simulated network, and what the client's base heard. */
const start = async (options: Partial<ToPort> = {}) => {
  const lab = new Lab();
  const { connections, server } = await lab.server('b');
  let client!: TcpClient;
  const app = await lab.app('a', () => (client = new TcpClient({ host: '10.0.0.1', port: 80, ...options })));
  const story = (): string[] =>
    app.heard.events.map(({ name, args: [, what] }) =>
      name === 'onDisconnected' ? `${what.reason}, ${what.discarded} lost` : name === 'onError' ? what.code : name,
    );
  /** Only now the server and the client lose sight of each other, without a word to either. */
  const vanish = () => lab.network.partition('a', 'b');
  return { lab, client, connections, server, app, story, vanish };
};

type Started = Awaited<ReturnType<typeof start>>;

const opened = async (options: Partial<ToPort> = {}): Promise<Started> => {
  const all = await start(options);
  await all.lab.pass(10);
  expect([all.client.phase, all.story()]).to.deep.equal(['open', ['onConnected']]);
  return all;
};

describe('a TcpClient that is told to reconnect', () => {
  for (const [how, options] of [
    ['is the connection itself', {}],
    ['has a protocol', { protocol: Quiet }],
  ] as const) {
    describe(`and ${how}`, () => {
      it('gives an open connection up and connects again, without the option reconnect', async () => {
        const { lab, client, connections, story } = await opened({ ...options, retryDelay: 1e6 });
        const first = client.protocol;
        client.ttsc__reconnect();
        await lab.pass(10);
        expect(story()).to.deep.equal(['onConnected', 'aborted, 0 lost', 'onConnected']);
        expect([client.phase, client.finished, connections.length]).to.deep.equal(['open', false, 2]);
        if (first !== undefined) expect([first.finished, client.protocol === first]).to.deep.equal([true, false]);
        client.ttsc__send('again');
        await lab.pass(10);
        expect(connections[1]!.text).to.equal('again');
      });

      it('resets the old connection, so that a peer that is there after all hears it', async () => {
        const { lab, client, connections } = await opened(options);
        client.ttsc__reconnect();
        await lab.pass(10);
        expect((await connections[0]!.heard.on('onDisconnected'))[0]).to.include({ reason: 'peerReset' });
      });

      it('does not wait for a peer that has vanished, and tries until it is there again', async () => {
        const { lab, client, connections, story, vanish } = await opened({ ...options, connectTimeout: 1_000 });
        const partition = vanish();
        client.ttsc__send('is anybody there?');
        await lab.pass(10_000);
        expect([client.phase, story()]).to.deep.equal(['open', ['onConnected']]);
        client.ttsc__reconnect();
        await lab.pass(999);
        expect([client.phase, story().slice(1)]).to.deep.equal(['connecting', ['aborted, 0 lost']]);
        await lab.pass(3_000);
        partition.heal();
        await lab.pass(10_000);
        expect([client.phase, connections.length]).to.deep.equal(['open', 2]);
        expect(new Set(story().slice(2, -1))).to.deep.equal(new Set(['TT_CONNECT_TIMEOUT']));
      });

      it('tells how many bytes had not left, and does not send them again', async () => {
        const { lab, client, connections, story, vanish } = await opened(options);
        const partition = vanish();
        client.ttsc__send('x'.repeat(1_000_000));
        await lab.pass(1_000);
        const unsent = client.unsentBytes;
        expect(unsent).to.be.greaterThan(500_000);
        client.ttsc__reconnect();
        partition.heal();
        await lab.pass(1_000);
        expect(story().filter((line) => line.includes('lost'))).to.deep.equal([`aborted, ${unsent} lost`]);
        expect([client.phase, client.unsentBytes, connections[1]!.text]).to.deep.equal(['open', 0, '']);
      });

      it('keeps what is sent after it for the new connection, and gives up what was sent before', async () => {
        const { lab, client, connections, story } = await opened(options);
        client.ttsc__send('before');
        client.ttsc__reconnect();
        client.ttsc__send('after, ');
        await lab.settled();
        client.ttsc__send('and later');
        await lab.pass(10);
        expect(connections[1]!.text).to.equal('after, and later');
        expect(story().filter((line) => line.startsWith('TT_'))).to.deep.equal([]);
      });

      it('refuses what is sent meanwhile with whileDisconnected: fail', async () => {
        const { lab, client, connections, story } = await opened({ ...options, whileDisconnected: 'fail' });
        client.ttsc__reconnect();
        client.ttsc__send('lost');
        await lab.pass(10);
        expect(story()).to.include('TT_SEND_REFUSED');
        expect([client.phase, connections[1]!.text]).to.deep.equal(['open', '']);
      });

      it('does it once, however often it is told so', async () => {
        const { lab, client, connections, story } = await opened(options);
        for (let n = 0; n < 3; n++) client.ttsc__reconnect();
        await lab.settled();
        client.ttsc__reconnect();
        await lab.pass(10);
        expect([connections.length, story().length]).to.deep.equal([2, 3]);
        // Nor does it remember it: the next loss is one as ever.
        connections[1]!.ttsc__abort();
        await lab.pass(60_000);
        expect([client.finished, connections.length]).to.deep.equal([true, 2]);
      });

      it('gives up a connection that the peer has ended', async () => {
        const { lab, client, connections, story } = await opened({ ...options, halfOpen: true });
        connections[0]!.ttsc__end();
        await lab.pass(10);
        expect(client.phase).to.equal('halfClosed');
        client.ttsc__reconnect();
        await lab.pass(10);
        expect(story()).to.deep.equal(['onConnected', 'onEnd', 'aborted, 0 lost', 'onConnected']);
        expect(client.phase).to.equal('open');
      });

      it('does not wait for a connection that closes by itself', async () => {
        const { lab, client, connections, vanish } = await opened({
          ...options,
          idleTimeout: 1_000,
          lingerTimeout: 60_000,
        });
        const partition = vanish();
        await lab.pass(1_500);
        expect(client.phase).to.equal('draining');
        client.ttsc__reconnect();
        partition.heal();
        await lab.pass(500);
        expect([client.phase, connections.length]).to.deep.equal(['open', 2]);
      });

      it('also when it had ended its side', async () => {
        const { lab, client, connections } = await opened(options);
        connections[0]!.ttsc__pause();
        client.ttsc__end();
        client.ttsc__reconnect();
        client.ttsc__send('more');
        await lab.pass(10);
        expect([client.phase, connections[1]!.text]).to.deep.equal(['open', 'more']);
      });

      it('closes after what waits for the new connection has left', async () => {
        const { lab, client, connections, story } = await opened(options);
        client.ttsc__reconnect();
        client.ttsc__send('last words');
        client.ttsc__close();
        await lab.pass(1_000);
        expect([connections[1]!.text, client.finished]).to.deep.equal(['last words', true]);
        expect(story().slice(1, 4)).to.deep.equal(['aborted, 0 lost', 'onConnected', 'onDrain']);
      });

      for (const end of ['ttsc__close', 'ttsc__end', 'ttsc__abort', 'ttsc__finish'] as const) {
        it(`makes no new connection where ${end} follows at once`, async () => {
          const { lab, client, connections, story } = await opened(options);
          client.ttsc__reconnect();
          client[end]();
          await lab.pass(60_000);
          expect([client.finished, connections.length]).to.deep.equal([true, 1]);
          expect(story()).to.include('aborted, 0 lost');
        });
      }

      for (const end of ['ttsc__close', 'ttsc__abort', 'ttsc__finish'] as const) {
        it(`does nothing after ${end}`, async () => {
          const { lab, client, connections } = await opened(options);
          client[end]();
          client.ttsc__reconnect();
          await lab.pass(60_000);
          expect([client.finished, connections.length]).to.deep.equal([true, 1]);
        });
      }

      it('says what becomes of bytes that waited for the new connection where there will be none', async () => {
        const { lab, client, app, story } = await opened(options);
        client.ttsc__reconnect();
        client.ttsc__send('12345');
        client.ttsc__abort();
        await lab.pass(10);
        expect([client.finished, client.unsentBytes]).to.deep.equal([true, 0]);
        expect(story()).to.include('TT_SEND_REFUSED');
        expect(app.heard.all('onError')[0]![1].details).to.include({ bytes: 5 });
      });

      it('lets the try that is under way go on while it connects, with all its retries again', async () => {
        const { lab, client, story } = await start({
          ...options,
          port: 81,
          retries: 1,
          retryDelay: 0,
          connectTimeout: 1_000,
        });
        lab.network.host('b').blackhole(81);
        await lab.pass(1_500);
        expect([client.phase, story().length]).to.deep.equal(['connecting', 1]);
        client.ttsc__reconnect();
        await lab.pass(499);
        expect([client.phase, story().length]).to.deep.equal(['connecting', 1]);
        await lab.pass(1_000);
        expect([client.phase, story().length]).to.deep.equal(['connecting', 2]);
        await lab.pass(60_000);
        expect(story()).to.deep.equal([
          ...Array<string>(3).fill('TT_CONNECT_TIMEOUT'),
          'error, 0 lost',
          'onInfusionFinished',
        ]);
      });

      it('tries at once where it waits before another try, with all its retries again', async () => {
        const { lab, client, connections, story } = await start({ ...options, retries: 1, retryDelay: 1e6 });
        lab.network.host('b').refuse(80);
        await lab.pass(10);
        for (let tries = 1; tries < 4; tries++) {
          expect([client.phase, story()]).to.deep.equal(['closed', Array(tries).fill('TT_CONNECTION_REFUSED')]);
          client.ttsc__reconnect();
          await lab.pass(10);
        }
        lab.network.host('b').allow(80);
        client.ttsc__reconnect();
        client.ttsc__reconnect();
        await lab.pass(10);
        expect([client.phase, connections.length]).to.deep.equal(['open', 1]);
      });

      it('waits ever longer when the new tries fail, as after any loss', async () => {
        const { lab, client, story } = await opened({ ...options, retries: 2, retryDelay: 10 });
        lab.network.host('b').refuse(80);
        client.ttsc__reconnect();
        await lab.pass(60_000);
        expect(story().slice(1)).to.deep.equal([
          'aborted, 0 lost',
          ...Array<string>(3).fill('TT_CONNECTION_REFUSED'),
          'error, 0 lost',
          'onInfusionFinished',
        ]);
        expect(client.finished).to.equal(true);
        client.ttsc__reconnect();
        await lab.pass(60_000);
        expect(client.phase).to.equal('closed');
      });
    });
  }

  it('does not wait for a protocol that closes its connection, either', async () => {
    const { lab, client, connections, vanish } = await opened({ protocol: Quiet, lingerTimeout: 60_000 });
    const partition = vanish();
    client.protocol!.ttsc__close();
    await lab.pass(1_000);
    expect(client.phase).to.equal('draining');
    client.ttsc__reconnect();
    partition.heal();
    await lab.pass(500);
    expect([client.phase, connections.length]).to.deep.equal(['open', 2]);
  });

  it('by its protocol, whose ping nobody has answered', async () => {
    class Pinging extends TcpConnection<'quiet' | 'asked'> {
      static override readonly states = ['quiet', 'asked'];
      static override readonly stateTimeouts = { quiet: 10_000, asked: 2_000 };
      declare readonly base: TcpClient;

      override ttse__onConnected(): void {
        this.toState('quiet');
      }
      ttse_quiet__onStateTimeout(): void {
        this.send('PING');
        this.toState('asked');
      }
      ttse_asked__onData(): void {
        this.toState('quiet');
      }
      ttse_asked__onStateTimeout(): void {
        this.base.ttsc__reconnect();
      }
    }
    const { lab, client, connections, story } = await start({ protocol: Pinging, giveUpAfter: Infinity });
    await lab.pass(11_000);
    connections[0]!.ttsc__send('PONG');
    await lab.pass(10_500);
    const first = client.protocol;
    expect([client.phase, connections[0]!.text, first?.state]).to.deep.equal(['open', 'PINGPING', 'asked']);
    lab.network.host('b').crash();
    await lab.pass(60_000);
    expect(story().slice(0, 2)).to.deep.equal(['aborted, 0 lost', 'TT_CONNECT_TIMEOUT']);
    expect([first?.finished, client.finished]).to.deep.equal([true, false]);
  });
});
