import { expect } from 'chai';
import { type TaskTonicError } from '../../../src/index.js';
import { jsonLines, lengthPrefixed } from '../../../src/framing/index.js';
import { type BodyOptions, type FramesOptions, type HttpExchange, HttpServer } from '../../../src/http/index.js';
import { bench } from '../../support/bench.js';
import { codeOf } from '../../support/errors.js';
import { type Asked, HERE, type HttpApp, serveHttp } from '../../support/http-talk.js';
import { tidyUp } from '../../support/net-app.js';

afterEach(tidyUp);

/** Answers with the body that has come. */
class Reading extends HttpServer {
  readonly heard: string[] = [];

  constructor(private readonly options: BodyOptions = {}) {
    super(HERE);
  }

  ttse__onRequest(exchange: HttpExchange): void {
    if (exchange.path === '/text') exchange.readText(this.ttse__onText, this.options);
    else if (exchange.path === '/json') exchange.readJson(this.ttse__onJson, this.options);
    else if (exchange.path === '/told') exchange.readJson(this.ttse__onJson, { onError: this.ttse__onBad });
    else exchange.readBody(this.ttse__onBody, this.options);
  }

  ttse__onBody(body: Buffer, exchange: HttpExchange): void {
    exchange.reply(body);
  }
  ttse__onText(text: string, exchange: HttpExchange): void {
    exchange.reply(text);
  }
  ttse__onJson(value: unknown, exchange: HttpExchange): void {
    exchange.json(value);
  }
  ttse__onBad(error: TaskTonicError, exchange: HttpExchange): void {
    this.heard.push(error.code);
    exchange.reply(error.code, { status: 422 });
  }
}

const JSON_TYPE = { 'Content-Type': 'application/json' };

/** The status and the text of the answer to a POST. */
async function told(app: HttpApp<HttpServer>, path: string, asked: Asked): Promise<[number, string]> {
  const { status, text } = await app.ask(`POST ${path}`, asked);
  return [status, text];
}

