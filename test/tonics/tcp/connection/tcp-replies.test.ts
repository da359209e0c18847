import { expect } from 'chai';
import { type Answer, type Reply, Tonic } from '../../../../src/index.js';
import { expectCode } from '../../../support/errors.js';
import type { FakeStream } from '../../../support/fake-network.js';
import { startWithPeer } from '../../../support/fake-peer.js';
import type { VirtualBench } from '../../../support/bench.js';
import { type NetApp, Recorder, tidyUp } from '../../../support/net-app.js';
import type { MoreOnPort } from '../../../support/on-port.js';

afterEach(tidyUp);

/** It opens a reply for each message that it hears. */
class Asked extends Recorder {
  readonly replies: Reply[] = [];
  override ttse__onData(data: Buffer): void {
    super.ttse__onData(data);
    this.replies.push(this.reply());
  }
  pushes(...data: Parameters<Recorder['push']>): ReturnType<Recorder['push']> {
    return this.push(...data);
  }
  opens(): Reply {
    return this.reply();
  }
  places(action: () => void): void {
    this.atPlace(action);
  }
}

interface Scene {
  readonly app: NetApp;
  readonly stream: FakeStream;
  readonly connection: Asked;
  readonly clock: VirtualBench;
  /** Runs something in a sparkle of the connection, and has all follow from it. */
  does<T>(body: (connection: Asked) => T): Promise<T>;
  /** The peer sends so many messages. */
  receives(...messages: string[]): Promise<void>;
}

async function connected(options: MoreOnPort = {}, make = (): Asked => new Asked()): Promise<Scene> {
  const { app, stream, connection, clock } = await startWithPeer(make, options);
  return {
    app,
    stream,
    connection,
    clock,
    async does(body) {
      const done = connection.inside(body);
      await clock.settled();
      return done;
    },
    async receives(...messages) {
      for (const message of messages) {
        stream.receives(message);
        await clock.settled();
      }
    },
  };
}

describe('the replies of a connection', () => {
  it('leave in the order of the requests, whichever is ready first', async () => {
    const { stream, connection, does, receives } = await connected();
    await receives('a', 'b');
    const [a, b] = connection.replies;
    expect(await does(() => b!.send('second'))).to.equal('waiting');
    await does(() => b!.end());
    expect(stream.sent).to.equal('');
    await does(() => a!.end('first '));
    expect(stream.sent).to.equal('first second');
  });

  it('have own sends wait behind them, at once and as orders, and let push() and what others send pass', async () => {
    const { app, stream, connection, does, receives } = await connected();
    await receives('a');
    await does((own) => {
      expect(own.pushes('(pushed)')).to.equal('sent');
      own.ttsc__send('1');
      expect(own.say('2')).to.equal('waiting');
    });
    await app.inside(() => connection.ttsc__send('(by another)'));
    expect(stream.sent).to.equal('(pushed)(by another)');
    await does(() => connection.replies[0]!.end('0'));
    expect(stream.sent).to.equal('(pushed)(by another)012');
  });

  it('come behind own sends that wait as orders when they are opened', async () => {
    const { stream, does } = await connected();
    await does((own) => {
      own.ttsc__send('1');
      const reply = own.opens();
      reply.send('2');
      expect(reply.open).to.equal(true);
      own.ttsc__send('4');
      own.places(() => own.say('5'));
      own.say('6');
      reply.end('3');
    });
    expect(stream.sent).to.equal('123456');
  });

  it('run what stands at a place when that has its turn', async () => {
    const { stream, connection, does, receives } = await connected();
    await receives('a');
    await does((own) => {
      own.places(() => own.say('(between)'));
      own.say('b');
    });
    await does(() => connection.replies[0]!.end('a'));
    expect(stream.sent).to.equal('a(between)b');
    await does((own) => own.places(() => own.say('(now)')));
    expect(stream.sent).to.equal('a(between)b(now)');
  });

  it('fail the Tonic where what stands at a place throws', async () => {
    const { app, stream, connection, does, receives } = await connected();
    await receives('a');
    await does((own) => own.places(() => void expect.fail('on purpose')));
    await does(() => connection.replies[0]!.end('a'));
    stream.peerEnds();
    const [info] = await connection.heard.on('onDisconnected');
    expect([info.reason, (info.error as Error).message]).to.deep.equal(['error', 'on purpose']);
    expect(app.lines.some(({ msg }) => msg?.includes('on purpose') === true)).to.equal(true);
  });

  it('may be given to another Tonic', async () => {
    class Clerk extends Tonic {
      ttsc__answer(reply: Reply): void {
        reply.end('by the clerk');
      }
    }
    const { stream, connection, does, receives } = await connected();
    await receives('a');
    await does(() => new Clerk().ttsc__answer(connection.replies[0]!));
    expect(stream.sent).to.equal('by the clerk');
  });

  it('may be sent to from outside of any sparkle: that leaves, too', async () => {
    const { stream, connection, clock, receives } = await connected();
    await receives('a');
    expect(connection.replies[0]!.send('late')).to.equal('waiting');
    connection.replies[0]!.end('r');
    await clock.settled();
    expect(stream.sent).to.equal('later');
  });

  it('take no place where a connection is closed', async () => {
    const { connection, stream, clock, does } = await connected();
    await does(() => connection.ttsc__close());
    stream.peerEnds();
    await clock.settled();
    const dead = await new Promise<Reply>((resolve) => {
      class Late extends Asked {
        override ttse__onDisconnected(): void {
          resolve(this.opens());
        }
      }
      void connected({}, () => new Late()).then(async ({ stream: other, clock: time }) => {
        other.fails('ECONNRESET');
        await time.settled();
      });
    });
    expect([dead.open, dead.send('x')]).to.deep.equal([false, 'refused']);
    dead.end();
  });
});

