import { expect } from 'chai';
import { type DisconnectInfo, type SelectorCatalystOptions, type TcpServer, Tonic } from '../../../../src/index.js';
import { stall } from '../../../support/app.js';
import { expectCode } from '../../../support/errors.js';
import type { FakeStream } from '../../../support/fake-network.js';
import { startWithPeer } from '../../../support/fake-peer.js';
import type { VirtualBench } from '../../../support/bench.js';
import { type NetApp, Recorder, serve, tidyUp } from '../../../support/net-app.js';
import type { MoreOnPort } from '../../../support/on-port.js';

afterEach(tidyUp);

type Options = MoreOnPort;

/** A connection of a server and its peer, which does not end when the connection does, unless told so. */
const pair = async (options: Options = {}, allowHalfOpen = false, make = (): Recorder => new Recorder()) => {
  const app = await serve(make, options);
  const { peer, connection } = await app.pair({ allowHalfOpen });
  await connection.heard.on('onConnected');
  return { app, peer, connection };
};

/** The same with a network and a clock in the hands of the test. */
const fakePair = async (
  options: Options = {},
  catalyst: SelectorCatalystOptions = {},
  make = (): Recorder => new Recorder(),
): Promise<{ app: NetApp; stream: FakeStream; connection: Recorder; clock: VirtualBench }> => {
  return startWithPeer(make, options, { catalyst });
};

const infoOf = async (connection: Recorder): Promise<DisconnectInfo> =>
  (await connection.heard.on('onDisconnected'))[0] as DisconnectInfo;

const BIG = 'b'.repeat(5_000_000);
/** More than a kernel keeps for a peer that does not read. */
const HUGE = Buffer.alloc(12_000_000, 'h');

