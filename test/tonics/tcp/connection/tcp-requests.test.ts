import { expect } from 'chai';
import { type Question, type RequestOptions, TcpClient } from '../../../../src/index.js';
import { expectCode, expectThrow } from '../../../support/errors.js';
import { FakeNetwork, type FakeStream } from '../../../support/fake-network.js';
import { Heard, inside } from '../../../support/heard.js';
import { VirtualBench } from '../../../support/bench.js';
import { type NetApp, startNet, tidyUp } from '../../../support/net-app.js';
import type { ToPort } from '../../../support/on-port.js';

afterEach(tidyUp);

/** Its frames are words; one that begins with `k` and a digit answers the request with that key, one with `!` answers none. */
class Asker extends TcpClient {
  readonly heard = new Heard();
  asks(what: string, options: RequestOptions = {}): Question {
    return this.request(what, this.ttse__onAnswer, { onError: this.ttse__onNoAnswer, ...options });
  }
  ttsc__do(body: (asker: this) => void): void {
    body(this);
  }
  ttse__onData(data: Buffer): void {
    for (const word of data.toString().split(' ')) if (!this.takeAnswer(word)) this.heard.push('unasked', word);
  }
  protected override answerKey(word: string): number | false | undefined {
    if (word.startsWith('!')) return false;
    return word.startsWith('k') ? Number(word[1]) : undefined;
  }
  ttse__onAnswer(answer: string, request: Question): void {
    this.heard.push('answer', answer, request);
  }
  ttse__onNoAnswer(error: Error, request: Question): void {
    this.heard.push('no answer', error, request);
  }
  ttse__onError(error: Error): void {
    this.heard.push('onError', error);
  }
  ttse__onDisconnected(info: unknown): void {
    this.heard.push('onDisconnected', info);
  }
  get answers(): unknown[] {
    return this.heard.all('answer').map(([answer]) => answer);
  }
}

interface Scene {
  readonly app: NetApp;
  readonly network: FakeNetwork;
  readonly stream: FakeStream;
  readonly asker: Asker;
  readonly clock: VirtualBench;
  does<T>(body: (asker: Asker) => T): Promise<T>;
}

async function scene(options: Partial<ToPort> = {}, opens = true): Promise<Scene> {
  const network = new FakeNetwork();
  const clock = new VirtualBench();
  let asker!: Asker;
  const app = await startNet(() => void (asker = new Asker({ host: '10.0.0.1', port: 9, ...options })), {
    options: { network },
    bench: clock,
  });
  const stream = await network.stream();
  if (opens) stream.opens();
  await clock.settled();
  const does = async <T>(body: (asker: Asker) => T): Promise<T> => {
    const done = inside(asker, body);
    await clock.settled();
    return done;
  };
  return { app, network, stream, asker, clock, does };
}