describe('what waits behind an open reply', () => {
  it('counts as unsent, and is told of by onDrain when it has left', async () => {
    const { connection, does, receives } = await connected();
    await receives('a', 'b');
    await does((own) => {
      own.replies[1]!.send('123');
      own.say('45');
    });
    expect(connection.unsentBytes).to.equal(5);
    expect(connection.heard.count('onDrain')).to.equal(0);
    await does((own) => own.replies[0]!.end());
    expect([connection.unsentBytes, connection.heard.count('onDrain')]).to.deep.equal([2, 0]);
    await does((own) => own.replies[1]!.end());
    expect([connection.unsentBytes, connection.heard.count('onDrain')]).to.deep.equal([0, 1]);
  });

  it('has reading pause above the high-water mark, until it has left', async () => {
    const { stream, connection, does, receives } = await connected({ highWaterMark: 16_384 });
    await receives('a');
    await does((own) => own.say('x'.repeat(16_385)));
    expect(connection.heard.all('onHighWater')).to.deep.equal([[16_385]]);
    await receives('b');
    expect(connection.text).to.equal('a');
    await does((own) => own.replies[0]!.end());
    expect(connection.text).to.equal('ab');
    expect([stream.sent.length, connection.heard.count('onDrain')]).to.deep.equal([16_385, 1]);
  });

  it('closes the connection above unsentLimit: what was told as sent leaves', async () => {
    const { stream, connection, does, receives } = await connected({ highWaterMark: 16_384, unsentLimit: 20_000 });
    await receives('a');
    const results = await does((own) => [
      own.replies[0]!.send('part'),
      own.say('x'.repeat(20_000)),
      own.say('x'),
      own.replies[0]!.send('more'),
    ]);
    expect(results).to.deep.equal(['sent', 'waiting', 'refused', 'refused']);
    expect([stream.sent, connection.phase]).to.deep.equal(['part', 'draining']);
    await connection.heard.until(() => connection.heard.count('onError') > 0);
    expectCode(connection.heard.all('onError')[0]![0], 'TT_UNSENT_LIMIT');
  });

  it('is refused above unsentLimit where the option says so, and the rest leaves', async () => {
    const { stream, connection, does, receives } = await connected({
      highWaterMark: 16_384,
      unsentLimit: 20_000,
      onUnsentLimit: 'refuse',
    });
    await receives('a');
    const results = await does((own) => [own.say('x'.repeat(19_999)), own.say('yy'), own.say('z'), own.pushes('more')]);
    expect(results).to.deep.equal(['waiting', 'refused', 'waiting', 'refused']);
    await does(() => connection.replies[0]!.end());
    expect(stream.sent.slice(19_990)).to.equal('xxxxxxxxxz');
  });
});

