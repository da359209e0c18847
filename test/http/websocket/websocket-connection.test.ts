import { expect } from 'chai';
import { type Hears, type ListenInfo, type Reply, Tonic } from '../../../src/index.js';
import { HttpServer, type Message, WebSocketConnection, type WebSocketDisconnectInfo } from '../../doors/http.js';
import { bench } from '../../support/bench.js';
import { codeOf } from '../../support/errors.js';
import { startNet, tidyUp } from '../../support/net-app.js';
import { connectTo } from '../../support/peers.js';
import { CLOSE, bytes, close, text } from './support/frames.js';
import { Deaf, Echo, FramePeer, opening, serveWebSockets } from './support/serve.js';

describe('A WebSocket of an HttpServer', () => {
  afterEach(tidyUp);

  it('is opened with the answer that RFC 6455 asks for', async () => {
    const app = await serveWebSockets();
    const { peer } = await app.open();
    expect(peer.head).to.equal(
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=',
    );
  });

  it('hears text as a string and bytes as a Buffer, and sends the same', async () => {
    const app = await serveWebSockets();
    const { peer, connection } = await app.open();
    peer.send(text('Grüße'), bytes(Buffer.from([1, 2, 3])));
    const [first, second] = await peer.came(2);
    expect(connection.told.messages).to.eql(['Grüße', Buffer.from([1, 2, 3])]);
    expect([first!.opcode, first!.payload.toString(), first!.masked]).to.eql([1, 'Grüße', false]);
    expect([second!.opcode, second!.payload]).to.eql([2, Buffer.from([1, 2, 3])]);
  });

  it('hears what came together with the request', async () => {
    const app = await serveWebSockets();
    const peer = await app.raw(Buffer.concat([Buffer.from(opening()), text('hasty')]));
    await peer.came(1);
    expect(peer.texts).to.eql(['hasty']);
  });

  it('hears what comes byte by byte', async () => {
    const app = await serveWebSockets();
    const { peer } = await app.open();
    for (const byte of Buffer.concat([text('a'.repeat(200)), text('b')])) peer.send(Buffer.from([byte]));
    await peer.came(2);
    expect(peer.texts).to.eql(['a'.repeat(200), 'b']);
  });

  it('knows the request that it was opened with', async () => {
    const app = await serveWebSockets();
    const { connection } = await app.open({ 'X-Room': 'seven' }, '/?room=7&room=8');
    expect(connection.handshake.url).to.equal('/?room=7&room=8');
    expect(connection.handshake.path).to.equal('/');
    expect(connection.handshake.query.getAll('room')).to.eql(['7', '8']);
    expect(connection.handshake.headers['x-room']).to.equal('seven');
    expect(connection.remote?.address).to.equal('127.0.0.1');
  });

  it('knows the path of a request that names all of an address', async () => {
    const app = await serveWebSockets();
    const { connection } = await app.open({}, 'http://example.com/?room=7');
    expect([connection.handshake.path, connection.handshake.query.get('room')]).to.eql(['/', '7']);
  });

  it('refuses what only a stream of bytes has, where it is called', async () => {
    const app = await serveWebSockets();
    const { connection } = await app.open();
    type Streamed = Record<'setFraming' | 'takeBuffered' | 'startTls', () => never>;
    const streamed = connection as unknown as Streamed;
    const codes = await app.app.inside(() => [
      codeOf(() => streamed.setFraming()),
      codeOf(() => streamed.takeBuffered()),
      codeOf(() => streamed.startTls()),
    ]);
    expect(codes).to.eql(['TT_NOT_OF_PROTOCOL', 'TT_NOT_OF_PROTOCOL', 'TT_NOT_OF_PROTOCOL']);
    expect(connection.phase).to.equal('open');
  });

  it('counts as one connection from its first request to its end', async () => {
    const app = await serveWebSockets();
    const { peer } = await app.open();
    expect(app.server.counts).to.include({ accepted: 1, open: 1, failed: 0 });
    peer.send(close(1000));
    await app.end();
    await bench().settled();
    expect(app.server.counts).to.include({ accepted: 1, open: 0, failed: 0 });
  });

  it('asks its peer, and hears the answers in order and not as messages', async () => {
    const answers: Message[] = [];
    class Asks extends Echo {
      ttse__onConnected(): void {
        this.request('first?', this.ttse__onAnswer);
        this.request('second?', this.ttse__onAnswer);
      }
      ttse__onAnswer(answer: Message): void {
        answers.push(answer);
      }
    }
    const app = await serveWebSockets(() => new Asks());
    const { peer, connection } = await app.open();
    await peer.came(2);
    peer.send(text('1'), text('2'), text('no answer'));
    await peer.came(3);
    expect(answers).to.eql(['1', '2']);
    expect(connection.told.messages).to.eql(['no answer']);
  });

  it('sends answers in the order of the questions, however late each is', async () => {
    const open: Reply[] = [];
    class Answers extends Echo {
      override answer(message: Message): void {
        if (message === 'now') this.send('now');
        else open.push(this.reply());
      }
    }
    const app = await serveWebSockets(() => new Answers());
    const { peer, connection } = await app.open();
    peer.send(Buffer.concat([text('a'), text('now'), text('b')]));
    await bench().till(() => open.length === 2);
    connection.ttsc__do(() => {
      open[1]!.end('second');
      open[0]!.send('first');
      open[0]!.end('and its end');
    });
    await peer.came(4);
    expect(peer.texts).to.eql(['first', 'and its end', 'now', 'second']);
  });

  it('leaves what its class does not hear to the base of its server', async () => {
    const heard: unknown[] = [];
    class Plain extends WebSocketConnection {}
    class Main extends Tonic implements Hears<HttpServer | WebSocketConnection> {
      ttse__onStart(): void {
        new HttpServer({ port: 0, host: '127.0.0.1', webSockets: { '/': Plain } });
      }
      ttse__onListening({ port }: ListenInfo): void {
        heard.push(port);
      }
      ttse__onConnected(connection: Plain): void {
        connection.ttsc__send('hello');
      }
      ttse__onMessage(connection: Plain, message: Message): void {
        heard.push(connection.handshake.path, message);
        connection.ttsc__close(4000);
      }
      ttse__onDisconnected(_connection: Plain, { closeCode }: WebSocketDisconnectInfo): void {
        heard.push(closeCode);
      }
    }
    await startNet(() => new Main());
    await bench().till(() => heard.length === 1);
    const peer = new FramePeer(await connectTo(heard[0] as number));
    peer.send(opening(), text('hi'));
    await peer.came(2);
    peer.send(close(4000));
    await peer.closed();
    await bench().till(() => heard.length === 4);
    expect(heard.slice(1)).to.eql(['/', 'hi', 4000]);
    expect(peer.texts).to.eql(['hello']);
  });

  describe('closes', () => {
    it('with the code of the peer, when the peer closes', async () => {
      const app = await serveWebSockets();
      const { peer } = await app.open();
      peer.send(close(4001, 'enough'));
      await peer.closed();
      expect(peer.closeCode).to.equal(4001);
      expect(await app.end()).to.include({ reason: 'peerEnded', closeCode: 4001, closeReason: 'enough', discarded: 0 });
    });

    it('after it has answered what came before the close', async () => {
      const app = await serveWebSockets();
      const { peer } = await app.open();
      peer.send(Buffer.concat([text('one'), text('two'), close(1000)]));
      await peer.closed();
      expect(peer.frames.map(({ opcode, payload }) => (opcode === CLOSE ? 'close' : payload.toString()))).to.eql([
        'one',
        'two',
        'close',
      ]);
    });

    it('after a reply that was open when the peer closed', async () => {
      class Late extends Echo {
        open: Reply | undefined;
        override answer(): void {
          this.open = this.reply();
        }
      }
      const app = await serveWebSockets(() => new Late());
      const { peer, connection } = await app.open();
      peer.send(Buffer.concat([text('one'), close(1000)]));
      await bench().till(() => connection.phase === 'halfClosed');
      await bench().settled();
      expect(peer.frames).to.eql([]);
      connection.open!.end('late');
      await peer.closed();
      expect(peer.texts).to.eql(['late']);
      expect(peer.closeCode).to.equal(1000);
    });

    it('by a command: it says so, waits for the peer to say so, and drops what comes until then', async () => {
      const app = await serveWebSockets();
      const { peer, connection } = await app.open();
      connection.ttsc__close(4000, 'bye');
      const [said] = await peer.came(1);
      expect(said!.payload.subarray(2).toString()).to.equal('bye');
      peer.send(text('too late'));
      await bench().pass(1_000);
      expect(connection.phase).to.equal('draining');
      peer.send(close(4000));
      await peer.closed();
      expect(connection.told.messages).to.eql([]);
      expect(await app.end()).to.include({ reason: 'closedHere', closeCode: 4000 });
    });

    it('by a command, when the peer says nothing for closeTimeout', async () => {
      const app = await serveWebSockets(undefined, { closeTimeout: 300 });
      const { peer, connection } = await app.open();
      connection.ttsc__close();
      await peer.came(1);
      expect(peer.closeCode).to.equal(1000);
      await peer.closed();
      expect(await app.end()).to.include({ reason: 'closedHere', closeCode: 1006 });
    });

    it('behind all that was sent before', async () => {
      const app = await serveWebSockets(() => new Deaf());
      const { peer, connection } = await app.open();
      connection.ttsc__do((own) => {
        for (let n = 0; n < 100; n++) own.say(`${n}`);
        own.ttsc__close();
      });
      await peer.came(101);
      expect(peer.frames.at(-1)!.opcode).to.equal(CLOSE);
      peer.send(close(1000));
      await peer.closed();
      expect(peer.texts).to.have.length(100);
    });

    it('with 1001 when the app finishes, and hears what was sent before that', async () => {
      class Last extends Echo {
        override answer(message: Message): void {
          if (message === 'finish') (this.base as unknown as HttpServer).ttsc__close();
          else this.send(message);
        }
      }
      const app = await serveWebSockets(() => new Last());
      const { peer } = await app.open();
      peer.send(Buffer.concat([text('finish'), text('last')]));
      await peer.came(2);
      expect(peer.texts).to.eql(['last']);
      expect(peer.closeCode).to.equal(1001);
      peer.send(close(1001));
      await peer.closed();
      expect(await app.end()).to.include({ reason: 'finished', closeCode: 1001, discarded: 0 });
    });

    it('with 1011 when its sparkle throws, and others go on', async () => {
      class Throws extends Echo {
        override answer(message: string): void {
          if (message === 'throw') throw new Error('as asked');
          this.send(message);
        }
      }
      const app = await serveWebSockets(() => new Throws());
      const { peer } = await app.open();
      const good = await app.open();
      peer.send(text('throw'));
      await peer.closed();
      expect(peer.closeCode).to.equal(1011);
      good.peer.send(text('here'));
      await good.peer.came(1);
      expect(good.peer.texts).to.eql(['here']);
    });

    it('without a close where the peer has gone: 1006', async () => {
      const app = await serveWebSockets();
      const { peer } = await app.open();
      peer.peer.end();
      await peer.closed();
      expect(await app.end()).to.include({ reason: 'peerEnded', closeCode: 1006 });
    });

    it('refuses codes that may not be sent, and reasons that do not fit', async () => {
      const app = await serveWebSockets();
      const { connection } = await app.open();
      const thrown: unknown[] = [];
      const told = bench().till(() => thrown.length === 5);
      connection.ttsc__do((own) => {
        for (const code of [1005, 1006, 999, 2000, 5000])
          try {
            Object.getPrototypeOf(Echo.prototype).ttsc__close.call(own, code);
          } catch (error) {
            thrown.push((error as { code: string }).code);
          }
      });
      await told;
      expect(thrown).to.eql(new Array(5).fill('TT_BAD_CLOSE'));
    });
  });
});
