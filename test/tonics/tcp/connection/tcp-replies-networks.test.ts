import { expect } from 'chai';
import { type Reply, TimerSingleShot } from '../../../../src/index.js';
import { Recorder, serve, tidyUp } from '../../../support/net-app.js';
import { onRealSockets } from '../../../support/stage.js';

const REQUESTS = 200;
const SIZE = 20_000;

/** It answers the last request first, when all have come. */
class Backwards extends Recorder {
  readonly #open: (readonly [reply: Reply, line: string])[] = [];
  override ttse__onData(data: Buffer): void {
    for (const line of data.toString().trim().split('\n')) this.#open.push([this.reply(), line]);
    if (this.#open.length === REQUESTS) this.ttsc__answer();
  }
  ttsc__answer(): void {
    const [reply, line] = this.#open.pop()!;
    reply.end(line.padEnd(SIZE, '.'));
    if (this.#open.length > 0) this.ttsc__answer();
  }
}

/** It takes its time with each answer, and tells the peer something meanwhile. */
class Slow extends Recorder {
  #reply: Reply | undefined;
  override ttse__onData(): void {
    this.#reply = this.reply();
    new TimerSingleShot({ seconds: 0.02, name: 'ready' });
    this.push('news ');
    this.ttsc__close();
  }
  ttse__onReady(): void {
    this.#reply!.end('answer');
  }
}

function answersInOrder(): void {
  afterEach(tidyUp);

  it('answers in the order of the requests, to the last byte, a peer that has said its end with them', async () => {
    const app = await serve(() => new Backwards());
    const { peer } = await app.pair({ allowHalfOpen: true });
    const lines = Array.from({ length: REQUESTS }, (_, n) => `request ${n}`);
    peer.end(`${lines.join('\n')}\n`);
    await peer.ended();
    expect(peer.size).to.equal(REQUESTS * SIZE);
    expect(peer.text.match(/request \d+/g)).to.deep.equal(lines);
    await app.over();
  });

  it('closes when the answer has left, which may take its time', async () => {
    const app = await serve(() => new Slow());
    const { peer, connection } = await app.pair();
    peer.send('question');
    await peer.ended();
    expect(peer.text).to.equal('news answer');
    const [info] = await connection.heard.on('onDisconnected');
    expect(info).to.deep.equal({ reason: 'closedHere', error: undefined, discarded: 0 });
    await app.over();
  });
}

describe('a connection with replies, on the network of the test', answersInOrder);

describe('a connection with replies, on real sockets', () => {
  onRealSockets('half-close, backpressure and the end are those of the kernel');
  answersInOrder();
});