describe('many open replies', () => {
  it('have reading pause at replyLimit, until one has left', async () => {
    const { connection, does, receives } = await connected({ replyLimit: 2 });
    await receives('a', 'b', 'c');
    expect(connection.text).to.equal('ab');
    await does((own) => own.replies[1]!.end());
    expect(connection.text).to.equal('ab');
    await does((own) => own.replies[0]!.end());
    expect(connection.text).to.equal('abc');
  });

  it('do not where the oldest one needs input', async () => {
    const { connection, does, receives } = await connected({ replyLimit: 2, highWaterMark: 16_384 });
    await receives('a', 'b', 'c');
    await does((own) => own.replies[0]!.needsInput());
    expect(connection.text).to.equal('abc');
    await does((own) => own.say('x'.repeat(16_385)));
    await receives('d');
    expect(connection.text).to.equal('abcd');
    await does((own) => own.replies[0]!.end());
    await receives('e');
    expect(connection.text).to.equal('abcd');
  });

  it('go on reading for one that says that it needs input after all', async () => {
    const { connection, does, receives } = await connected({ highWaterMark: 16_384 });
    await receives('a');
    await does((own) => own.say('x'.repeat(16_385)));
    await receives('b');
    expect(connection.text).to.equal('a');
    await does((own) => own.replies[0]!.needsInput());
    expect(connection.text).to.equal('ab');
  });
});

describe('a reply that nobody ends', () => {
  it('ends the connection after replyTimeout: what is before it leaves, and the peer sees no clean end', async () => {
    const { stream, connection, clock, does, receives } = await connected({ lingerTimeout: 1_000 });
    await receives('a', 'b', 'c');
    await does((own) => own.replies[2]!.end('lost'));
    await clock.pass(20_000);
    await does((own) => own.replies[0]!.end('answered'));
    await clock.pass(29_999);
    expect(connection.phase).to.equal('open');
    await clock.pass(1);
    expect([connection.phase, stream.sent]).to.deep.equal(['draining', 'answered']);
    const error = expectCode(connection.heard.all('onError')[0]![0], 'TT_REPLY_TIMEOUT');
    expect(error.details).to.include({ ms: 30_000, count: 1, bytes: 4 });
    await clock.pass(1_000);
    const [info] = await connection.heard.on('onDisconnected');
    expect(info).to.deep.equal({ reason: 'error', error, discarded: 4 });
    expect([stream.wasReset, connection.finished]).to.deep.equal([true, true]);
  });

  it('ends it cleanly where nothing is lost but that answer', async () => {
    const { stream, connection, clock, receives } = await connected({ replyTimeout: 100 });
    await receives('a');
    await clock.pass(100);
    stream.peerEnds();
    await clock.settled();
    expect(stream.wasReset).to.equal(false);
    expect(connection.heard.all('onDisconnected')[0]![0]).to.include({ reason: 'error', discarded: 0 });
  });

  it('is given time anew with each of its sends, and never ends where the option says so', async () => {
    const { connection, clock, does, receives } = await connected({ replyTimeout: 100 });
    await receives('a');
    for (let n = 0; n < 5; n++) {
      await clock.pass(99);
      await does((own) => own.replies[0]!.send('.'));
    }
    expect(connection.phase).to.equal('open');
    const patient = await connected({ replyTimeout: false });
    await patient.receives('a');
    await patient.clock.pass(86_400_000);
    expect(patient.connection.phase).to.equal('open');
  });

  it('is given time while its peer takes some of it, or sends what it needs', async () => {
    const { stream, connection, clock, does, receives } = await connected({ replyTimeout: 100 });
    await receives('a');
    stream.stuck = true;
    await does((own) => own.replies[0]!.send('x'.repeat(100)));
    for (let n = 0; n < 5; n++) {
      await clock.pass(90);
      stream.takes(1);
    }
    expect(connection.phase).to.equal('open');
    await clock.pass(300);
    expect(connection.phase).to.equal('draining');
    const other = await connected({ replyTimeout: 100 });
    await other.receives('a');
    await other.does((own) => own.replies[0]!.needsInput());
    for (let n = 0; n < 5; n++) {
      await other.clock.pass(90);
      await other.receives('b');
    }
    expect(other.connection.phase).to.equal('open');
  });

  it('is not called late by a loop that was late itself', async () => {
    /** What comes next ends the reply before. */
    class Ends extends Asked {
      override ttse__onData(data: Buffer): void {
        this.replies.at(-1)?.end('in time');
        super.ttse__onData(data);
      }
    }
    const { stream, connection, clock, receives } = await connected({ replyTimeout: 1_000 }, () => new Ends());
    await receives('a');
    await clock.pass(900);
    await connection.inside(() => {
      clock.stall(1_500);
      // The next look finds it, after the timers that are due.
      clock.clock.afterPoll(() => stream.receives('b'));
    });
    await clock.pass(0);
    expect([connection.phase, stream.sent]).to.deep.equal(['open', 'in time']);
  });
});