describe('the requests of a client', () => {
  it('are sent, and answered in their order, many at once', async () => {
    const { stream, asker, clock, does } = await scene();
    const questions = await does((own) => [own.asks('a'), own.asks('b'), own.asks('c')]);
    expect(stream.sent).to.equal('abc');
    stream.receives('1 2');
    stream.receives('3 4');
    await clock.settled();
    expect(asker.heard.all('answer')).to.deep.equal(questions.map((question, n) => [`${n + 1}`, question]));
    expect(asker.heard.all('unasked')).to.deep.equal([['4']]);
  });

  it('are answered by their key where they have one, and what is no answer is left alone', async () => {
    const { stream, asker, clock, does } = await scene();
    await does((own) => {
      own.asks('a', { key: 1 });
      own.asks('b', { key: 2 });
    });
    stream.receives('k2 !event k1 k1');
    await clock.settled();
    expect([asker.answers, asker.heard.all('unasked')]).to.deep.equal([['k2', 'k1'], [['!event']]]);
  });

  it('are told when their time is up, and a late answer is not taken for the next one', async () => {
    const { stream, asker, clock, does } = await scene();
    const late = await does((own) => own.asks('a', { timeout: 100 }));
    await does((own) => own.asks('b'));
    await clock.pass(100);
    const [error, question] = asker.heard.all('no answer')[0]!;
    expectCode(error, 'TT_REQUEST_TIMEOUT');
    expect(question).to.equal(late);
    stream.receives('1 2');
    await clock.settled();
    expect([asker.answers, asker.questions.open, asker.questions.late]).to.deep.equal([['2'], 0, 1]);
  });

  it('fail the Tonic where nobody hears of that', async () => {
    const { app, asker, clock, does } = await scene();
    await does((own) => own.asks('a', { timeout: 100, onError: undefined }));
    await clock.pass(100);
    expect(asker.phase).to.equal('draining');
    expect(JSON.stringify(app.lines)).to.include('TT_REQUEST_TIMEOUT');
  });

  it('are told when the connection ends, behind the answers that had come', async () => {
    const { stream, asker, clock, does } = await scene();
    await does((own) => [own.asks('a'), own.asks('b'), own.asks('c', { key: 3 })]);
    stream.receives('1');
    stream.peerEnds();
    await clock.settled();
    expect(asker.answers).to.deep.equal(['1']);
    for (const [error] of asker.heard.all('no answer')) expectCode(error, 'TT_REQUEST_LOST');
    expect(asker.heard.count('no answer')).to.equal(2);
  });

  it('are told when it is reset, and those made since then are for the next connection', async () => {
    const { network, stream, asker, clock, does } = await scene({ reconnect: true, retryDelay: 10 });
    await does((own) => own.asks('a'));
    stream.receives('1');
    stream.fails('ECONNRESET');
    asker.ttsc__do((own) => own.asks('again'));
    await clock.pass(10);
    expect([asker.answers, asker.heard.count('no answer')]).to.deep.equal([['1'], 0]);
    const next = await network.stream(2);
    next.opens();
    await clock.settled();
    expect(next.sent).to.equal('again');
    next.receives('2');
    await clock.settled();
    expect(asker.answers).to.deep.equal(['1', '2']);
    await does((own) => own.asks('b'));
    next.fails('ECONNRESET');
    await clock.pass(20);
    expectCode(asker.heard.all('no answer')[0]![0], 'TT_REQUEST_LOST');
  });

  it('are told when there is no connection and will be none', async () => {
    const { asker, stream, clock, does } = await scene({ retries: 0 }, false);
    await does((own) => own.asks('a'));
    stream.fails('ECONNREFUSED');
    await clock.settled();
    expectCode(asker.heard.all('no answer')[0]![0], 'TT_REQUEST_LOST');
    expect(asker.finished).to.equal(true);
  });

  it('are told at once where they cannot be sent', async () => {
    const { asker, does } = await scene({ whileDisconnected: 'fail' }, false);
    await does((own) => own.asks('a'));
    expectCode(asker.heard.all('no answer')[0]![0], 'TT_REQUEST_LOST');
    expectCode(asker.heard.all('onError')[0]![0], 'TT_SEND_REFUSED');
  });

  it('leave nothing behind where they are written wrongly', async () => {
    const { stream, asker, clock, does } = await scene();
    await does((own) => {
      expectThrow(() => own.asks(7 as never), 'TT_BAD_DATA');
      expectThrow(() => own.asks('a', { timeout: -1 }), 'TT_BAD_OPTION');
      own.asks('a', { key: 1 });
      expectThrow(() => own.asks('b', { key: 1 }), 'TT_REQUEST_KEY');
      own.asks('c');
    });
    expectThrow(() => asker.asks('d'), 'TT_NOT_RUNNING');
    stream.receives('1');
    await clock.settled();
    expect([stream.sent, asker.answers, asker.questions.open]).to.deep.equal(['ac', ['1'], 1]);
  });

  it('are not heard once they were cancelled, and keep their place', async () => {
    const { stream, asker, clock, does } = await scene();
    await does((own) => {
      own.asks('a').cancel();
      own.asks('b');
    });
    stream.receives('1 2');
    await clock.settled();
    expect(asker.answers).to.deep.equal(['2']);
  });

  it('hold the end of their Tonic until they are answered, unless they say otherwise', async () => {
    const { app, stream, asker, clock, does } = await scene();
    await does((own) => own.asks('a'));
    app.main.ttsc__finish();
    await clock.pass(1_000);
    expect(asker.phase).to.equal('draining');
    stream.receives('1');
    stream.peerEnds();
    await clock.settled();
    expect([asker.answers, asker.finished]).to.deep.equal([['1'], true]);
    const other = await scene();
    await other.does((own) => own.asks('a', { hold: false }));
    other.app.main.ttsc__finish();
    await other.clock.settled();
    other.stream.peerEnds();
    await other.clock.settled();
    expect(other.asker.finished).to.equal(true);
  });
});
