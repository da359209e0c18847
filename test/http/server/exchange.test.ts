import { Readable } from 'node:stream';
import { expect } from 'chai';
import { HttpError, type HttpExchange, HttpServer } from '../../../src/http/index.js';
import { bench } from '../../support/bench.js';
import { expectThrow } from '../../support/errors.js';
import { HERE, type HttpApp, serveHttp } from '../../support/http-talk.js';
import { tidyUp } from '../../support/net-app.js';
import { stage } from '../../support/stage.js';

afterEach(tidyUp);

/** Does with each exchange what the test says. */
class Doing extends HttpServer {
  readonly exchanges: HttpExchange[] = [];

  constructor(private readonly what: (exchange: HttpExchange) => void) {
    super(HERE);
  }

  ttse__onRequest(exchange: HttpExchange): void {
    this.exchanges.push(exchange);
    this.what(exchange);
  }

  ttsc__do(body: () => void): void {
    body();
  }
}

async function doing(what: (exchange: HttpExchange) => void): Promise<HttpApp<Doing>> {
  return serveHttp(() => new Doing(what));
}

describe('an HttpExchange', () => {
  it('tells what was asked', async () => {
    const { ask } = await saying((exchange) => ({
      method: exchange.method,
      url: exchange.url,
      path: exchange.path,
      query: [...exchange.query],
      host: exchange.headers.host,
      remote: exchange.remote?.address,
      text: exchange.toString(),
    }));
    expect(await ask('PUT /a%20b/c?x=1&y=%C3%A9&x=2?')).to.deep.equal({
      method: 'PUT',
      url: '/a%20b/c?x=1&y=%C3%A9&x=2?',
      path: '/a%20b/c',
      query: [
        ['x', '1'],
        ['y', 'é'],
        ['x', '2?'],
      ],
      host: 'test',
      remote: '127.0.0.1',
      text: 'PUT /a%20b/c',
    });
  });

  it('has the path and query of an address that was sent whole, and of none', async () => {
    const { ask } = await saying(({ path, query }) => ({ path, query: query.toString() }));
    expect(await ask('GET http://elsewhere:80/x?y=z')).to.deep.equal({ path: '/x', query: 'y=z' });
    expect(await ask('GET http://elsewhere')).to.deep.equal({ path: '/', query: '' });
    expect(await ask('OPTIONS *')).to.deep.equal({ path: '*', query: '' });
  });

  it('is answered with text, with bytes, with JSON, and with nothing', async () => {
    const app = await doing((exchange) => {
      if (exchange.path === '/text') exchange.reply('hé');
      else if (exchange.path === '/bytes') exchange.reply(Buffer.from([1, 2, 255]));
      else if (exchange.path === '/json') exchange.json({ a: [1, null] });
      else exchange.reply();
    });
    const text = await app.ask('GET /text');
    expect(text.status).to.equal(200);
    expect(text.headers).to.include({ 'content-type': 'text/plain; charset=utf-8', 'content-length': '3' });
    expect(text.text).to.equal('hé');
    const bytes = await app.ask('GET /bytes');
    expect(bytes.headers['content-type']).to.equal('application/octet-stream');
    expect([...bytes.body]).to.deep.equal([1, 2, 255]);
    const json = await app.ask('GET /json');
    expect(json.headers['content-type']).to.equal('application/json');
    expect(json.text).to.equal('{"a":[1,null]}');
    const none = await app.ask('GET /');
    expect(none.headers).to.include({ 'content-length': '0' }).and.not.have.property('content-type');
  });

  it('has the status, headers and type that it is given', async () => {
    const app = await doing((exchange) =>
      exchange.reply('<p>', { status: 418, type: 'text/html', headers: { 'X-A': ['1', '2'], 'content-length': 99 } }),
    );
    const { status, headers, text } = await app.ask('GET /');
    expect(status).to.equal(418);
    expect(headers).to.include({ 'content-type': 'text/html', 'content-length': '3', 'x-a': '2' });
    expect(text).to.equal('<p>');
  });

  it('says no length and no type where an answer has no body, and answers HEAD without one', async () => {
    const app = await doing((exchange) =>
      exchange.method === 'HEAD'
        ? exchange.reply('hello')
        : exchange.reply('', { status: Number(exchange.path.slice(1)) }),
    );
    expect((await app.ask('GET /204')).headers).to.not.have.any.keys('content-length', 'content-type');
    expect((await app.ask('GET /304')).headers).to.not.have.any.keys('content-length', 'transfer-encoding');
    const head = await app.ask('HEAD /');
    expect(head.headers['content-length']).to.equal('5');
    expect(head.body).to.have.length(0);
  });

  it('sends its peer elsewhere, and lets no line end into that', async () => {
    const app = await doing((exchange) => exchange.redirect('/a b%20c\r\nX: y', 303));
    const { status, headers } = await app.ask('POST /');
    expect(status).to.equal(303);
    expect(headers).to.include({ location: '/a%20b%20c%0D%0AX:%20y' }).and.not.have.property('x');
  });

  it('may be answered later, and its connection goes on', async () => {
    const app = await doing(() => {});
    const talk = await app.talk();
    talk.say('GET /1');
    await bench().till(() => app.server.exchanges.length === 1);
    const [first] = app.server.exchanges;
    expect(first!.open).to.equal(true);
    app.server.ttsc__do(() => first!.reply('later'));
    expect((await talk.answer()).text).to.equal('later');
    expect(first!.open).to.equal(false);
    talk.say('GET /2');
    await bench().till(() => app.server.exchanges.length === 2);
    app.server.ttsc__do(() => app.server.exchanges[1]!.reply('2'));
    expect((await talk.answer()).text).to.equal('2');
  });

  it('answers pipelined requests in their order, whichever is ready first', async () => {
    const app = await doing(() => {});
    const talk = await app.talk();
    for (const n of [1, 2, 3]) talk.say(`GET /${n}`);
    await bench().till(() => app.server.exchanges.length === 3);
    app.server.ttsc__do(() => {
      for (const exchange of [...app.server.exchanges].reverse()) exchange.reply(exchange.path);
    });
    await talk.answer(3);
    expect((await talk.answer(1)).text + (await talk.answer(2)).text + (await talk.answer(3)).text).to.equal('/1/2/3');
  });

  it('holds the end of its connection, and is answered before it', async () => {
    const app = await doing(() => {});
    const talk = await app.talk();
    talk.say('GET /');
    await bench().till(() => app.server.exchanges.length === 1);
    app.app.main.ttsc__finish();
    await app.app.pass(500);
    expect(talk.peer.size).to.equal(0);
    app.server.exchanges[0]!.reply('at last');
    const { text, headers } = await talk.answer();
    expect([text, headers['connection']]).to.deep.equal(['at last', 'close']);
    await talk.peer.ended();
  });

  it('tells of a second answer, which harms nobody', async () => {
    const app = await doing((exchange) => {
      exchange.reply('first');
      exchange.reply('second');
      exchange.fail(new Error('third'));
    });
    const talk = await app.talk();
    expect((await talk.ask('GET /x')).text).to.equal('first');
    expect((await talk.ask('GET /y')).text).to.equal('first');
    expect(app.warnings).to.have.length(4);
    expect(app.warnings[0]).to.include('GET /x was already answered');
  });

  it('gets no answer when its peer has gone, and the log has a line at a low level only', async () => {
    const gone: HttpExchange[] = [];
    class Waiting extends HttpServer {
      readonly exchanges: HttpExchange[] = [];
      ttse__onRequest(exchange: HttpExchange): void {
        this.exchanges.push(exchange);
        exchange.whenGone(this.ttse__onGone);
      }
      ttse__onGone(exchange: HttpExchange): void {
        gone.push(exchange);
      }
    }
    const app = await serveHttp(() => new Waiting(HERE));
    const talk = await app.talk();
    talk.say('GET /1');
    talk.say('GET /2');
    await bench().till(() => app.server.exchanges.length === 2);
    talk.peer.reset();
    await bench().till(() => gone.length === 2);
    expect(gone).to.deep.equal(app.server.exchanges);
    expect(gone.map(({ open }) => open)).to.deep.equal([false, false]);
    await bench().till(() => app.server.counts.open === 0, stage().isReal ? undefined : 100);
    gone[0]!.reply('too late');
    expect(app.warnings).to.deep.equal([]);
  });

  it('refuses what cannot be sent, and can be answered then', async () => {
    const app = await doing((exchange) => {
      const problems = [
        () => exchange.reply('x', { status: 99 }),
        () => exchange.reply('x', { status: 204 }),
        () => exchange.reply('x', { headers: { 'X-Bad': 'a\r\nb' } }),
        () => exchange.reply('x', { headers: { 'Transfer-Encoding': 'chunked' } }),
        () => exchange.reply(7 as unknown as string),
        () => exchange.json(undefined),
        () => exchange.json(1n),
      ].map((body) => expectThrow(body, 'TT_BAD_ANSWER').message);
      exchange.json(problems);
    });
    const { status, text } = await app.ask('GET /');
    expect(status).to.equal(200);
    expect(text).to.include('its status is 99').and.include('Transfer-Encoding').and.include('JSON cannot express it');
  });
});