describe('the body of an exchange', () => {
  it('is heard whole, however it comes', async () => {
    const app = await serveHttp(() => new Reading());
    expect(await told(app, '/', { body: Buffer.from([0, 255, 1]) })).to.deep.equal([200, '\0\ufffd\u0001']);
    const talk = await app.talk();
    talk.raw('POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n');
    for (const piece of ['3\r\nabc\r\n', '1\r', '\nd\r\n', '0\r\nX-Trailer: 1\r\n\r\n']) await talk.peer.sends(piece);
    expect((await talk.answer()).text).to.equal('abcd');
    expect((await talk.ask('GET /')).text).to.equal('');
  });

  it('may be as long as the limit, and not longer, said or unsaid', async () => {
    const app = await serveHttp(() => new Reading({ limit: 5 }));
    expect(await told(app, '/', { body: 'hello' })).to.deep.equal([200, 'hello']);
    const said = await app.ask('POST /', { body: 'hello!' });
    expect(said.status).to.equal(413);
    expect(said.text).to.include('longer than 5 bytes');
    const talk = await app.talk();
    talk.raw('POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n3\r\ndef\r\n');
    expect((await talk.answer()).status).to.equal(413);
    await talk.peer.ended();
  });

  it('that is too long is not read on and on', async () => {
    const app = await serveHttp(() => new Reading({ limit: 1_000 }));
    const talk = await app.talk();
    talk.raw('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000\r\n\r\n');
    talk.peer.send(Buffer.alloc(100_000));
    expect((await talk.answer()).status).to.equal(413);
    await talk.peer.ended();
  });

  it('is text in the charset that its type names', async () => {
    const app = await serveHttp(() => new Reading());
    const typed = (type: string, body: Uint8Array): Asked => ({ headers: { 'Content-Type': type }, body });
    expect(await told(app, '/text', typed('text/plain', Buffer.from('é')))).to.deep.equal([200, 'é']);
    expect(await told(app, '/text', typed('text/plain; charset="ISO-8859-1"', Buffer.from([0xe9])))).to.deep.equal([
      200,
      'é',
    ]);
    expect(await told(app, '/text', typed('text/plain;charset=utf-8', Buffer.from([0xe9])))).to.deep.equal([
      400,
      'The body of POST /text cannot be read: it is not UTF-8.',
    ]);
    expect((await told(app, '/text', typed('text/plain; charset=koi8-r', Buffer.from('x'))))[0]).to.equal(415);
  });

  it('is JSON, or it is told what it is', async () => {
    const app = await serveHttp(() => new Reading());
    expect(await told(app, '/json', { headers: JSON_TYPE, body: '{"a":1}' })).to.deep.equal([200, '{"a":1}']);
    const patch = { 'Content-Type': 'application/merge-patch+json; charset=UTF-8' };
    expect(await told(app, '/json', { headers: patch, body: '"x"' })).to.deep.equal([200, '"x"']);
    const [status, text] = await told(app, '/json', { headers: JSON_TYPE, body: '{"a":' });
    expect(status).to.equal(400);
    expect(text).to.include('it is not JSON');
    expect((await told(app, '/json', { headers: JSON_TYPE }))[0]).to.equal(400);
    expect(await told(app, '/json', { body: '{}' })).to.deep.equal([
      415,
      'The body of POST /json is without a type, and must be application/json.',
    ]);
    expect((await told(app, '/json', { headers: { 'Content-Type': 'text/json' }, body: '{}' }))[0]).to.equal(415);
  });

  it('that cannot be read is heard by onError, which answers', async () => {
    const app = await serveHttp(() => new Reading());
    expect(await told(app, '/told', { headers: JSON_TYPE, body: 'x' })).to.deep.equal([422, 'TT_BAD_BODY']);
    const talk = await app.talk();
    talk.raw('POST /told HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc');
    await app.app.settled();
    talk.peer.reset();
    await bench().till(() => app.server.heard.length === 2);
    expect(app.server.heard).to.deep.equal(['TT_BAD_BODY', 'TT_BODY_CUT']);
    expect(app.warnings).to.deep.equal([]);
  });

  it('of a client that has gone does not disturb other exchanges', async () => {
    const app = await serveHttp(() => new Reading());
    const talk = await app.talk();
    talk.raw('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc');
    await app.app.settled();
    talk.peer.reset();
    expect(await told(app, '/', { body: 'good' })).to.deep.equal([200, 'good']);
    expect(app.warnings).to.deep.equal([]);
  });

  it('costs its exchange where the sparkle throws', async () => {
    class Throwing extends Reading {
      override ttse__onBody(): void {
        throw new Error('oh');
      }
    }
    const app = await serveHttp(() => new Throwing());
    expect((await told(app, '/', { body: 'x' }))[0]).to.equal(500);
    expect((await told(app, '/text', { body: 'x' }))[0]).to.equal(200);
  });

  it('is read once, by a sparkle of the Tonic that runs', async () => {
    const codes: (string | undefined)[] = [];
    class Twice extends Reading {
      override ttse__onRequest(exchange: HttpExchange): void {
        exchange.readBody(this.ttse__onBody);
        codes.push(codeOf(() => exchange.readBody(this.ttse__onBody)));
        codes.push(codeOf(() => exchange.readText((text: string) => text)));
        codes.push(codeOf(() => exchange.readText(this.ttse__onText, { limit: -1 })));
        codes.push(codeOf(() => exchange.readText(this.ttse__onText, { onError: 7 as never })));
        codes.push(codeOf(() => exchange.readFrames('lines' as never, this.ttse__onText)));
        setImmediate(() => codes.push(codeOf(() => exchange.readBody(this.ttse__onBody))));
      }
    }
    const app = await serveHttp(() => new Twice());
    expect(await told(app, '/', { body: 'x' })).to.deep.equal([200, 'x']);
    await bench().till(() => codes.length === 6);
    expect(codes).to.have.members([
      'TT_BODY_TAKEN',
      'TT_NOT_A_SPARKLE',
      'TT_BAD_OPTION',
      'TT_NOT_A_SPARKLE',
      'TT_BAD_OPTION',
      'TT_NOT_RUNNING',
    ]);
  });

  it('is there as a stream for libraries', async () => {
    class Streaming extends Reading {
      override ttse__onRequest(exchange: HttpExchange): void {
        exchange.reply(exchange.request);
      }
    }
    const app = await serveHttp(() => new Streaming());
    expect(await told(app, '/', { body: 'echo' })).to.deep.equal([200, 'echo']);
  });
});