describe('a reply that fails', () => {
  it('ends the connection at its place, with its error as the cause', async () => {
    const { stream, connection, clock, does, receives } = await connected();
    await receives('a', 'b');
    await does((own) => own.replies[1]!.fail(new RangeError('no such row')));
    expect(connection.phase).to.equal('open');
    await does((own) => own.replies[0]!.end('a'));
    stream.peerEnds();
    await clock.settled();
    expect(stream.sent).to.equal('a');
    const [info] = await connection.heard.on('onDisconnected');
    expect(info.reason).to.equal('error');
    expect(expectCode(info.error, 'TT_REPLY_FAILED').cause).to.be.instanceOf(RangeError);
  });
});

describe('a reply that hears the answer to a question', () => {
  class Bank extends Tonic {
    ttsc__name(name: unknown, answer: Answer<string>): void {
      if (name === 'nobody') answer.fail(new Error('no such name'));
      else answer.give(name as string);
    }
  }
  class Teller extends Asked {
    asks(bank: Bank, name: unknown): void {
      this.ask(bank).ttsc__name(name).then(this.reply());
    }
    pipes(promise: Promise<string>): void {
      this.pipe(promise, this.reply());
    }
    /** It would go on: but for the reply that nobody can give. */
    ttse__onFailure(error: Error): void {
      this.heard.push('onFailure', error);
    }
  }
  const scene = async (): Promise<Scene & { readonly teller: Teller; readonly bank: Bank }> => {
    let teller!: Teller;
    const all = await connected({ lingerTimeout: 10 }, () => (teller = new Teller()));
    const bank = await all.does(() => new Bank());
    return { ...all, teller, bank };
  };

  it('ends with it, in the order of the requests', async () => {
    const { stream, teller, bank, does, clock } = await scene();
    let resolve!: (text: string) => void;
    await does(() => {
      teller.pipes(new Promise((settle) => (resolve = settle)));
      teller.asks(bank, 'Ann ');
      teller.say('Bob');
    });
    expect(stream.sent).to.equal('');
    resolve('first ');
    await clock.settled();
    expect(stream.sent).to.equal('first Ann Bob');
  });

  it('fails where there is none, and where it is no data', async () => {
    for (const [name, why] of [
      ['nobody', 'no such name'],
      [7, 'Only strings, Buffers'],
    ] as const) {
      const { connection, teller, bank, does, clock } = await scene();
      await does(() => teller.asks(bank, name));
      await clock.pass(20);
      expect(connection.finished).to.equal(true);
      const [{ error }] = connection.heard.all('onDisconnected')[0]!;
      expect(expectCode(error, 'TT_REPLY_FAILED').cause).to.have.property('message').that.includes(why);
    }
  });
});

