import { expect } from 'chai';
import { type TaskTonicError, TcpClient, TcpConnection, TcpServer, Tonic } from '../../../../src/index.js';
import { till } from '../../../support/bench.js';
import { startApp } from '../../../support/app.js';
import { expectCode, thrownBy } from '../../../support/errors.js';
import { Heard } from '../../../support/heard.js';
import { Recorder, serve, startNet, tidyUp } from '../../../support/net-app.js';
import { connectTo } from '../../../support/peers.js';

afterEach(tidyUp);

/** Writes down its phase with each event. */
class Phases extends TcpConnection {
  readonly heard = new Heard();
  ttse__onConnected(): void {
    this.heard.push('onConnected', this.phase);
  }
  ttse__onData(data: Buffer): void {
    this.heard.push('onData', this.phase, data.toString());
  }
  ttse__onEnd(): void {
    this.heard.push('onEnd', this.phase);
  }
  ttse__onDisconnected(): void {
    this.heard.push('onDisconnected', this.phase, this.local, this.remote);
  }
  ttse__onFinished(): void {
    this.heard.push('onFinished', this.phase);
  }
}

describe('a TcpConnection', () => {
  it('goes through its phases, whatever the state of its protocol is', async () => {
    const app = await serve(() => new Phases(), { halfOpen: true });
    const { peer, connection } = await app.pair();
    expect(connection.state).to.equal(undefined);
    await connection.heard.on('onConnected');
    peer.end('x');
    await connection.heard.on('onEnd');
    connection.ttsc__close();
    await connection.heard.on('onFinished');
    expect(connection.heard.events.map(({ name, args }) => [name, args[0] as string])).to.deep.equal([
      ['onConnected', 'open'],
      ['onData', 'open'],
      ['onEnd', 'halfClosed'],
      ['onDisconnected', 'closed'],
      ['onFinished', 'closed'],
    ]);
    expect(connection.heard.all('onDisconnected')[0]).to.deep.equal(['closed', undefined, undefined]);
  });

  it('knows both addresses while it is connected', async () => {
    const app = await serve(() => new Recorder());
    const { peer, connection } = await app.pair();
    expect(connection.local).to.deep.equal({ address: '127.0.0.1', port: app.port, family: 'IPv4' });
    expect(connection.remote).to.deep.equal({ address: '127.0.0.1', port: peer.socket.localPort, family: 'IPv4' });
  });

  it('counts bytes and messages, both ways', async () => {
    const app = await serve(() => new Recorder());
    const { peer, connection } = await app.pair();
    expect(connection.traffic).to.deep.equal({
      receivedBytes: 0,
      receivedMessages: 0,
      sentBytes: 0,
      sentMessages: 0,
      skippedFrames: 0,
    });
    peer.send('12345');
    await connection.heard.on('onData');
    await connection.inside((self) => {
      self.say(['\u20ac', 'uro']);
      self.ttsc__send('x');
    });
    await peer.received(7);
    expect(connection.traffic).to.deep.equal({
      receivedBytes: 5,
      receivedMessages: 1,
      sentBytes: 7,
      sentMessages: 2,
      skippedFrames: 0,
    });
    peer.end();
    await connection.heard.on('onFinished');
    expect(connection.traffic).to.include({ receivedBytes: 5, sentBytes: 7 });
  });

  it('gives each buffer to its handler for good', async () => {
    const app = await serve(() => new Recorder());
    const { peer, connection } = await app.pair();
    for (let n = 1; n <= 50; n++) {
      await peer.sends(`<${n}>`);
      await connection.heard.until(() => connection.text.endsWith(`<${n}>`));
    }
    expect(connection.text).to.equal(Array.from({ length: 50 }, (_, n) => `<${n + 1}>`).join(''));
  });

  it('is a state machine: each state hears what comes in its own way', async () => {
    class Mail extends TcpConnection<'greeting' | 'body'> {
      readonly heard = new Heard();
      ttse__onConnected(): void {
        this.toState('greeting');
      }
      ttse_greeting__onEnter(): void {
        this.send('220 ready\n');
      }
      ttse_greeting__onData(data: Buffer): void {
        this.heard.push('greeting', data.toString());
        this.toState('body');
      }
      ttse_body__onEnter(): void {
        this.send('354 go on\n');
      }
      ttse_body__onData(data: Buffer): void {
        this.heard.push('body', data.toString());
        this.send('250 ok\n');
        this.toState('greeting');
      }
      ttse_body__onExit(): void {
        this.heard.push('left body', this.phase);
      }
      ttse__onEnd(): void {
        this.heard.push('onEnd', this.state);
      }
    }
    const app = await serve(() => new Mail());
    const { peer, connection } = await app.pair();
    await peer.received('220 ready\n');
    await peer.sends('HELO');
    await peer.received('220 ready\n354 go on\n');
    await peer.sends('text');
    await peer.received('220 ready\n354 go on\n250 ok\n220 ready\n');
    peer.end();
    await connection.heard.on('onEnd');
    expect(connection.heard.events.map(({ name, args }) => `${name}: ${args[0] as string}`)).to.deep.equal([
      'greeting: HELO',
      'body: text',
      'left body: open',
      'onEnd: greeting',
    ]);
  });

  describe('has an event that it does not define', () => {
    it('heard by its base, with itself first, and what it does define by itself alone', async () => {
      class Partly extends TcpConnection {
        readonly heard = new Heard();
        ttse__onData(data: Buffer): void {
          this.heard.push('onData', data.toString());
        }
      }
      const app = await serve(() => new Partly(), { highWaterMark: 16_384 });
      const { peer, connection } = await app.pair();
      peer.send('x');
      await connection.heard.on('onData');
      peer.socket.pause();
      connection.ttsc__send('y'.repeat(12_000_000));
      await app.heard.on('onHighWater');
      peer.socket.resume();
      await app.heard.on('onDrain');
      peer.end();
      const [from, info] = await app.heard.on('onDisconnected');
      expect([from, info.reason]).to.deep.equal([connection, 'peerEnded']);
      expect(app.heard.names.slice(1)).to.deep.equal([
        'onConnected',
        'onHighWater',
        'onDrain',
        'onEnd',
        'onDisconnected',
      ]);
      expect(app.heard.all('onHighWater')[0]).to.include(connection);
      for (const name of ['onConnected', 'onDrain', 'onEnd']) expect(app.heard.all(name)).to.deep.equal([[connection]]);
    });

    it('heard by nobody where no base does; that is told, and an error is then logged and counted', async () => {
      class Deaf extends Tonic {
        server!: TcpServer;
        connection!: TcpConnection;
        ttse__onStart(): void {
          const protocol = (): TcpConnection => (this.connection = new TcpConnection());
          this.server = new TcpServer({ port: 0, host: '127.0.0.1', protocol });
        }
      }
      let deaf!: Deaf;
      const app = await startNet(() => (deaf = new Deaf()));
      await till(() => deaf.server.local !== undefined);
      const peer = await connectTo(deaf.server.local!.port);
      await till(() => deaf.connection !== undefined);
      const { connection } = deaf;
      peer.send('nobody hears this');
      await till(() => connection.traffic.receivedBytes > 0);
      await app.inside(() => {});
      expect(connection.unheardErrors).to.equal(0);
      peer.reset();
      await till(() => connection.finished);
      expect(connection.unheardErrors).to.equal(1);
      expect(app.lines.map(({ code }) => code).filter((code) => code !== undefined)).to.deep.equal([
        'TT_INPUT_UNHEARD',
        'TT_PEER_RESET',
      ]);
      expect((await app.over()).result.exitCode).to.equal(0);
    });
  });

  it('hears several errors, each once', async () => {
    const app = await serve(() => new Recorder());
    const { peer, connection } = await app.pair();
    await connection.inside((self) => {
      self.ttsc__end();
      self.ttsc__send('a');
      self.ttsc__send('bc');
    });
    const errors = await Promise.all([1, 2].map(async (n) => (await connection.heard.on('onError', n))[0]));
    expect(errors.map((error: TaskTonicError) => error.details['bytes'])).to.deep.equal([1, 2]);
    await peer.ended();
    expect(connection.unheardErrors).to.equal(0);
  });

  it('leaves the Ledger and its server when it has ended', async () => {
    const app = await serve(() => new Recorder());
    const size = app.app.ledger.size;
    const pairs = await Promise.all(Array.from({ length: 10 }, async () => app.connect()));
    await app.app.inside(() => {});
    await till(() => app.connections.length >= 10);
    expect(app.app.ledger.size).to.equal(size + 10);
    for (const peer of pairs) peer.end();
    for (const connection of app.connections) await connection.heard.on('onFinished');
    await app.app.inside(() => {});
    expect(app.app.ledger.size).to.equal(size);
    expect(app.server.infusions.size).to.equal(0);
  });

  describe('is not made', () => {
    it('by hand, and nothing of it stays', async () => {
      const app = await startNet(() => {});
      const thrown = await app.inside(() => thrownBy(() => new Recorder()));
      expect(expectCode(thrown, 'TT_NO_SOCKET').details).to.deep.equal({ class: 'Recorder' });
      await app.inside(() => {});
      expect(app.ear.infusions.size).to.equal(0);
      const { result } = await app.over();
      expect(result.exitCode).to.equal(0);
    });

    it('on a plain Catalyst', async () => {
      const thrown: Error[] = [];
      let left: number | undefined;
      class Main extends Tonic {
        ttse__onStart(): void {
          thrown.push(
            thrownBy(() => new TcpServer({ port: 0 })),
            thrownBy(() => new TcpClient({ port: 1 })),
          );
          left = this.infusions.size;
          this.ttsc__finish();
        }
      }
      await (await startApp(() => void new Main())).end();
      expect(thrown.map((error) => expectCode(error, 'TT_NEEDS_SELECTOR').details['class'])).to.deep.equal([
        'TcpServer',
        'TcpClient',
      ]);
      expect(left).to.equal(0);
    });
  });
});
