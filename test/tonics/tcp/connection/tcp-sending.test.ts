import { expect } from 'chai';
import { type SendResult, type TcpConnection, TcpServer, Tonic } from '../../../../src/index.js';
import { bench } from '../../../support/bench.js';
import { WARN, stall } from '../../../support/app.js';
import { expectCode, expectThrow, thrownBy } from '../../../support/errors.js';
import { FakeNetwork } from '../../../support/fake-network.js';
import { Recorder, serve, startNet, tidyUp } from '../../../support/net-app.js';

afterEach(tidyUp);

const MB = 1_000_000;

/** A pair whose connection does things in its own sparkles. */
const pair = async (options = {}) => {
  const app = await serve(() => new Recorder(), options);
  return { app, ...(await app.pair()) };
};

describe('a connection sends', () => {
  it('texts as UTF-8, Buffers, Uint8Arrays and lists of them', async () => {
    const { peer, connection } = await pair();
    connection.ttsc__send('größe ');
    connection.ttsc__send(Buffer.from('buffer '));
    connection.ttsc__send(new Uint8Array([98, 121, 116, 101, 115, 32]));
    connection.ttsc__send(['list ', Buffer.from('of '), 'them']);
    await peer.received('größe buffer bytes list of them');
    expect(connection.traffic).to.deep.include({ sentMessages: 4, sentBytes: 33 });
  });

  it('views of a larger buffer, and no more than the view', async () => {
    const { peer, connection } = await pair();
    const large = Buffer.from('0123456789');
    connection.ttsc__send(large.subarray(2, 5));
    connection.ttsc__send(['a', large.subarray(5, 7)]);
    expect(await peer.received('234a56')).to.equal('234a56');
  });

  it('nothing at all without harm', async () => {
    const { peer, connection } = await pair();
    for (const nothing of ['', Buffer.alloc(0), [], ['', '']]) connection.ttsc__send(nothing);
    connection.ttsc__send('end');
    await peer.received('end');
    expect(connection.unsentBytes).to.equal(0);
  });

  for (const [name, bad] of Object.entries({
    undefined: undefined,
    null: null,
    'a number': 7,
    'an object': {},
    'a list with a number': ['a', 7],
    'a list of lists': ['a', ['b']],
    'an ArrayBuffer': new ArrayBuffer(3),
  })) {
    it(`${name} never: that is refused at the call`, async () => {
      const { peer, connection } = await pair();
      expectThrow(() => connection.ttsc__send(bad as never), 'TT_BAD_DATA');
      const thrown = await connection.inside((self) => thrownBy(() => self.say(bad as never)));
      expectCode(thrown, 'TT_BAD_DATA');
      connection.ttsc__send('fine');
      await peer.received('fine');
      expect(connection.unsentBytes).to.equal(0);
    });
  }

  it('with send() in its own sparkles only', async () => {
    const { app, connection } = await pair();
    expectThrow(() => connection.say('x'), 'TT_NOT_RUNNING');
    expectCode(await app.app.inside(() => thrownBy(() => connection.say('x'))), 'TT_NOT_RUNNING');
  });

  it('what it is given from outside, from another Tonic and from itself', async () => {
    const { app, peer, connection } = await pair();
    connection.ttsc__send('outside ');
    await peer.received(8);
    await app.app.inside(() => connection.ttsc__send('other '));
    await peer.received(14);
    await connection.inside((self) => self.ttsc__send('itself'));
    expect(await peer.received(20)).to.equal('outside other itself');
  });

  it('in the order of the calls, be they send() or ttsc__send', async () => {
    const { peer, connection } = await pair();
    const results = await connection.inside((self) => [
      self.say('1'),
      self.ttsc__send('2'),
      self.say('3'),
      self.say('4'),
      self.ttsc__send('5'),
    ]);
    expect(await peer.received(5)).to.equal('12345');
    expect(results).to.deep.equal(['sent', undefined, 'waiting', 'waiting', undefined]);
    expect(await connection.inside((self) => self.say('6'))).to.equal('sent');
  });

  it('what a turn gathers in one write', async () => {
    const network = new FakeNetwork();
    const made: Recorder[] = [];
    let flushes = 0;
    const app = await startNet(
      () => void new TcpServer({ port: 1, protocol: () => (made.push(new Recorder()), made[0]!) }),
      { options: { network } },
    );
    const stream = network.peer();
    const flush = stream.flush.bind(stream);
    stream.flush = () => {
      flushes++;
      flush();
    };
    (await network.listener()).accepts(stream);
    await app.inside(() => {});
    await app.inside(() => {
      for (let n = 0; n < 10; n++) made[0]!.ttsc__send(String(n));
    });
    await network.heard.until(() => stream.sent.length === 10);
    await app.inside(() => {});
    expect([stream.sent, flushes]).to.deep.equal(['0123456789', 1]);
  });

  it('large lists and small ones alike, byte for byte', async () => {
    const { peer, connection } = await pair();
    const parts = [10, 16_000, 500, 70_000, 1, 0, 16_384, 3].map((size, n) => Buffer.alloc(size, 97 + n));
    await connection.inside((self) => {
      for (const part of parts) self.say(part);
      self.say([...parts, 'ü']);
    });
    const wanted = Buffer.concat([...parts, ...parts, Buffer.from('ü')]);
    await peer.received(wanted.length);
    expect(peer.bytes.equals(wanted)).to.equal(true);
  });

  it('megabytes to a peer that reads, in order and all of them', async () => {
    const { peer, connection } = await pair();
    const wanted = Buffer.alloc(5 * MB);
    for (let at = 0; at < wanted.length; at += 4) wanted.writeUInt32LE(at, at);
    for (let at = 0; at < wanted.length; at += MB) connection.ttsc__send(wanted.subarray(at, at + MB));
    await peer.received(wanted.length);
    expect(peer.bytes.equals(wanted)).to.equal(true);
    expect(connection.unsentBytes).to.equal(0);
  });

  it('its own framing, where a subclass makes one of ttsc__send', async () => {
    class Framed extends Recorder {
      override ttsc__send(text: string): void {
        super.ttsc__send(`<${text}>`);
        super.ttsc__send('\n');
      }
      override ttse__onData(data: Buffer): void {
        super.ttse__onData(data);
        // At once: the parent's body, in another sparkle.
        super.ttsc__send('now ');
      }
    }
    const app = await serve(() => new Framed());
    const { peer, connection } = await app.pair();
    connection.ttsc__send('a');
    await peer.received('<a>\n');
    expect(connection.unsentBytes).to.equal(0);
    peer.end('x');
    await peer.ended();
    expect(peer.text).to.equal('<a>\nnow ');
    await connection.heard.on('onFinished');
    expect(connection.unsentBytes).to.equal(0);
  });

  it('and ends in order where a state ignores orders to send', async () => {
    class Mute extends Recorder<'mute'> {
      override ttse__onConnected(): void {
        this.toState('mute');
      }
      ttsc_mute__send(): void {}
    }
    const app = await serve(() => new Mute());
    const { peer, connection } = await app.pair();
    connection.ttsc__send('nothing');
    peer.end();
    await connection.heard.on('onFinished');
    expect(peer.text).to.equal('');
  });
});

