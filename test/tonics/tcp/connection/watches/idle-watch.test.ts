import { expect } from 'chai';
import { type DisconnectInfo, TcpClient, TcpServer, TimerRepeat } from '../../../../../src/index.js';
import { expectThrow } from '../../../../support/errors.js';
import { FakeNetwork, type FakeStream } from '../../../../support/fake-network.js';
import { startWithPeer } from '../../../../support/fake-peer.js';
import { VirtualBench } from '../../../../support/bench.js';
import { type NetApp, Recorder, startNet, tidyUp } from '../../../../support/net-app.js';
import type { MoreOnPort, ToPort } from '../../../../support/on-port.js';

afterEach(tidyUp);

class Session extends Recorder {
  idle(...args: Parameters<Recorder['setIdleTimeout']>): void {
    this.setIdleTimeout(...args);
  }
}

/** It says something all the time, whatever it hears. */
class Talker extends Session {
  ttse__onStart(): void {
    new TimerRepeat({ seconds: 0.2, name: 'say' });
  }
  ttse__onSay(): void {
    this.send('x');
  }
}

/** Its peer says with its first bytes, in seconds, how often it will be heard of at least. */
class Broker extends Session {
  override ttse__onData(data: Buffer): void {
    super.ttse__onData(data);
    const keepAlive = Number(/^CONNECT (\d+)/.exec(String(data))?.[1]);
    if (!Number.isNaN(keepAlive)) this.setIdleTimeout(keepAlive * 1_500 || false, 'read');
  }
}

interface Scene {
  readonly app: NetApp;
  readonly stream: FakeStream;
  readonly connection: Session;
  readonly clock: VirtualBench;
}

/** A connection, whose peer and clock are the test's. */
async function connected(options: MoreOnPort = {}, make = (): Session => new Session()): Promise<Scene> {
  return startWithPeer(make, options);
}

/** Expects it open for so long, and then no more; tells on which side it was idle. */
async function staysOpen({ connection, clock, stream }: Scene, ms: number): Promise<unknown> {
  await clock.pass(ms - 1);
  expect(connection.phase, `before ${ms} ms`).to.equal('open');
  await clock.pass(1);
  expect(connection.phase, `after ${ms} ms`).to.equal('draining');
  stream.takes(stream.unsent);
  stream.peerEnds();
  await clock.settled();
  const [info] = (await connection.heard.on('onDisconnected')) as [DisconnectInfo];
  expect(info.reason).to.equal('idle');
  return info.idle;
}

describe('a connection whose peer is to be heard of', () => {
  it('is closed where the peer is silent, however much is sent to it', async () => {
    const scene = await connected({ idleTimeout: { read: 500 } }, () => new Talker());
    expect(await staysOpen(scene, 500)).to.equal('read');
    expect(scene.stream.sent).to.equal('xx');
  });

  it('is put off by what comes, to the millisecond', async () => {
    const scene = await connected({ idleTimeout: { read: 1_000 } }, () => new Talker());
    for (let n = 0; n < 5; n++) {
      await scene.clock.pass(900);
      scene.stream.receives('ping');
    }
    expect(await staysOpen(scene, 1_000)).to.equal('read');
  });

  it('is put off by what comes, to the millisecond, while something waits to leave', async () => {
    const scene = await connected({ idleTimeout: { read: 1_000 } });
    scene.stream.stuck = true;
    await scene.connection.inside((self) => self.say('x'));
    await scene.clock.pass(500);
    scene.stream.receives('ping');
    expect(await staysOpen(scene, 1_000)).to.equal('read');
  });

  it('is not put off by what the peer takes', async () => {
    const scene = await connected({ idleTimeout: { read: 1_000 } });
    scene.stream.stuck = true;
    await scene.connection.inside((self) => self.say('x'.repeat(10)));
    await scene.clock.pass(500);
    scene.stream.takes(1);
    expect(await staysOpen(scene, 500)).to.equal('read');
  });

  it('is put off by what the peer takes where it is not read from until then', async () => {
    const { stream, connection, clock } = await connected({ idleTimeout: { read: 1_000 }, highWaterMark: 16_384 });
    stream.stuck = true;
    await connection.inside((self) => self.say('x'.repeat(40_000)));
    for (let n = 0; n < 5; n++) {
      await clock.pass(900);
      stream.takes(1);
    }
    expect(connection.phase).to.equal('open');
    await clock.pass(2_000);
    expect(connection.phase).to.equal('draining');
  });

  it('is not called idle for what it does not read itself', async () => {
    const { stream, connection, clock } = await connected({ idleTimeout: { read: 1_000 } });
    connection.ttsc__pause();
    await clock.pass(10_000);
    expect(connection.phase).to.equal('open');
    connection.ttsc__resume();
    stream.receives('x');
    await clock.pass(999);
    expect(connection.phase).to.equal('open');
    await clock.pass(1);
    expect(connection.phase).to.equal('draining');
  });

  it('is not called idle for what cannot come after the end of its peer', async () => {
    const { stream, connection, clock } = await connected({ idleTimeout: { read: 1_000 }, halfOpen: true });
    stream.peerEnds();
    await clock.pass(10_000);
    expect(connection.phase).to.equal('halfClosed');
  });

  it('is not called idle by a loop that was late: what came meanwhile is heard first', async () => {
    const scene = await connected({ idleTimeout: { read: 1_000 } });
    await scene.clock.pass(900);
    await scene.connection.inside(() => {
      scene.clock.stall(1_500);
      // The next look finds it, after the timers that are due.
      scene.clock.clock.afterPoll(() => scene.stream.receives('in time'));
    });
    await scene.clock.pass(0);
    expect(await staysOpen(scene, 1_000)).to.equal('read');
  });
});