/** Writes down the items of a body. */
class Items extends HttpServer {
  readonly items: unknown[] = [];
  readonly errors: string[] = [];
  exchange: HttpExchange | undefined;
  constructor(
    private readonly options: FramesOptions = {},
    private readonly tells = false,
  ) {
    super(HERE);
  }
  ttse__onRequest(exchange: HttpExchange): void {
    this.exchange = exchange;
    const told = this.tells ? { onError: this.bind('ttse__onBad') } : {};
    const all = { onEnd: this.bind('ttse__onAll'), ...told, ...this.options };
    if (exchange.path === '/bytes') exchange.readFrames(lengthPrefixed({ bytes: 2 }), this.ttse__onItem, all);
    else exchange.readFrames(jsonLines({ max: 100 }), this.ttse__onItem, all);
  }
  ttse__onItem(item: unknown, exchange: HttpExchange): void {
    this.items.push(item);
    if (item === 'stop') exchange.pause();
    if (item === 'throw') throw new Error('oh');
    if (item === 'enough') exchange.reply('enough');
  }
  ttse__onAll(exchange: HttpExchange): void {
    exchange.reply(`${this.items.length} items`);
  }
  ttse__onBad(error: TaskTonicError): void {
    this.errors.push(error.code);
  }
}

describe('the frames of a body', () => {
  it('are heard one after the other, and then its end', async () => {
    const app = await serveHttp(() => new Items());
    expect(await told(app, '/', { body: '{"a":1}\n\n[2]\n"three"\n' })).to.deep.equal([200, '3 items']);
    expect(app.server.items).to.deep.equal([{ a: 1 }, [2], 'three']);
    expect(await told(app, '/', {})).to.deep.equal([200, '3 items']);
  });

  it('are those of any framing, however they are cut', async () => {
    const app = await serveHttp(() => new Items());
    const talk = await app.talk();
    talk.raw('POST /bytes HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n');
    for (const byte of [0, 2, 65, 66, 0, 3, 67, 68, 69]) await talk.peer.sends(Buffer.from([byte]));
    expect((await talk.answer()).text).to.equal('2 items');
    expect(app.server.items.map(String)).to.deep.equal(['AB', 'CDE']);
  });

  it('that are no frames, too long or not whole have their status', async () => {
    const app = await serveHttp(() => new Items());
    const [bad, text] = await told(app, '/', { body: '1\nx\n2\n' });
    expect(bad).to.equal(400);
    expect(text).to.include('it is not JSON');
    expect(app.server.items).to.deep.equal([1]);
    expect((await told(app, '/', { body: `"${'x'.repeat(200)}"\n` }))[0]).to.equal(413);
    expect((await told(app, '/', { body: '{"a":' }))[0]).to.equal(400);
    expect((await told(app, '/bytes', { body: '\0\x05ab' }))[0]).to.equal(400);
  });

  it('continue after an invalid frame, if onError is given', async () => {
    const app = await serveHttp(() => new Items({}, true));
    expect(await told(app, '/', { body: '1\nx\n2\n' })).to.deep.equal([200, '2 items']);
    expect(app.server.errors).to.deep.equal(['TT_BAD_FRAME']);
  });

  it('may have a limit together', async () => {
    const app = await serveHttp(() => new Items({ limit: 10 }));
    expect((await told(app, '/', { body: '1\n2\n' }))[0]).to.equal(200);
    expect((await told(app, '/', { body: '1\n'.repeat(100) }))[0]).to.equal(413);
  });

  it('wait at the peer while they are paused', async () => {
    const app = await serveHttp(() => new Items());
    const talk = await app.talk();
    const rest = Buffer.from(`"${'x'.repeat(97)}"\n`.repeat(50_000));
    talk.raw(`POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ${rest.length + 7}\r\n\r\n"stop"\n`);
    talk.peer.send(rest);
    await app.app.pass(1_000);
    expect(app.server.items).to.deep.equal(['stop']);
    const { receivedBytes } = app.server.exchange!.connection.traffic;
    expect(receivedBytes).to.be.lessThan(1_000_000);
    app.server.exchange!.resume();
    expect((await talk.answer()).text).to.equal('50001 items');
  });

  it('end with a throw, or an answer, and the connection goes on or ends in order', async () => {
    const app = await serveHttp(() => new Items());
    expect((await told(app, '/', { body: '1\n"throw"\n2\n' }))[0]).to.equal(500);
    expect(app.server.items).to.deep.equal([1, 'throw']);
    const talk = await app.talk();
    expect((await talk.ask('POST /', { body: '"enough"\n' })).text).to.equal('enough');
    expect((await talk.ask('POST /', { body: '1\n' })).status).to.equal(200);
  });

  it('that do not all come are told as cut, and no end is heard', async () => {
    const app = await serveHttp(() => new Items({}, true));
    const talk = await app.talk();
    talk.raw('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n1\n2');
    await bench().till(() => app.server.items.length === 1);
    talk.peer.reset();
    await bench().till(() => app.server.errors.length > 0);
    expect(app.server.errors).to.deep.equal(['TT_BODY_CUT']);
    expect(app.server.items).to.deep.equal([1]);
  });
});