describe('the failure of an exchange', () => {
  it('has the status of its error, and no details of an error that is not meant for the peer', async () => {
    const errors: Record<string, unknown> = {
      '/http': new HttpError(404, 'no such user', { headers: { 'X-Why': 'gone' } }),
      '/busy': new HttpError(503, 'come back'),
      '/short': new HttpError(409),
      '/like': Object.assign(new Error('not you'), { status: 403 }),
      '/hidden': Object.assign(new Error('secret'), { statusCode: 401, expose: false }),
      '/plain': new Error('secret'),
      '/odd': Object.assign(new Error('secret'), { status: 200 }),
      '/text': 'secret',
    };
    const app = await doing((exchange) => exchange.fail(errors[exchange.path]));
    const told = async (path: string): Promise<[number, string]> => {
      const { status, text } = await app.ask(`GET ${path}`);
      return [status, text];
    };
    expect(await told('/http')).to.deep.equal([404, 'no such user']);
    expect((await app.ask('GET /http')).headers['x-why']).to.equal('gone');
    expect(await told('/busy')).to.deep.equal([503, 'come back']);
    expect(await told('/short')).to.deep.equal([409, 'Conflict']);
    expect(await told('/like')).to.deep.equal([403, 'not you']);
    expect(await told('/hidden')).to.deep.equal([401, 'Unauthorized']);
    for (const path of ['/plain', '/odd', '/text'])
      expect(await told(path)).to.deep.equal([500, 'Internal Server Error']);
    expect(app.warnings.filter((line) => line.includes('secret'))).to.have.length(3);
  });

  it('follows from a throw, which costs that exchange and nobody else', async () => {
    const app = await doing((exchange) => {
      if (exchange.path === '/throw') throw new Error('oh');
      if (exchange.path === '/404') throw new HttpError(404, 'nothing here');
      exchange.reply('fine');
    });
    const talk = await app.talk();
    expect((await talk.ask('GET /throw')).status).to.equal(500);
    expect((await talk.ask('GET /404')).text).to.equal('nothing here');
    expect((await talk.ask('GET /')).text).to.equal('fine');
    expect(app.warnings[0]).to.include('oh');
    expect(app.server.finished).to.equal(false);
  });

  it('is heard by ttse__onFailure, which decides', async () => {
    class Strict extends Doing {
      ttse__onFailure(): void {
        this.ttsc__finish();
      }
    }
    const app = await serveHttp(
      () =>
        new Strict(() => {
          throw new Error('oh');
        }),
    );
    expect((await app.ask('GET /')).status).to.equal(500);
    await app.app.heard.on('onInfusionFinished');
  });

  it('follows where nobody hears of the exchange', async () => {
    const app = await serveHttp(() => new HttpServer(HERE));
    expect((await app.ask('GET /')).status).to.equal(503);
  });
});