describe('a connection that is to send', () => {
  it('is closed where nothing leaves, however much comes', async () => {
    const scene = await connected({ idleTimeout: { write: 1_000 } });
    for (let n = 0; n < 3; n++) {
      await scene.clock.pass(300);
      scene.stream.receives('x');
    }
    expect(await staysOpen(scene, 100)).to.equal('write');
  });

  it('is put off by what leaves', async () => {
    const scene = await connected({ idleTimeout: { write: 1_000 } });
    await scene.clock.pass(900);
    scene.connection.ttsc__send('x');
    await scene.clock.pass(0);
    expect(await staysOpen(scene, 1_000)).to.equal('write');
  });

  it('is not called idle after its own end', async () => {
    const { connection, clock } = await connected({ idleTimeout: { write: 1_000 } });
    connection.ttsc__end();
    await clock.pass(10_000);
    expect(connection.phase).to.equal('open');
  });
});

describe('idle times by side', () => {
  it('hold beside each other: the first that is over is told', async () => {
    const idleTimeout = { read: 3_000, write: 2_000, either: 1_000 };
    expect(await staysOpen(await connected({ idleTimeout }), 1_000)).to.equal('either');
    const scene = await connected({ idleTimeout });
    for (let n = 0; n < 2; n++) {
      await scene.clock.pass(600);
      scene.stream.receives('x');
    }
    expect(await staysOpen(scene, 800)).to.equal('write');
  });

  it('cost nothing where there are none, and one timer each', async () => {
    const none = await connected();
    expect(none.app.main.timers.size).to.equal(0);
    const { app, connection } = await connected({ idleTimeout: { read: 1_000, write: 2_000, either: false } });
    expect(app.main.timers.size).to.equal(2);
    connection.ttsc__abort();
    await connection.heard.on('onFinished');
    expect(app.main.timers.size).to.equal(0);
  });
});

