import { once } from 'node:events';
import { connect as connectTls } from 'node:tls';
import { expect } from 'chai';
import { WebSocket } from 'ws';
import { howMany, onlyWithAll } from '../support/how-many.js';
import { type Answered, answerAt } from '../support/http-talk.js';
import { authority, own } from '../support/tls.js';
import { until } from './support/later.js';
import { Peer, closePeers } from './support/peer.js';
import { Program, endPrograms } from './support/program.js';

const OF_EACH_KIND = howMany(2, 10);
const DRAIN = 10_000;

/** What a client asks for again and again, on one connection: so many at a time, which are answered in their order. */
const KINDS = [
  { way: 'quick', atOnce: 1 },
  { way: 'slow', atOnce: 1 },
  { way: 'quick', atOnce: 16 },
  { way: 'slow', atOnce: 6 },
  { way: 'stream', atOnce: 1 },
  { way: 'stream', atOnce: 3 },
  { way: 'body', atOnce: 1 },
  // Answered when the end has begun.
  { way: 'late', atOnce: 1 },
] as const;
type Kind = (typeof KINDS)[number];
const BODY = 30;

/** A client on one connection, that asks until the server has said that this was the last answer. */
class Client {
  readonly asked: string[] = [];
  readonly answers: Answered[] = [];
  readonly port: number;
  readonly over: Promise<void>;
  #rest = Buffer.alloc(0);
  #isOver = false;

  constructor(
    readonly peer: Peer,
    readonly kind: Kind,
    readonly name: string,
  ) {
    this.port = peer.socket.localPort!;
    peer.socket.on('data', (data) => this.#hear(data));
    this.over = peer.closed;
    for (let n = 0; n < kind.atOnce; n++) this.#ask();
  }

  /** Bytes that are no whole answer. */
  get partial(): number {
    return this.#rest.length;
  }

  #ask(): void {
    if (this.#isOver || this.peer.socket.destroyed) return;
    const url = `/${this.kind.way}/${this.name}.${this.asked.push('')}`;
    this.asked[this.asked.length - 1] = url;
    if (this.kind.way !== 'body') return this.peer.send(`GET ${url} HTTP/1.1\r\nHost: a\r\n\r\n`);
    this.peer.send(`POST ${url} HTTP/1.1\r\nHost: a\r\nContent-Length: ${BODY}\r\n\r\n`);
    return void this.#sendBody(BODY);
  }

  /** Its head has come long before the whole of it has. */
  async #sendBody(left: number): Promise<void> {
    if (left === 0 || this.peer.socket.destroyed) return;
    this.peer.send('x');
    await new Promise((resolve) => setTimeout(resolve, 2));
    return this.#sendBody(left - 1);
  }

  #hear(data: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, data]);
    for (;;) {
      const first = answerAt(this.#rest, 0);
      if (first === undefined) return;
      this.#rest = this.#rest.subarray(first.next);
      this.#answered(first.answer);
    }
  }

  #answered(answer: Answered): void {
    this.answers.push(answer);
    this.#isOver ||= answer.headers['connection'] === 'close';
    if (this.#isOver) this.peer.socket.end();
    else this.#ask();
  }

  /** What of the answers is not as it should be. */
  get wrong(): readonly string[] {
    return this.answers.flatMap(({ status, text }, at) => {
      const url = this.asked[at]!;
      const isRight = status === 200 && this.#isRight(text, url);
      return isRight ? [] : [`${url}: ${status} ${text.slice(0, 100)}`];
    });
  }

  #isRight(text: string, url: string): boolean {
    if (this.kind.way === 'stream') return text.length === 200_000;
    return text === (this.kind.way === 'body' ? `${BODY} bytes` : url);
  }
}

/** A WebSocket that says something new with each echo. */
class Chatter {
  readonly echoes: string[] = [];
  said = 0;
  readonly over: Promise<{ readonly code: number; readonly errors: readonly Error[] }>;

