import { expect } from 'chai';
import { type ResendOptions, type SendResult, type UnansweredInfo, UdpSocket } from '../../../src/index.js';
import { stall } from '../../support/app.js';
import { expectCode } from '../../support/errors.js';
import { Heard, inside } from '../../support/heard.js';
import { type NetApp, startNet, tidyUp } from '../../support/net-app.js';
import { type UdpPeer, udpPeer } from '../../support/peers.js';
import { stage } from '../../support/stage.js';
import { at } from '../../support/udp.js';
import { RecordedSession, serveUdp } from '../../support/udp-server.js';

afterEach(tidyUp);

/** Asks, and hears of what is not answered. */
class Asker extends UdpSocket {
  readonly heard = new Heard();
  ttsc__do(body: (socket: this) => void): void {
    body(this);
  }
  async inside<T>(body: (socket: this) => T): Promise<T> {
    return inside(this, body);
  }
  pace(options: ResendOptions): void {
    this.setResend(options);
  }
  question(key: string | number, text: string, port: number): SendResult {
    return this.sendUntilAnswered(key, text, at(port));
  }
  has(key: string | number): boolean {
    return this.answered(key);
  }
  ttse__onUnanswered(info: UnansweredInfo): void {
    this.heard.push('onUnanswered', info);
  }
  ttse__onError(error: unknown): void {
    this.heard.push('onError', error);
  }
}

/** One that asks, and a peer that it may ask. */
const ask = async (
  pace: ResendOptions | undefined,
  Kind: typeof Asker = Asker,
): Promise<{ app: NetApp; asker: Asker; peer: UdpPeer; port: number }> => {
  let asker!: Asker;
  const app = await startNet(() => (asker = new Kind({ host: '127.0.0.1' })));
  await app.heard.on('onListening');
  const peer = await udpPeer();
  if (pace !== undefined) await asker.inside((socket) => socket.pace(pace));
  return { app, asker, peer, port: peer.port };
};

const EVEN: ResendOptions = { timeout: 1_000, factor: 1, spread: 0, tries: 3 };