describe('setIdleTimeout()', () => {
  it('makes a keep-alive of what the peer has said', async () => {
    const scene = await connected({ idleTimeout: 600_000 }, () => new Broker());
    scene.stream.receives('CONNECT 10');
    await scene.clock.pass(14_000);
    scene.stream.receives('PINGREQ');
    await scene.clock.settled();
    expect(await staysOpen(scene, 15_000)).to.equal('read');
  });

  it('leaves a peer alone that has asked for that', async () => {
    const { stream, connection, clock } = await connected({}, () => new Broker());
    stream.receives('CONNECT 0');
    await clock.pass(24 * 3_600_000);
    expect(connection.phase).to.equal('open');
  });

  it('begins now, and takes the place of the time that this side had', async () => {
    const scene = await connected({ idleTimeout: { read: 1_000, either: 100_000 } });
    await scene.clock.pass(900);
    await scene.connection.inside((self) => self.idle(5_000, 'read'));
    expect(await staysOpen(scene, 5_000)).to.equal('read');
  });

  it('means both sides together where it is not said', async () => {
    const scene = await connected();
    await scene.connection.inside((self) => self.idle(1_000));
    expect(await staysOpen(scene, 1_000)).to.equal('either');
  });

  it('takes a time away with false, and leaves the others', async () => {
    const scene = await connected({ idleTimeout: { read: 1_000, write: 2_000, either: 3_000 } });
    await scene.connection.inside((self) => self.idle(false, 'read'));
    await scene.connection.inside((self) => self.idle(false));
    expect(await staysOpen(scene, 2_000)).to.equal('write');
  });

  it('changes nothing of other connections', async () => {
    const network = new FakeNetwork();
    const clock = new VirtualBench();
    const connections: Session[] = [];
    const protocol = (): Session => {
      const made = new Session();
      connections.push(made);
      return made;
    };
    await startNet(() => void new TcpServer({ port: 9, idleTimeout: 5_000, protocol }), {
      options: { network },
      bench: clock,
    });
    const listener = await network.listener();
    listener.listens();
    for (let n = 0; n < 2; n++) listener.accepts(network.peer());
    await clock.settled();
    await connections[0]!.inside((self) => self.idle(1_000));
    await clock.pass(1_000);
    expect(connections.map(({ phase }) => phase)).to.deep.equal(['draining', 'open']);
  });

  it('does not wake one that closes', async () => {
    const { app, connection, clock } = await connected({ lingerTimeout: 60_000 });
    await connection.inside((self) => self.ttsc__close());
    await clock.settled();
    const before = app.main.timers.size;
    await connection.inside((self) => self.idle(1_000, 'read')).catch(() => {});
    expect(app.main.timers.size).to.equal(before);
  });

  it('refuses an invalid time and an unknown side', async () => {
    const { connection } = await connected();
    const said = await connection.inside((self) =>
      [
        [0, 'read'],
        [NaN, 'read'],
        [1_000, 'reed'],
      ].map((args) => expectThrow(() => self.idle(...(args as [number, 'read'])), 'TT_BAD_OPTION').message),
    );
    expect(said).to.deep.equal([
      'The option timeout of setIdleTimeout() of Session is not right: it is 0, and must be 1 ms or more.',
      'The option timeout of setIdleTimeout() of Session is not right: it is NaN, and must be 1 ms or more, or false.',
      'The option side of setIdleTimeout() of Session is not right: it is "reed", and must be read, write or either.',
    ]);
  });
});

describe('the idle times of a TcpClient', () => {
  class Client extends TcpClient {
    begins = (): void => this.setIdleTimeout(1_000, 'read');
    ttse__onStart(): void {
      this.begins();
    }
    ttsc__idle(timeout: number): void {
      this.setIdleTimeout(timeout, 'read');
    }
  }

  const made = async (
    options: Partial<ToPort> = {},
  ): Promise<{ client: Client; network: FakeNetwork; clock: VirtualBench }> => {
    const network = new FakeNetwork();
    const clock = new VirtualBench();
    let client!: Client;
    await startNet(() => (client = new Client({ host: '10.0.0.1', port: 9, ...options })), {
      options: { network },
      bench: clock,
    });
    (await network.stream()).opens();
    await clock.settled();
    return { client, network, clock };
  };

  it('hold for the connection that comes, where there is none yet', async () => {
    const { client, clock } = await made();
    await clock.pass(999);
    expect(client.phase).to.equal('open');
    await clock.pass(1);
    expect(client.phase).to.equal('draining');
  });

  it('hold for the connections after it, as they were set last', async () => {
    const { client, network, clock } = await made({ reconnect: true, retryDelay: 1 });
    client.ttsc__idle(5_000);
    await clock.settled();
    network.streams[0]!.fails('ECONNRESET');
    await clock.pass(1);
    (await network.stream(2)).opens();
    await clock.pass(4_999);
    expect(client.phase).to.equal('open');
    await clock.pass(1);
    expect(client.phase).to.equal('draining');
  });

  it('are those of its protocol, where it has one', async () => {
    const { client, clock } = await made({ protocol: Session });
    client.ttsc__idle(5_000);
    await clock.pass(4_999);
    expect(client.protocol!.phase).to.equal('open');
    await clock.pass(1);
    expect(client.protocol!.phase).to.equal('draining');
  });
});