  constructor(
    readonly socket: WebSocket,
    readonly name: string,
  ) {
    const errors: Error[] = [];
    socket.on('error', (error) => errors.push(error));
    socket.on('message', (data) => {
      this.echoes.push(String(data));
      this.#say();
    });
    this.over = once(socket, 'close').then(([code]: unknown[]) => ({ code: code as number, errors }));
    for (let n = 0; n < 4; n++) this.#say();
  }

  #say(): void {
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(`${this.name}.${++this.said}`);
  }
}

describe('SIGTERM while an HttpServer is under load', function () {
  this.timeout(60_000);

  afterEach(async () => {
    await closePeers();
    await endPrograms();
  });

  const WAYS = [
    { title: 'in plain', secure: false, heardBy: 'server' },
    { title: 'under TLS', secure: true, heardBy: 'server' },
    { title: 'where its base answers', secure: false, heardBy: 'base' },
  ];
  for (const { title, secure, heardBy } of WAYS)
    it(`loses no request whose head was read, and tells each WebSocket why: ${title}`, async function () {
      if (title !== 'in plain') onlyWithAll(this, 'the same in another way');
      const options = { heardBy, ...(secure && { tls: own }) };
      const server = new Program('http-server', { args: [JSON.stringify(options)] });
      const port = await server.port();
      const open = async (): Promise<Peer> => {
        if (!secure) return Peer.connect(port);
        const socket = connectTls({
          port,
          host: '127.0.0.1',
          ca: authority.cert,
          checkServerIdentity: () => undefined,
        });
        const peer = new Peer(socket);
        await once(socket, 'secureConnect');
        return peer;
      };
      const wanted = Array.from({ length: OF_EACH_KIND }, () => KINDS).flat();
      const clients: Client[] = [];
      for (const [n, kind] of wanted.entries()) clients.push(new Client(await open(), kind, `${n}`));
      const chatters = await Promise.all(
        Array.from({ length: OF_EACH_KIND * 2 }, async (_, n) => {
          const socket = new WebSocket(`${secure ? 'wss' : 'ws'}://127.0.0.1:${port}/echo`, { ca: authority.cert });
          await once(socket, 'open');
          return new Chatter(socket, `w${n}`);
        }),
      );
      await until(
        () =>
          clients.every(({ answers, kind }) => answers.length > 1 || kind.way === 'late') &&
          chatters.every(({ echoes }) => echoes.length > 10),
        'all are at work',
        30_000,
      );

      const since = performance.now();
      server.kill('SIGTERM');
      const { heads, owed, messages, requests, exitCode } = (await server.heard('ended')) as unknown as Report;
      expect(await server.ended, server.output).to.deep.equal({ code: 0, signal: null });
      expect(performance.now() - since).to.be.lessThan(DRAIN);
      expect(exitCode).to.equal(0);
      await Promise.all(clients.map(async ({ over }) => over));
      const ends = await Promise.all(chatters.map(async ({ over }) => over));

      expect(clients.flatMap(({ wrong }) => wrong)).to.deep.equal([]);
      expect(clients.map(({ partial }) => partial)).to.deep.equal(clients.map(() => 0));
      expect(clients.flatMap(({ peer }) => peer.error ?? [])).to.deep.equal([]);
      const answered = clients.flatMap(({ asked, answers }) => asked.slice(0, answers.length));
      expect(answered.toSorted(), 'answered, of what was read').to.deep.equal(heads.toSorted());
      expect(requests).to.deep.include({ received: heads.length + chatters.length, underWay: 0, aborted: 0 });
      // Of a connection without a request under way nothing was left to say.
      const told = clients.filter(({ port: own }) => owed.includes(own));
      expect(told.length).to.be.at.least(OF_EACH_KIND);
      expect(told.filter(({ answers }) => answers.at(-1)!.headers['connection'] !== 'close')).to.deep.equal([]);

      expect(ends).to.deep.equal(chatters.map(() => ({ code: 1001, errors: [] })));
      expect(chatters.flatMap(({ echoes }) => echoes).toSorted()).to.deep.equal(messages.toSorted());
    });
});

/** What the program tells at its end. */
interface Report {
  readonly heads: readonly string[];
  readonly owed: readonly number[];
  readonly messages: readonly string[];
  readonly requests: object;
  readonly exitCode: number;
}