describe('the end of a connection with an open reply', () => {
  it('waits for it where the peer ends', async () => {
    const { stream, connection, does, receives, clock } = await connected();
    await receives('a');
    stream.peerEnds();
    await clock.pass(1_000);
    expect(connection.phase).to.equal('halfClosed');
    await does((own) => own.replies[0]!.end('answer'));
    expect(stream.sent).to.equal('answer');
    expect(connection.heard.all('onDisconnected')).to.deep.equal([
      [{ reason: 'peerEnded', error: undefined, discarded: 0 }],
    ]);
  });

  it('waits for it where the app finishes', async () => {
    const { app, stream, connection, does, receives, clock } = await connected();
    await receives('a');
    app.main.ttsc__finish();
    await clock.pass(1_000);
    expect(connection.phase).to.equal('draining');
    await does((own) => own.replies[0]!.end('answer'));
    stream.peerEnds();
    await clock.settled();
    expect(stream.sent).to.equal('answer');
    expect(connection.heard.all('onDisconnected')[0]![0]).to.include({ reason: 'finished', discarded: 0 });
  });

  it('still reads for it where it needs input and the app finishes, and no longer than that', async () => {
    const { app, stream, connection, does, receives, clock } = await connected();
    await receives('a', 'b');
    await does((own) => own.replies[1]!.needsInput());
    app.main.ttsc__finish();
    await clock.pass(1_000);
    await receives('x');
    expect(connection.text).to.equal('ab');
    await does((own) => own.replies[0]!.end('1'));
    await clock.settled();
    expect(connection.text).to.equal('abx');
    await does((own) => own.replies[1]!.end('2'));
    await receives('y');
    expect(connection.text).to.equal('abx');
    await does((own) => own.replies[2]!.end('3'));
    stream.peerEnds();
    await clock.settled();
    expect([stream.sent, connection.finished]).to.deep.equal(['123', true]);
  });

  it('waits for it within drainTimeout, and names what it let go of', async () => {
    const { app, stream, connection, does, receives, clock } = await connected({ lingerTimeout: 100 });
    await receives('a');
    await does((own) => own.say('behind'));
    app.main.ttsc__finish();
    await clock.pass(10_000);
    expect(connection.finished).to.equal(true);
    expect(connection.heard.all('onDisconnected')[0]![0]).to.include({ reason: 'finished', discarded: 6 });
    expect(stream.wasReset).to.equal(true);
    const let_go = app.lines.find(({ code }) => code === 'TT_OWED_LET_GO');
    expect(JSON.stringify(let_go)).to.include('an open reply');
  });

  it('waits for it where it is to end or to close, and what is sent after that is refused', async () => {
    for (const end of ['ttsc__end', 'ttsc__close'] as const) {
      const { stream, connection, clock, does, receives } = await connected();
      await receives('a');
      await does((own) => {
        own.say('before ');
        own[end]();
      });
      await receives('b');
      const [late, result] = await does((own) => [own.opens(), own.say('after')] as const);
      expect([late.open, result, connection.phase]).to.deep.equal([false, 'refused', 'open']);
      await does((own) => own.replies[0]!.end('answer '));
      stream.peerEnds();
      await clock.settled();
      expect(stream.sent).to.equal('answer before ');
      expect(connection.heard.all('onDisconnected')[0]![0]).to.include({ reason: 'closedHere', discarded: 0 });
      // Nobody would answer it.
      expect(connection.text).to.equal(end === 'ttsc__end' ? 'ab' : 'a');
    }
  });

  it('does not wait where it is aborted: what waits is counted, and what is sent to it refused', async () => {
    const { stream, connection, clock, does, receives } = await connected();
    await receives('a');
    const reply = connection.replies[0]!;
    await does((own) => {
      own.say('behind');
      own.ttsc__abort();
    });
    await clock.settled();
    expect(connection.heard.all('onDisconnected')[0]![0]).to.include({ reason: 'aborted', discarded: 6 });
    expect([stream.wasReset, reply.open, reply.send('x')]).to.deep.equal([true, false, 'refused']);
  });

  it('does not wait where its peer has reset it, and tells of what is sent to it while it lives', async () => {
    const { stream, connection, clock, does, receives } = await connected({ halfOpen: true });
    await receives('a');
    await does((own) => own.say('behind'));
    class Sends extends Tonic {
      ttsc__send(reply: Reply): void {
        reply.end('too late');
      }
    }
    const sender = await does(() => new Sends());
    stream.fails('ECONNRESET');
    sender.ttsc__send(connection.replies[0]!);
    await clock.settled();
    expect(connection.heard.all('onDisconnected')[0]![0]).to.include({ reason: 'peerReset', discarded: 6 });
  });

  it('does not wait where its Tonic fails: the peer sees no clean end after a part', async () => {
    const { stream, connection, clock, does, receives } = await connected({ lingerTimeout: 100 });
    await receives('a');
    await does((own) => own.replies[0]!.send('part'));
    await does((own) => own.ttsc__do(() => expect.fail('on purpose')));
    await clock.pass(100);
    expect([stream.sent, stream.wasReset]).to.deep.equal(['part', true]);
    expect(connection.heard.all('onDisconnected')[0]![0]).to.include({ reason: 'error' });
  });

  it('is no idle time, and begins to be when it has ended', async () => {
    const { connection, clock, does, receives } = await connected({ idleTimeout: 1_000 });
    await receives('a');
    await clock.pass(5_500);
    expect(connection.phase).to.equal('open');
    await does((own) => own.replies[0]!.end());
    await clock.pass(999);
    expect(connection.phase).to.equal('open');
    await clock.pass(1_001);
    expect(connection.phase).to.not.equal('open');
  });
});