describe('a datagram that is sent until it is answered', () => {
  before(function () {
    // Time is what these are about: it passes where it is simulated.
    if (stage().isReal) this.skip();
  });

  it('goes once more after its timeout, as often as it may, and then that is told', async () => {
    const { app, asker, peer, port } = await ask(EVEN);
    expect(await asker.inside((socket) => socket.question(7, 'a', port))).to.equal('sent');
    await app.pass(999);
    expect(peer.messages).to.deep.equal(['a']);
    await app.pass(2);
    expect(peer.messages).to.deep.equal(['a', 'a']);
    await app.pass(1_000);
    expect(peer.messages).to.deep.equal(['a', 'a', 'a']);
    expect(asker.heard.events).to.deep.equal([]);
    await app.pass(1_000);
    expect(asker.heard.all('onUnanswered')).to.deep.equal([[{ key: 7, tries: 3, to: at(port) }]]);
    await app.pass(60_000);
    expect(peer.messages).to.have.length(3);
    expect(asker.heard.events).to.have.length(1);
  });

  it('goes no more when it was answered, which is said once', async () => {
    const { app, asker, peer, port } = await ask(EVEN);
    await asker.inside((socket) => socket.question('q', 'a', port));
    await app.pass(1_500);
    const said = await asker.inside((socket) => [socket.has('other'), socket.has('q'), socket.has('q')]);
    expect(said).to.deep.equal([false, true, false]);
    await app.pass(60_000);
    expect(peer.messages).to.deep.equal(['a', 'a']);
    expect(asker.heard.events).to.deep.equal([]);
  });

  it('waits longer each time, up to a bound', async () => {
    const { app, asker, peer, port } = await ask({ timeout: 1_000, factor: 3, maxTimeout: 4_000, spread: 0, tries: 5 });
    await asker.inside((socket) => socket.question(1, 'a', port));
    const sends: number[] = [];
    for (let ms = 0; ms < 20_000; ms += 500) {
      await app.pass(500);
      sends.push(peer.messages.length);
    }
    // After 1, 4, 8 and 12 seconds.
    expect([2, 3, 4, 5].map((n) => 500 * (sends.indexOf(n) + 1))).to.deep.equal([1_000, 4_000, 8_000, 12_000]);
  });

  it('waits by chance a part longer at first', async () => {
    const { app, asker, peer, port } = await ask({ timeout: 1_000, spread: 1, factor: 1, tries: 2 });
    for (let n = 0; n < 40; n++) await asker.inside((socket) => socket.question(n, `${n}`, port));
    await app.pass(999);
    expect(peer.messages).to.have.length(40);
    await app.pass(501);
    expect(peer.messages.length).to.be.within(42, 78);
    await app.pass(500);
    expect(peer.messages).to.have.length(80);
  });

  it('has the timeouts of RFC 7252 and RFC 8085 where nothing is set: a second or more, doubled, five times', async () => {
    const { app, asker, peer, port } = await ask(undefined);
    await asker.inside((socket) => socket.question(1, 'a', port));
    await app.pass(999);
    expect(peer.messages).to.have.length(1);
    await app.pass(14_000);
    expect(peer.messages.length).to.be.within(4, 5);
    await app.pass(32_000);
    expect(peer.messages).to.have.length(5);
    expect(asker.heard.all('onUnanswered')).to.have.length(1);
  });

  it('is known by its key: each waits for itself, and a new one takes the place of an old one', async () => {
    const { app, asker, peer, port } = await ask(EVEN);
    await asker.inside((socket) => {
      socket.question(1, 'one', port);
      socket.question(2, 'two', port);
      socket.question(1, 'new', port);
      socket.has(2);
    });
    await app.pass(1_001);
    expect(peer.messages).to.deep.equal(['one', 'two', 'new', 'new']);
    await app.pass(2_000);
    expect(asker.heard.all('onUnanswered').map(([info]) => info.key)).to.deep.equal([1]);
  });

  it('is refused where too many wait for their answers, and those go on', async () => {
    const { asker, port } = await ask(EVEN);
    const results = await asker.inside((socket) =>
      Array.from({ length: 257 }, (_, n) => socket.question(n, 'x', port)),
    );
    expect(new Set(results.slice(0, 256))).to.deep.equal(new Set(['sent']));
    expect(results[256]).to.equal('refused');
    expectCode(asker.heard.all('onError')[0]![0], 'TT_SEND_REFUSED');
    // One with a key that waits takes no more room.
    expect(await asker.inside((socket) => socket.question(0, 'y', port))).to.equal('sent');
  });

  it('is refused where so many bytes wait', async () => {
    const { asker, port } = await ask(EVEN);
    const large = 'x'.repeat(60_000);
    const results = await asker.inside((socket) =>
      Array.from({ length: 18 }, (_, n) => socket.question(n, large, port)),
    );
    expect(results.indexOf('refused')).to.equal(17);
    expect(await asker.inside((socket) => (socket.has(0), socket.question(99, large, port)))).to.equal('sent');
  });

  it('is not tried again where the first send is refused', async () => {
    const { app, asker, port } = await ask(EVEN);
    const result = await asker.inside((socket) => socket.question(1, 'x'.repeat(65_508), port));
    expect(result).to.equal('refused');
    await app.pass(10_000);
    expect(asker.heard.names).to.deep.equal(['onError']);
    expectCode(asker.heard.all('onError')[0]![0], 'TT_DATAGRAM_TOO_LARGE');
  });

  it('is an error where nobody hears that it was not answered', async () => {
    const heard = new Heard();
    class Plain extends UdpSocket {
      ttse__onListening(): void {
        this.setResend({ timeout: 10, tries: 1, spread: 0 });
        this.sendUntilAnswered('k', 'x', at(9));
      }
      ttse__onError(error: unknown): void {
        heard.push('onError', error);
      }
    }
    const app = await startNet(() => new Plain({ host: '127.0.0.1' }));
    await app.pass(20);
    expectCode(heard.all('onError')[0]![0], 'TT_UNANSWERED');
  });

  it('is not given up while the loop was late: what came meanwhile is heard before', async () => {
    class Late extends Asker {
      ttse__onDatagram(): void {
        this.heard.push('answered', this.has(1));
      }
    }
    const { app, asker, peer, port } = await ask({ timeout: 100, tries: 1, spread: 0 }, Late);
    await asker.inside((socket) => socket.question(1, 'x', port));
    await peer.received();
    // The answer lies in the kernel when the timer is due.
    peer.send('y', asker.local!.port);
    await app.inside(() => stall(500));
    await app.pass(1_000);
    expect(asker.heard.events.map(({ name, args }) => [name, ...args])).to.deep.equal([['answered', true]]);
  });

  it('goes no more when its socket closes', async () => {
    const { app, asker, peer, port } = await ask(EVEN);
    await asker.inside((socket) => socket.question(1, 'a', port));
    asker.ttsc__close();
    await app.pass(10_000);
    expect(peer.messages).to.deep.equal(['a']);
    expect(asker.heard.events).to.deep.equal([]);
  });

  for (const [what, options] of [
    ['no time', { timeout: 0 }],
    ['a factor that makes waits shorter', { factor: 0.5 }],
    ['a bound below the first wait', { timeout: 2_000, maxTimeout: 1_000 }],
    ['no try', { tries: 0 }],
    ['more than the whole by chance', { spread: 1.1 }],
    ['an option that is none', { retries: 3 } as object],
  ] as const)
    it(`refuses ${what}`, async () => {
      const { asker } = await ask(undefined);
      const thrown = await asker.inside((socket) => {
        try {
          socket.pace(options as ResendOptions);
          return undefined;
        } catch (error) {
          return error;
        }
      });
      expectCode(thrown, 'TT_BAD_OPTION');
    });
});