describe('unsentBytes', () => {
  it('counts what waits in orders, and what has not left', async () => {
    const { peer, connection } = await pair();
    connection.ttsc__send('12345');
    connection.ttsc__send(['6', 'ü']);
    expect(connection.unsentBytes).to.equal(8);
    await peer.received(8);
    expect(connection.unsentBytes).to.equal(0);
    const seen = await connection.inside((self) => {
      self.say('abc');
      self.ttsc__send('de');
      return self.unsentBytes;
    });
    expect(seen).to.equal(5);
    await peer.received(13);
  });
});

describe('a connection whose peer does not read', () => {
  /** Sends 100 kB pieces until it is told to wait, and counts them. */
  const fill = async (connection: Recorder): Promise<{ pieces: number; results: SendResult[] }> => {
    const results: SendResult[] = [];
    while (results.at(-1) !== 'waiting' && results.at(-1) !== 'refused') {
      results.push(await connection.inside((self) => self.say(Buffer.alloc(100_000))));
    }
    return { pieces: results.length, results };
  };

  it('says "waiting" above the high-water mark, with onHighWater, and later onDrain', async () => {
    const { peer, connection } = await pair();
    peer.socket.pause();
    const { pieces } = await fill(connection);
    expect(await connection.inside((self) => self.say('more'))).to.equal('waiting');
    const [unsent] = await connection.heard.on('onHighWater');
    expect(unsent).to.be.within(262_145, 362_144);
    expect(connection.unsentBytes).to.be.greaterThan(262_144);
    expect(connection.heard.count('onDrain')).to.equal(0);
    peer.socket.resume();
    await connection.heard.on('onDrain');
    expect(connection.unsentBytes).to.be.at.most(65_536);
    await peer.received(pieces * 100_000 + 4);
    expect(await connection.inside((self) => self.say('x'))).to.equal('sent');
    expect([connection.heard.count('onHighWater'), connection.heard.count('onDrain')]).to.deep.equal([1, 1]);
  });

  it('drains at the low-water mark, also where more is sent all the while', async () => {
    for (const lowWaterMark of [0, 10_000]) {
      const { peer, connection } = await pair({ highWaterMark: 16_384, lowWaterMark });
      peer.socket.pause();
      for (let round = 1; round <= 20; round++) {
        await fill(connection);
        peer.socket.resume();
        // Small sends that never raise the level much must not hide the drain.
        while (connection.heard.count('onDrain') < round) {
          await connection.inside((self) => {
            // So that the network has its turn.
            stall(0.1);
            if (connection.heard.count('onDrain') < round) self.say('.');
          });
        }
        peer.socket.pause();
      }
      expect(connection.heard.count('onHighWater')).to.equal(20);
    }
  });

  it('stops reading above the high-water mark, and reads on when it has drained', async () => {
    const { peer, connection } = await pair();
    peer.socket.pause();
    await fill(connection);
    await peer.sends('while it waits');
    for (let n = 0; n < 20; n++) await bench().settled();
    expect(connection.text).to.equal('');
    peer.socket.resume();
    await connection.heard.on('onDrain');
    await connection.heard.on('onData');
    expect(connection.text).to.equal('while it waits');
  });

  it('reads on with pauseReading false', async () => {
    const { peer, connection } = await pair({ pauseReading: false });
    peer.socket.pause();
    await fill(connection);
    await peer.sends('heard');
    await connection.heard.on('onData');
    expect(connection.heard.count('onDrain')).to.equal(0);
  });

  it('is closed when more than unsentLimit waits, and both sides learn of it', async () => {
    const { app, peer, connection } = await pair({ unsentLimit: 1 * MB });
    peer.socket.pause();
    const pieces: SendResult[] = [];
    while (pieces.at(-1) !== 'refused') {
      pieces.push(await connection.inside((self) => self.say(Buffer.alloc(300_000))));
    }
    const [error] = await connection.heard.on('onError');
    expectCode(error, 'TT_UNSENT_LIMIT');
    const [info] = await connection.heard.on('onDisconnected');
    expect(info).to.include({ reason: 'overflow', error });
    // What waited, and what was refused.
    expect(info.discarded).to.be.within(1 * MB, 1.7 * MB);
    peer.socket.resume();
    await peer.closed();
    // A reset also costs what the kernels held.
    expect(peer.size + info.discarded).to.be.at.most(pieces.length * 300_000);
    expect(app.server.finished).to.equal(false);
  });

  it('keeps the reason of an overflow, and its count, where it is aborted as well', async () => {
    const { peer, connection } = await pair({ unsentLimit: 1 * MB });
    peer.socket.pause();
    await fill(connection);
    const unsent = await connection.inside((self) => {
      const waiting = self.unsentBytes;
      self.say(Buffer.alloc(1 * MB));
      self.ttsc__abort();
      self.ttsc__abort();
      return waiting;
    });
    const [info] = await connection.heard.on('onDisconnected');
    expect(info).to.include({ reason: 'overflow', discarded: unsent + 1 * MB });
  });

  it('is not closed before what was told as sent has left', async () => {
    const { peer, connection } = await pair({ unsentLimit: 1 * MB, highWaterMark: 0.5 * MB });
    peer.socket.pause();
    const told = await connection.inside((self) => {
      const results = { sent: 0, waiting: 0, refused: 0 };
      while (results.refused === 0) results[self.say(Buffer.alloc(100_000))] += 100_000;
      return results;
    });
    peer.socket.resume();
    const [info] = await connection.heard.on('onDisconnected');
    expect(info.reason).to.equal('overflow');
    await peer.closed();
    expect(peer.size).to.be.at.least(told.sent);
    expect(peer.size + info.discarded).to.equal(told.sent + told.waiting + told.refused);
  });

  it('goes on with onUnsentLimit refuse: that send is refused, with an error, and nothing else', async () => {
    const { peer, connection } = await pair({ unsentLimit: 1 * MB, onUnsentLimit: 'refuse' });
    peer.socket.pause();
    let sent = 0;
    for (;;) {
      const result = await connection.inside((self) => self.say(Buffer.alloc(300_000)));
      if (result === 'refused') break;
      sent += 300_000;
    }
    expectCode((await connection.heard.on('onError'))[0], 'TT_UNSENT_LIMIT');
    peer.socket.resume();
    await connection.heard.on('onDrain');
    connection.ttsc__send('on it goes');
    await peer.received(sent + 10);
    connection.ttsc__close();
    const [info] = await connection.heard.on('onDisconnected');
    expect(info).to.include({ reason: 'closedHere', discarded: 0 });
  });

  it('sends nothing in silence when it has closed: each send is refused, with an error', async () => {
    const { connection } = await pair();
    const result = await connection.inside((self) => {
      self.ttsc__close();
      return self.say('in time');
    });
    expect(result).to.equal('sent');
    expect(await connection.inside((self) => self.say('late'))).to.equal('refused');
    expectCode((await connection.heard.on('onError'))[0], 'TT_SEND_REFUSED');
    connection.ttsc__send('later');
    expectCode((await connection.heard.on('onError', 2))[0], 'TT_SEND_REFUSED');
    expect((await connection.heard.on('onDisconnected'))[0]).to.include({ discarded: 0 });
  });

  it('logs and counts a refusal that nobody hears', async () => {
    let deaf: Deaf | undefined;
    // The server's base is the Ear, which would hear it: this one stands between them.
    class Deaf extends Tonic {
      server!: TcpServer;
      connection: TcpConnection | undefined;
      ttse__onStart(): void {
        this.server = new TcpServer({ port: 0, host: '127.0.0.1' });
      }
      ttse__onListening(info: unknown): void {
        (this.base as unknown as { heard: { push(...args: unknown[]): void } }).heard.push('onListening', info);
      }
      ttse__onConnected(connection: TcpConnection): void {
        this.connection = connection;
        connection.ttsc__close();
        connection.ttsc__send('late');
      }
      ttse__onDisconnected(): void {
        (this.base as unknown as { heard: { push(...args: unknown[]): void } }).heard.push('onDisconnected');
      }
    }
    const app = await startNet(() => void (deaf = new Deaf()));
    const [{ port }] = await app.heard.on('onListening');
    const { connectTo } = await import('../../../support/peers.js');
    await connectTo(port);
    await app.heard.on('onDisconnected');
    expect(deaf!.connection!.unheardErrors).to.equal(1);
    expect(app.lines.filter(({ level }) => level === WARN).map(({ code }) => code)).to.deep.equal(['TT_SEND_REFUSED']);
  });
});

