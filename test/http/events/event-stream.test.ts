import { expect } from 'chai';
import { type SendResult } from '../../../src/index.js';
import {
  type EventStream,
  type EventStreamOptions,
  EventStreams,
  type HttpExchange,
  HttpServer,
} from '../../../src/http/index.js';
import { eventBytes } from '../../doors/http.js';
import { bench } from '../../support/bench.js';
import { expectThrow } from '../../support/errors.js';
import { HERE, type HttpApp, type Talk, serveHttp } from '../../support/http-talk.js';
import { howMany } from '../../support/how-many.js';
import { tidyUp } from '../../support/net-app.js';
import { stage } from '../../support/stage.js';

afterEach(tidyUp);

/** Each exchange is a stream of events. */
class Events extends HttpServer {
  readonly streams: EventStream[] = [];
  readonly gone: EventStream[] = [];
  readonly all = new EventStreams();

  constructor(private readonly options: EventStreamOptions = {}) {
    super(HERE);
  }
  ttse__onRequest(exchange: HttpExchange): void {
    if (exchange.path === '/plain') return exchange.reply('plain');
    const stream = exchange.events({ onGone: this.ttse__onGone, ...this.options });
    this.streams.push(stream);
    this.all.add(stream);
  }
  ttse__onGone(stream: EventStream): void {
    this.gone.push(stream);
  }
}

interface Listening extends Talk {
  /** What has come behind the head, without the marks of chunks. */
  readonly body: string;
}

async function listen(app: HttpApp<Events>, headers: Record<string, string> = {}): Promise<Listening> {
  const talk = await app.talk();
  const count = app.server.streams.length;
  talk.say('GET /', { headers });
  await bench().till(() => app.server.streams.length > count && talk.peer.text.includes('\r\n\r\n'));
  return Object.defineProperty(talk, 'body', {
    get: () =>
      talk.peer.text
        .split('\r\n')
        .filter((_, at, lines) => at > lines.indexOf(''))
        .filter((_, at) => at % 2 === 1)
        .join(''),
  }) as Listening;
}

describe('an event as bytes', () => {
  it('has its fields, and each line of its data', () => {
    expect(String(eventBytes({ event: 'a', id: '7', retry: 5, data: 'x\ny\r\n\rz' }))).to.equal(
      'event: a\nid: 7\nretry: 5\ndata: x\ndata: y\ndata: \ndata: z\n\n',
    );
    expect(String(eventBytes({ data: '' }))).to.equal('data: \n\n');
    expect(String(eventBytes({ event: 'only' }))).to.equal('event: only\ndata: \n\n');
    expect(String(eventBytes({ id: '' }))).to.equal('id: \n\n');
  });

  it('is refused where a browser would read another one', () => {
    for (const event of [
      {},
      { event: 'a\nb', data: '' },
      { id: 'a\rb' },
      { id: 'a\0b' },
      { data: 7 },
      { retry: 1.5 },
      { retry: -1 },
    ])
      expectThrow(() => eventBytes(event as object), 'TT_BAD_EVENT');
  });
});