describe('a datagram that is sent until it is answered, on any network', () => {
  it('goes again and again to a peer that is silent, until that has answered', async () => {
    class Hearing extends Asker {
      ttse__onDatagram(data: Buffer): void {
        this.heard.push('answered', this.has(String(data)));
      }
    }
    const { asker, peer, port } = await ask({ timeout: 5, factor: 1, spread: 0, tries: 1_000 }, Hearing);
    await asker.inside((socket) => socket.question('key', 'x', port));
    await peer.received(4);
    peer.send('key', asker.local!.port);
    peer.send('key', asker.local!.port);
    await asker.heard.on('answered', 2);
    expect(asker.heard.all('answered')).to.deep.equal([[true], [false]]);
  });
});

describe('a session that sends until it is answered', () => {
  before(function () {
    if (stage().isReal) this.skip();
  });

  class Sender extends RecordedSession {
    ttse__onStart(): void {
      this.setResend(EVEN);
    }
    override ttse__onData(data: Buffer): void {
      const text = String(data);
      if (text === 'ask') this.sendUntilAnswered(1, 'question');
      else if (text === 'end') this.ttsc__close();
      else this.heard.push('answered', this.answered(1));
    }
    ttse__onUnanswered(info: UnansweredInfo): void {
      this.heard.push('onUnanswered', info);
      this.ttsc__close();
    }
  }

  const serve = async () => {
    const served = await serveUdp(() => new Sender());
    const peer = await udpPeer();
    const say = (text: string): void => peer.send(text, served.port);
    say('ask');
    await peer.received();
    return { ...served, peer, say, session: await served.made() };
  };

  it('sends again to its peer, and may end when nothing comes', async () => {
    const { app, peer, session, server } = await serve();
    await app.pass(2_500);
    expect(peer.messages).to.deep.equal(['question', 'question', 'question']);
    await app.pass(1_000);
    await session.heard.on('onFinished');
    expect(session.heard.all('onUnanswered')).to.deep.equal([[{ key: 1, tries: 3, to: undefined }]]);
    expect(server.counts).to.include({ open: 0, sentMessages: 3 });
  });

  it('hears an answer, and sends no more', async () => {
    const { app, peer, say, session } = await serve();
    await app.pass(1_500);
    say('answer');
    say('answer');
    await session.heard.on('answered', 2);
    expect(session.heard.all('answered')).to.deep.equal([[true], [false]]);
    await app.pass(10_000);
    expect(peer.messages).to.have.length(2);
  });

  it('sends no more when it is over', async () => {
    const { app, peer, say, session } = await serve();
    say('end');
    await session.heard.on('onFinished');
    await app.pass(10_000);
    expect(peer.messages).to.have.length(1);
    expect(session.heard.count('onUnanswered')).to.equal(0);
  });

  it('leaves no timer behind', async () => {
    const { app, say, session } = await serve();
    const before = app.main.timers.size;
    say('end');
    await session.heard.on('onFinished');
    expect(app.main.timers.size).to.equal(before - 1);
  });
});