describe('the end of a TcpConnection', () => {
  describe('by ttsc__end', () => {
    it('follows all bytes given before', async () => {
      const { peer, connection } = await pair();
      await connection.inside((self) => {
        self.say(BIG);
        self.ttsc__send('the end');
        self.ttsc__end();
      });
      await peer.ended();
      expect(peer.size).to.equal(BIG.length + 7);
      expect(peer.text.endsWith('bthe end')).to.equal(true);
      expect(await infoOf(connection)).to.deep.equal({ reason: 'closedHere', error: undefined, discarded: 0 });
    });

    for (const halfOpen of [false, true]) {
      it(`still receives, until the peer has ended too, with halfOpen: ${halfOpen}`, async () => {
        const { peer, connection } = await pair({ halfOpen }, true);
        connection.ttsc__end();
        await peer.ended();
        expect(connection.phase).to.equal('open');
        await peer.sends('more');
        await connection.heard.on('onData');
        peer.end(' and more');
        const info = await infoOf(connection);
        expect(connection.text).to.equal('more and more');
        expect(info).to.deep.equal({ reason: 'closedHere', error: undefined, discarded: 0 });
        await connection.heard.on('onFinished');
        expect(connection.heard.names.filter((name) => name !== 'onData')).to.deep.equal([
          'onConnected',
          'onEnd',
          'onDisconnected',
          'onFinished',
        ]);
        await peer.closed();
      });
    }

    it('twice is the same as once', async () => {
      const { peer, connection } = await pair();
      await connection.inside((self) => {
        self.say('x');
        self.ttsc__end();
        self.ttsc__end();
      });
      await peer.ended();
      await infoOf(connection);
      expect(connection.heard.count('onError')).to.equal(0);
    });
  });

  describe('by ttsc__close', () => {
    it('follows all bytes given before', async () => {
      const { peer, connection } = await pair();
      await connection.inside((self) => {
        self.ttsc__send('first, ');
        self.say(BIG);
        self.ttsc__close();
        self.ttsc__close();
        expect(self.phase).to.equal('open');
      });
      await peer.ended();
      expect(peer.size).to.equal(BIG.length + 7);
      expect(await infoOf(connection)).to.deep.equal({ reason: 'closedHere', error: undefined, discarded: 0 });
      expect(connection.phase).to.equal('closed');
    });

    it('reads and drops what the peer still sends, so that nothing is lost by a reset', async () => {
      const { peer, connection } = await pair({}, true);
      await connection.inside((self) => {
        self.say(BIG);
        self.ttsc__close();
      });
      for (let n = 0; n < 20; n++) await peer.sends(BIG.slice(0, 100_000));
      await peer.ended();
      peer.end();
      await peer.closed();
      expect(peer.size).to.equal(BIG.length);
      expect(peer.heard.count('error')).to.equal(0);
      const { reason } = await infoOf(connection);
      expect([reason, connection.text]).to.deep.equal(['closedHere', '']);
      expect(connection.traffic).to.include({ receivedMessages: 0 });
    });

    it('does so also while it was paused', async () => {
      const { peer, connection } = await pair({}, true);
      connection.ttsc__pause();
      await connection.inside(() => {});
      await peer.sends(BIG.slice(0, 200_000));
      connection.ttsc__send('bye');
      connection.ttsc__close();
      await peer.ended();
      peer.end();
      expect(await peer.received('bye')).to.equal('bye');
      expect((await infoOf(connection)).reason).to.equal('closedHere');
    });

    it('waits for a peer that never ends no longer than lingerTimeout', async () => {
      const { stream, connection, clock } = await fakePair({ lingerTimeout: 700 });
      connection.ttsc__close();
      await clock.settled();
      expect([stream.flushed, connection.phase]).to.deep.equal([true, 'draining']);
      await clock.pass(699);
      expect(connection.heard.count('onDisconnected')).to.equal(0);
      await clock.pass(1);
      expect(await infoOf(connection)).to.deep.equal({ reason: 'closedHere', error: undefined, discarded: 0 });
      expect([stream.closed, stream.wasReset]).to.deep.equal([true, false]);
    });

    it('waits as long as the peer takes some of what was sent, and discards the rest when it does not', async () => {
      const { stream, connection, clock } = await fakePair({ lingerTimeout: 700 });
      stream.stuck = true;
      connection.ttsc__send('0123456789');
      connection.ttsc__close();
      await clock.settled();
      for (let n = 0; n < 3; n++) {
        await clock.pass(600);
        stream.takes(2);
      }
      await clock.pass(699);
      expect(connection.phase).to.equal('draining');
      await clock.pass(701);
      expect(await infoOf(connection)).to.deep.equal({ reason: 'closedHere', error: undefined, discarded: 4 });
      expect(stream.wasReset).to.equal(true);
    });

    it('waits no longer than lingerLimit in all, however steadily the peer takes what was sent', async () => {
      const { stream, connection, clock } = await fakePair({ lingerTimeout: 1_000, lingerLimit: 5_000 });
      stream.stuck = true;
      await connection.inside((self) => {
        self.say('x'.repeat(100));
        self.ttsc__close();
      });
      for (let ms = 0; ms < 4_800; ms += 400) {
        await clock.pass(400);
        stream.takes(1);
      }
      await clock.pass(199);
      expect(connection.phase).to.equal('draining');
      await clock.pass(1);
      expect(await infoOf(connection)).to.include({ reason: 'closedHere', discarded: 88 });
    });

    it('gives a real peer up that never ends', async () => {
      const { peer, connection } = await pair({ lingerTimeout: 20 }, true);
      connection.ttsc__send('bye');
      connection.ttsc__close();
      await peer.ended();
      expect((await infoOf(connection)).reason).to.equal('closedHere');
      expect(peer.text).to.equal('bye');
    });
  });

  describe('by ttsc__abort', () => {
    it('comes at once, and tells how many bytes were discarded', async () => {
      const { peer, connection } = await pair({ unsentLimit: 1e8 });
      peer.socket.pause();
      await connection.inside((self) => self.say(HUGE));
      await connection.inside(() => {});
      const unsent = await connection.inside((self) => {
        self.ttsc__abort();
        return self.unsentBytes;
      });
      const info = await infoOf(connection);
      expect(info).to.deep.equal({ reason: 'aborted', error: undefined, discarded: unsent });
      expect(unsent).to.be.greaterThan(1_000_000);
      expect(connection.unsentBytes).to.equal(0);
    });

    it('discards what was given in the same turn, and resets the connection', async () => {
      const { peer, connection } = await pair();
      await connection.inside((self) => {
        self.say('gone');
        self.ttsc__abort();
      });
      expect(await infoOf(connection)).to.include({ reason: 'aborted', discarded: 4 });
      await peer.closed();
      expect(peer.text).to.equal('');
      expect(peer.heard.all('error').map(([error]) => (error as NodeJS.ErrnoException).code)).to.deep.equal([
        'ECONNRESET',
      ]);
    });

    it('ends a close that waits', async () => {
      const { stream, connection, clock } = await fakePair();
      stream.stuck = true;
      connection.ttsc__send('12345');
      connection.ttsc__close();
      connection.ttsc__abort();
      connection.ttsc__abort();
      await clock.settled();
      expect(await infoOf(connection)).to.deep.equal({ reason: 'aborted', error: undefined, discarded: 5 });
      expect(stream.wasReset).to.equal(true);
    });
  });

  describe('by the peer', () => {
    it('is onEnd, then onDisconnected, then the Tonic has finished', async () => {
      const { app, peer, connection } = await pair();
      peer.end('last words');
      expect(await infoOf(connection)).to.deep.equal({ reason: 'peerEnded', error: undefined, discarded: 0 });
      await connection.heard.on('onFinished');
      expect(connection.text).to.equal('last words');
      expect(connection.heard.names).to.deep.equal(['onConnected', 'onData', 'onEnd', 'onDisconnected', 'onFinished']);
      await peer.ended();
      await app.app.inside(() => {});
      expect(app.server.counts.open).to.equal(0);
    });

    for (const how of ['send', 'ttsc__send'] as const) {
      it(`lets the answers leave that were given with ${how}`, async () => {
        class Answering extends Recorder {
          override ttse__onData(data: Buffer): void {
            if (how === 'send') this.send(`<${data.toString()}>`);
            else this.ttsc__send(`<${data.toString()}>`);
          }
          override ttse__onEnd(): void {
            if (how === 'send') this.send('bye');
            else this.ttsc__send('bye');
          }
        }
        const { peer, connection } = await pair({}, false, () => new Answering());
        peer.end('question');
        await peer.ended();
        expect(peer.text).to.equal('<question>bye');
        expect(await infoOf(connection)).to.deep.equal({ reason: 'peerEnded', error: undefined, discarded: 0 });
      });
    }

    it('lets the answers leave that its base gives', async () => {
      const app = await serve(undefined);
      const peer = await app.connect();
      peer.end('question');
      const [connection] = await app.heard.on('onEnd');
      await app.app.inside(() => {});
      expect(connection.phase).to.not.equal('open');
      await peer.ended();
    });

    it('leaves it open for sending with halfOpen, until it ends too', async () => {
      const { peer, connection } = await pair({ halfOpen: true });
      peer.end('question');
      await connection.heard.on('onEnd');
      expect(connection.phase).to.equal('halfClosed');
      connection.ttsc__send('an answer, ');
      await peer.received(11);
      await connection.inside((self) => self.say('and another'));
      connection.ttsc__end();
      await peer.ended();
      expect(peer.text).to.equal('an answer, and another');
      expect(await infoOf(connection)).to.deep.equal({ reason: 'peerEnded', error: undefined, discarded: 0 });
    });

    it('lets what is unsent leave first, however slow it reads', async () => {
      const { peer, connection } = await pair({ pauseReading: false }, true);
      peer.socket.pause();
      await connection.inside((self) => self.say(BIG));
      peer.end();
      await connection.heard.on('onEnd');
      expect(connection.unsentBytes).to.be.greaterThan(0);
      peer.socket.resume();
      await peer.ended();
      expect(peer.size).to.equal(BIG.length);
      expect(await infoOf(connection)).to.deep.equal({ reason: 'peerEnded', error: undefined, discarded: 0 });
    });
  });

  describe('by a reset of the peer', () => {
    it('is onError, then onDisconnected', async () => {
      const { peer, connection } = await pair();
      peer.reset();
      const info = await infoOf(connection);
      expect(info).to.include({ reason: 'peerReset', discarded: 0 });
      const [error] = await connection.heard.on('onError');
      expect(info.error).to.equal(error);
      expectCode(error, 'TT_PEER_RESET');
      await connection.heard.on('onFinished');
      expect(connection.heard.names).to.deep.equal(['onConnected', 'onError', 'onDisconnected', 'onFinished']);
    });

    for (const closing of [false, true]) {
      it(`tells how many bytes were discarded${closing ? ', also while it closes' : ''}`, async () => {
        const { peer, connection } = await pair({ unsentLimit: 1e8 });
        peer.socket.pause();
        await connection.inside((self) => {
          self.say(HUGE);
          if (closing) self.ttsc__close();
        });
        await connection.inside(() => {});
        const unsent = connection.unsentBytes;
        peer.reset();
        const info = await infoOf(connection);
        expect(info.reason).to.equal('peerReset');
        expect(unsent).to.be.greaterThan(1_000_000);
        expect(info.discarded).to.equal(unsent);
      });
    }
  });

  it('by its peer, after a throw, does not come before that of its infusions', async () => {
    class Slow extends Tonic {
      ttse__onDraining(): void {}
    }
    class Sick extends Recorder {
      readonly slow = new Slow({ base: this, drainTimeout: 1_000 });
    }
    const { connection, clock, stream } = await fakePair({}, {}, () => new Sick());
    connection.ttsc__do(() => {
      throw new Error('sick');
    });
    await clock.settled();
    stream.fails('ECONNRESET');
    await clock.settled();
    expect([connection.heard.count('onDisconnected'), connection.finished]).to.deep.equal([1, false]);
    await clock.pass(1_000);
    expect([(connection as Sick).slow.finished, connection.finished]).to.deep.equal([true, true]);
  });

  describe('after an idle time', () => {
    it('comes when nothing came and nothing left', async () => {
      const { app, connection, clock, stream } = await fakePair({ idleTimeout: 1_000, lingerTimeout: 10 });
      await clock.pass(999);
      expect(connection.phase).to.equal('open');
      await clock.pass(1);
      expect([connection.phase, stream.flushed]).to.deep.equal(['draining', true]);
      stream.peerEnds();
      await clock.settled();
      expect(await infoOf(connection)).to.deep.equal({
        reason: 'idle',
        error: undefined,
        discarded: 0,
        idle: 'either',
      });
      expect(app.messages(40)).to.deep.equal([]);
    });

    it('is not put off by sends that the peer does not take', async () => {
      const { connection, clock, stream } = await fakePair({ idleTimeout: 1_000 });
      stream.stuck = true;
      for (let n = 0; n < 3; n++) {
        await connection.inside((self) => self.say('ping'));
        await clock.pass(400);
      }
      expect(connection.phase).to.equal('draining');
    });

    it('is put off by what comes', async () => {
      const { connection, clock, stream } = await fakePair({ idleTimeout: 1_000 });
      for (let n = 0; n < 5; n++) {
        await clock.pass(900);
        stream.receives('x');
      }
      await clock.pass(999);
      expect(connection.phase).to.equal('open');
      await clock.pass(1);
      expect(connection.phase).to.equal('draining');
    });

    it('is put off by what leaves', async () => {
      const { connection, clock } = await fakePair({ idleTimeout: 1_000 });
      for (let n = 0; n < 5; n++) {
        await clock.pass(900);
        connection.ttsc__send('x');
      }
      await clock.pass(999);
      expect(connection.phase).to.equal('open');
      await clock.pass(1);
      expect(connection.phase).to.equal('draining');
    });

    it('is put off by each part that leaves of what was given before', async () => {
      const { stream, connection, clock } = await fakePair({ idleTimeout: 1_000 });
      stream.stuck = true;
      await connection.inside((self) => self.say('x'.repeat(10)));
      for (let taken = 0; taken < 5; taken++) {
        await clock.pass(900);
        stream.takes(1);
      }
      expect([connection.phase, connection.unsentBytes]).to.deep.equal(['open', 5]);
      await clock.pass(2_000);
      expect(connection.phase).to.equal('draining');
    });

    it('does not come without the option', async () => {
      const { connection, clock } = await fakePair();
      await clock.pass(24 * 3_600_000);
      expect(connection.phase).to.equal('open');
    });

    it('comes on a real socket', async () => {
      const { peer, connection } = await pair({ idleTimeout: 20 });
      await peer.ended();
      expect((await infoOf(connection)).reason).to.equal('idle');
    });
  });

  it('with its Tonic answers what it has read, and reads nothing that it could not answer any more', async () => {
    const stream: { peer?: FakeStream } = {};
    /** Its answer to each byte takes twelve orders; in the middle of those the peer asks once more. */
    class Slow extends Recorder {
      override ttse__onData(data: Buffer): void {
        super.ttse__onData(data);
        for (const question of data.toString()) this.ttsc__step(question, 12);
      }
      ttsc__step(question: string, left: number): void {
        if (left === 6) stream.peer!.receives('x');
        if (left > 0) this.ttsc__step(question, left - 1);
        else this.ttsc__send(question);
      }
    }
    // An order a turn, so that there is time to read in between.
    const made = await fakePair({}, { turnOrders: 1 }, () => new Slow());
    stream.peer = made.stream;
    made.stream.receives('ab');
    made.connection.ttsc__finish();
    await made.clock.settled();
    made.stream.peerEnds();
    expect(await infoOf(made.connection)).to.deep.equal({ reason: 'finished', error: undefined, discarded: 0 });
    expect([made.connection.text, made.stream.sent]).to.deep.equal(['ab', 'ab']);
  });

  it('by the end of its base waits as long as the peer takes some, whatever the deadline of the base', async () => {
    const { app, stream, connection, clock } = await fakePair({ drainTimeout: 300, lingerTimeout: 1_000 });
    stream.stuck = true;
    await connection.inside((self) => self.say('x'.repeat(10)));
    (connection.base as TcpServer).ttsc__finish();
    for (let taken = 0; taken < 10; taken++) {
      await clock.pass(800);
      stream.takes(1);
    }
    stream.peerEnds();
    await clock.settled();
    expect(await infoOf(connection)).to.include({ reason: 'finished', discarded: 0 });
    expect(app.lines.filter(({ code }) => code === 'TT_ABORTED')).to.deep.equal([]);
  });

  it('with its Tonic hears the end that had come before, and what its protocol answers to that leaves', async () => {
    class AtEnd extends Recorder {
      override ttse__onEnd(): void {
        super.ttse__onEnd();
        this.send(`all of ${this.text}`);
      }
    }
    for (const halfOpen of [false, true]) {
      const { peer, connection } = await pair({ halfOpen }, true, () => new AtEnd());
      await connection.inside((self) => {
        peer.end('request');
        // While the sparkle runs it comes.
        stall(1);
        self.ttsc__finish();
      });
      await peer.ended();
      expect(peer.text).to.equal('all of request');
      expect(await infoOf(connection)).to.deep.equal({ reason: 'finished', error: undefined, discarded: 0 });
      expect(connection.heard.count('onEnd')).to.equal(1);
    }
  });

  it('with its Tonic is called finished', async () => {
    const { peer, connection } = await pair();
    await connection.inside((self) => {
      self.say(BIG);
      self.ttsc__finish();
    });
    await peer.ended();
    expect(peer.size).to.equal(BIG.length);
    expect(await infoOf(connection)).to.deep.equal({ reason: 'finished', error: undefined, discarded: 0 });
    await connection.heard.on('onFinished');
  });

  it('by a reset comes behind the bytes before it, also where reading is held back for others', async () => {
    const made: { stream?: FakeStream } = {};
    class Busy extends Recorder {
      override ttse__onData(data: Buffer): void {
        super.ttse__onData(data);
        if (data.length === 300) for (let nr = 0; nr < 300; nr++) this.ttsc__step(nr);
      }
      ttsc__step(nr: number): void {
        // By now so many orders wait that nobody reads.
        if (nr !== 50) return;
        made.stream!.receives('last words');
        made.stream!.fails('ECONNRESET');
      }
    }
    const { stream, connection } = await fakePair({}, { highWaterMark: 100, turnOrders: 10 }, () => new Busy());
    made.stream = stream;
    stream.receives('x'.repeat(300));
    expect((await infoOf(connection)).reason).to.equal('peerReset');
    expect(connection.text).to.equal(`${'x'.repeat(300)}last words`);
  });

  it('comes behind what a paused one has not heard, though its socket has closed', async () => {
    const { stream, connection, clock } = await fakePair();
    connection.ttsc__end();
    connection.ttsc__pause();
    await clock.settled();
    stream.receives('last words');
    stream.peerEnds();
    stream.close();
    await clock.settled();
    expect(connection.heard.names).to.deep.equal(['onConnected']);
    connection.ttsc__resume();
    await clock.settled();
    expect(connection.text).to.equal('last words');
    expect(await infoOf(connection)).to.deep.equal({ reason: 'closedHere', error: undefined, discarded: 0 });
  });

  it('by an error of the system has its code', async () => {
    const { stream, connection, clock } = await fakePair();
    stream.fails('ETIMEDOUT');
    await clock.settled();
    const info = await infoOf(connection);
    expect(info.reason).to.equal('error');
    expectCode(info.error, 'TT_TIMED_OUT');
    expect(connection.heard.names).to.deep.equal(['onConnected', 'onError', 'onDisconnected', 'onFinished']);
  });

  it('by an error that comes with an end is told as the error alone: cut data is never taken for whole', async () => {
    const { stream, connection, clock } = await fakePair();
    stream.receives('half of a');
    stream.peerEnds();
    stream.fails('ECONNRESET');
    await clock.settled();
    expect((await infoOf(connection)).reason).to.equal('peerReset');
    expect(connection.text).to.equal('half of a');
    expect(connection.heard.names).to.deep.equal(['onConnected', 'onData', 'onError', 'onDisconnected', 'onFinished']);
  });

  it('by an error that nobody knows keeps what the system said', async () => {
    const { stream, connection, clock } = await fakePair();
    stream.fails('EWEIRD');
    await clock.settled();
    const { error } = await infoOf(connection);
    expect(expectCode(error, 'TT_SOCKET_ERROR').details).to.include({ code: 'EWEIRD' });
    expect((error!.cause as NodeJS.ErrnoException).code).to.equal('EWEIRD');
  });
});