describe('an answer that is a stream', () => {
  it('may be a Readable, a generator, or a stream of the web', async () => {
    async function* counting(): AsyncGenerator<string | Uint8Array> {
      for (let n = 0; n < 3; n++) yield await Promise.resolve(n === 1 ? Buffer.from('one') : `${n}`);
    }
    const app = await doing((exchange) => {
      if (exchange.path === '/node') exchange.reply(Readable.from(['a', 'b']), { status: 201, type: 'text/csv' });
      else if (exchange.path === '/web')
        exchange.reply(ReadableStream.from([Buffer.from('web')]) as AsyncIterable<Uint8Array>);
      else exchange.reply(counting());
    });
    const node = await app.ask('GET /node');
    expect([node.status, node.headers['content-type'], node.text]).to.deep.equal([201, 'text/csv', 'ab']);
    expect((await app.ask('GET /generator')).text).to.equal('0one2');
    expect((await app.ask('GET /web')).text).to.equal('web');
    expect((await app.ask('HEAD /generator')).status).to.equal(200);
  });

  it('is read no faster than the peer takes it, and is let go of when that goes', async () => {
    let given = 0;
    let isDone = false;
    async function* endless(): AsyncGenerator<Buffer> {
      try {
        for (; ; given++) yield await Promise.resolve(Buffer.alloc(65_536));
      } finally {
        isDone = true;
      }
    }
    const app = await doing((exchange) => exchange.reply(endless()));
    const talk = await app.talk();
    talk.peer.socket.pause();
    talk.say('GET /');
    await app.app.pass(200);
    const held = given;
    expect(held).to.be.greaterThan(3).and.lessThan(400);
    await app.app.pass(200);
    expect(given).to.equal(held);
    talk.peer.reset();
    await bench().till(() => isDone);
  });

  it('that fails before its first byte has a status, and later is cut off', async () => {
    async function* failing(after: number): AsyncGenerator<string> {
      for (let n = 0; n < after; n++) yield await Promise.resolve('x');
      throw after === 0 ? new HttpError(410, 'gone for good') : new Error('the disk is gone');
    }
    const app = await doing((exchange) => exchange.reply(failing(Number(exchange.path.slice(1)))));
    const early = await app.ask('GET /0');
    expect([early.status, early.text]).to.deep.equal([410, 'gone for good']);
    const talk = await app.talk();
    talk.say('GET /2');
    await talk.peer.closed();
    expect(talk.peer.text).to.include('200 OK').and.not.include('\r\n0\r\n');
    expect(app.warnings.join()).to.include('failed after 2 bytes');
  });

  it('that gives something else than text or bytes is cut off as well', async () => {
    async function* odd(): AsyncGenerator<string> {
      yield await Promise.resolve('x');
      yield { a: 1 } as unknown as string;
    }
    const app = await doing((exchange) => exchange.reply(odd()));
    const talk = await app.talk();
    talk.say('GET /');
    await talk.peer.closed();
    expect(app.warnings.join()).to.include('failed after');
  });
});