describe('a stream of events', () => {
  it('begins with its head, at once, and sends what it is given', async () => {
    const app = await serveHttp(() => new Events({ headers: { 'X-A': 'b' } }));
    const talk = await listen(app, { 'Last-Event-ID': '41' });
    expect(talk.peer.text).to.match(/^HTTP\/1.1 200 OK\r\n/);
    expect(talk.peer.text).to.include('Content-Type: text/event-stream\r\n').and.include('Cache-Control: no-store\r\n');
    expect(talk.peer.text).to.include('X-A: b\r\n');
    const [stream] = app.server.streams;
    expect(stream!.lastEventId).to.equal('41');
    expect(stream!.send({ event: 'tick', id: '42', data: 'now' })).to.equal('sent');
    expect(stream!.comment('hm')).to.equal('sent');
    await bench().till(() => talk.body.includes('hm'));
    expect(talk.body).to.equal('event: tick\nid: 42\ndata: now\n\n: hm\n\n');
  });

  it('says when to come back, and ends in order', async () => {
    const app = await serveHttp(() => new Events({ retry: 2_000 }));
    const talk = await listen(app);
    const [stream] = app.server.streams;
    stream!.send({ data: 'last' });
    stream!.end();
    expect(stream!.open).to.equal(false);
    expect(stream!.send({ data: 'x' })).to.equal('refused');
    expect((await talk.answer()).text).to.equal('retry: 2000\n\ndata: last\n\n');
    expect((await talk.ask('GET /plain')).text).to.equal('plain');
    expect(app.server.gone).to.deep.equal([]);
  });

  it('is kept alive by comments, and only where it is silent', async () => {
    const app = await serveHttp(() => new Events({ pingEvery: 1_000 }));
    const talk = await listen(app);
    await app.app.pass(700);
    app.server.streams[0]!.send({ data: 'x' });
    await app.app.pass(1_100);
    expect(talk.body).to.equal('data: x\n\n');
    await app.app.pass(1_000);
    expect(talk.body).to.equal('data: x\n\n: \n\n');
    const quiet = await serveHttp(() => new Events({ pingEvery: false }));
    const silent = await listen(quiet);
    await app.app.pass(1_500);
    expect(silent.body).to.equal('');
  });

  it('is an answer, so that no other one is waited for', async () => {
    const app = await serveHttp(() => new Events());
    const talk = await listen(app);
    await app.app.pass(stage().isReal ? 0 : 60_000);
    expect(app.server.streams[0]!.open).to.equal(true);
    expect(talk.peer.heard.count('end')).to.equal(0);
    expect(app.warnings).to.deep.equal([]);
  });

  for (const how of ['end', 'reset'] as const) {
    it(`is told that its peer has gone, by ${how === 'end' ? 'an end' : 'a reset'}`, async () => {
      const app = await serveHttp(() => new Events());
      const talk = await listen(app);
      talk.peer[how]();
      await bench().till(() => app.server.gone.length > 0);
      expect(app.server.gone).to.deep.equal(app.server.streams);
      expect(app.server.gone[0]!.open).to.equal(false);
      expect(app.server.all.size).to.equal(0);
      await bench().till(() => app.server.counts.open === 0);
    });
  }

  it('is closed where more is unsent than may be, which hurts nobody else', async () => {
    const app = await serveHttp(() => new Events({ unsentLimit: 100_000 }));
    const slow = await listen(app);
    const good = await listen(app);
    slow.peer.socket.pause();
    const [stream, other] = app.server.streams;
    const results = new Set<SendResult>();
    for (let n = 0; stream!.open && n < 1_000; n++) {
      results.add(stream!.send({ data: 'x'.repeat(10_000) }));
      await app.app.settled();
    }
    expect(stream!.open).to.equal(false);
    expect([...results].at(-1)).to.equal('refused');
    await bench().till(() => app.server.gone.length === 1);
    expect(app.server.gone).to.deep.equal([stream]);
    other!.send({ data: 'fine' });
    await bench().till(() => good.body.includes('fine'));
  });

  it('may go on instead, without the events that were too much', async () => {
    const app = await serveHttp(() => new Events({ unsentLimit: 100_000, onUnsentLimit: 'refuse' }));
    const slow = await listen(app);
    slow.peer.socket.pause();
    const [stream] = app.server.streams;
    let result: SendResult = 'sent';
    for (let n = 0; result !== 'refused' && n < 1_000; n++) {
      result = stream!.send({ data: 'x'.repeat(10_000) });
      await app.app.settled();
    }
    expect(result).to.equal('refused');
    expect(stream!.open).to.equal(true);
    slow.peer.socket.resume();
    await bench().till(() => stream!.unsentBytes === 0);
    expect(stream!.send({ data: 'again' })).to.equal('sent');
  });

  it('ends in order when the server does, and its peer is not cut off', async () => {
    const app = await serveHttp(() => new Events());
    const talk = await listen(app);
    app.server.streams[0]!.send({ data: 'last' });
    void app.app.finish();
    expect((await talk.answer()).text).to.equal('data: last\n\n');
    await talk.peer.ended();
    await app.app.ended;
  });

  it('of a request that is answered already, or of HEAD, is over at once', async () => {
    class Odd extends HttpServer {
      streams: EventStream[] = [];
      ttse__onRequest(exchange: HttpExchange): void {
        if (exchange.method === 'GET') exchange.reply('done');
        this.streams.push(exchange.events());
      }
    }
    const app = await serveHttp(() => new Odd(HERE));
    expect((await app.ask('GET /')).text).to.equal('done');
    expect((await app.ask('HEAD /')).headers['content-type']).to.equal('text/event-stream');
    expect(app.server.streams.map(({ open }) => open)).to.deep.equal([false, false]);
  });
});

describe('many streams of events', () => {
  it('are sent the same, and those that are over are no longer among them', async () => {
    const app = await serveHttp(() => new Events());
    const count = howMany(20, 500);
    const talks: Listening[] = [];
    for (let n = 0; n < count; n++) talks.push(await listen(app));
    expect(app.server.all.size).to.equal(count);
    app.server.streams[0]!.end();
    talks[1]!.peer.reset();
    await bench().till(() => app.server.all.size === count - 2);
    expect(app.server.all.send({ data: 'for all' })).to.equal(count - 2);
    await bench().till(() => talks.slice(2).every(({ body }) => body === 'data: for all\n\n'));
    app.server.all.delete(app.server.streams[2]!);
    app.server.all.end();
    expect(app.server.streams.filter(({ open }) => open)).to.deep.equal([app.server.streams[2]]);
    expect([...app.server.all]).to.deep.equal([]);
  });
});