describe('a connection to which another one relays', () => {
  const relay = async (options = {}) => {
    const app = await serve(() => new Recorder(), options);
    const from = await app.pair();
    const to = await app.pair();
    from.connection.ttse__onData = Recorder.prototype.ttse__onData;
    return { app, from, to };
  };

  it('holds it back while its own peer does not read, and lets it go on when that has read', async () => {
    class Relay extends Recorder {
      target: Recorder | undefined;
      override ttse__onData(data: Buffer): void {
        super.ttse__onData(data);
        this.target?.ttsc__send(data);
      }
    }
    const app = await serve(() => new Relay(), { pauseReading: false });
    const from = await app.pair();
    const to = await app.pair();
    from.connection.target = to.connection;
    to.peer.socket.pause();
    const total = 30 * MB;
    from.peer.send(Buffer.alloc(total, 'r'));
    await to.connection.heard.on('onHighWater');
    const bound = async (): Promise<number> => {
      let before = -1;
      // Until nothing more is read.
      for (let same = 0; same < 20;) {
        await bench().settled();
        same = from.connection.traffic.receivedBytes === before ? same + 1 : 0;
        before = from.connection.traffic.receivedBytes;
      }
      return before;
    };
    expect(await bound()).to.be.lessThan(total);
    expect(to.connection.unsentBytes).to.be.lessThan(2 * MB);
    to.peer.socket.resume();
    await to.peer.received(total);
    expect(from.connection.traffic.receivedBytes).to.equal(total);
  });

  it('lets it go on when it is lost', async () => {
    const { from, to } = await relay({ pauseReading: false });
    to.peer.socket.pause();
    await from.connection.inside(() => to.connection.ttsc__send(Buffer.alloc(10 * MB)));
    await to.connection.heard.on('onHighWater');
    await from.peer.sends('held');
    for (let n = 0; n < 20; n++) await bench().settled();
    expect(from.connection.text).to.equal('');
    to.connection.ttsc__abort();
    await from.connection.heard.on('onData');
    expect(from.connection.text).to.equal('held');
  });
});