describe('an exchange that nobody answers', () => {
  it('gets 503 when its time is up, and the log names it', async () => {
    class Silent extends HttpServer {
      late: HttpExchange[] = [];
      ttse__onRequest(exchange: HttpExchange): void {
        this.late.push(exchange);
      }
    }
    const app = await serveHttp(() => new Silent({ ...HERE, replyTimeout: 1_000 }));
    const talk = await app.talk();
    talk.say('GET /a');
    await app.app.pass(600);
    talk.say('GET /b');
    await app.app.pass(500);
    expect((await talk.answer(1)).status).to.equal(503);
    expect(app.warnings.join()).to.include('GET /a was not answered within 1000 ms').and.not.include('/b');
    await app.app.pass(500);
    expect((await talk.answer(2)).status).to.equal(503);
    app.server.late[0]!.reply('late');
    expect(app.warnings).to.have.length(2);
  });

  it('has its time counted from the last byte of its body', async () => {
    const app = await serveHttp(
      () =>
        new (class extends HttpServer {
          ttse__onRequest(exchange: HttpExchange): void {
            exchange.readText(this.ttse__onText);
          }
          ttse__onText(text: string, exchange: HttpExchange): void {
            exchange.reply(text);
          }
        })({ ...HERE, replyTimeout: 1_000 }),
    );
    const talk = await app.talk();
    talk.raw('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n');
    for (const letter of 'hello') {
      await app.app.pass(900);
      talk.peer.send(letter);
    }
    expect((await talk.answer()).text).to.equal('hello');
  });
});

/** A server that answers with what `what` tells of an exchange, as JSON. */
async function saying(what: (exchange: HttpExchange) => unknown): Promise<{ ask: (line: string) => Promise<unknown> }> {
  const app = await doing((exchange) => exchange.json(what(exchange)));
  return { ask: async (line) => JSON.parse((await app.ask(line)).text) as unknown };
}
