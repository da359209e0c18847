import { expect } from 'chai';
import { extrasOf } from '../../../doors/core.js';
import { lines } from '../../../../src/framing/index.js';
import { type DisconnectInfo, type SendResult, type Sendable, TcpConnection } from '../../../../src/index.js';
import type { ConnectionGuest } from '../../../doors/tonics.js';
import { startWithPeer } from '../../../support/fake-peer.js';
import { tidyUp } from '../../../support/net-app.js';

afterEach(tidyUp);

/** How long it waits for the peer's good-bye, in ms. */
const PATIENCE = 300;

/** Sends all as a line of its own kind, keeps lines that begin with `#` to itself, and says good-bye. */
class LineGuest implements ConnectionGuest {
  readonly kept: unknown[] = [];
  held = 0;
  parts = true;
  isWhole = false;

  constructor(readonly owner: Guarded) {}

  send(data: Sendable): SendResult {
    return this.#say(`<${String(data)}>\n`);
  }
  hears(line: unknown): 'ttse__onFrame' | undefined {
    if (!String(line).startsWith('#')) return 'ttse__onFrame';
    this.kept.push(line);
    if (line === '#bye') this.owner._ttParted();
    return undefined;
  }
  broke(error: Error): void {
    this.kept.push(error);
    this.owner._ttBreaks(error as never);
  }
  part(): number {
    this.parts = false;
    const line = '#bye\n';
    this.owner._ttChannel!.write(line, line.length);
    return PATIENCE;
  }
  over(info: DisconnectInfo): DisconnectInfo {
    return { ...info, discarded: 42 };
  }
  #say(line: string): SendResult {
    return this.owner._ttSend(line, line.length, true);
  }
}

class Guarded extends TcpConnection<never, string> {
  readonly guest = new LineGuest(this);
  readonly heard: unknown[] = [];

  ttse__onConnected(): void {
    extrasOf(this).guest = this.guest;
  }
  ttse__onFrame(line: string): void {
    this.heard.push(line);
    this.send(line);
  }
  ttse__onDisconnected(info: DisconnectInfo): void {
    this.heard.push(info);
  }
}

const guarded = async () => startWithPeer(() => new Guarded(), { framing: lines({ max: 20, onTooLong: 'close' }) });

describe('the guest of a connection', () => {
  it('makes what it likes of what its Tonic sends', async () => {
    const { stream, clock, connection } = await guarded();
    stream.receives('one\n');
    connection.ttsc__send('two');
    await clock.settled();
    expect(stream.sent).to.equal('<two>\n<one>\n');
  });

  it('keeps frames to itself', async () => {
    const { stream, clock, connection } = await guarded();
    stream.receives('#ping\none\n');
    await clock.settled();
    expect(connection.heard).to.deep.equal(['one']);
    expect(connection.guest.kept).to.deep.equal(['#ping']);
  });

  it('has bytes that count as unsent', async () => {
    const { connection } = await guarded();
    connection.guest.held = 7;
    expect(connection.unsentBytes).to.equal(7);
  });

  it('says the end before the connection closes, and the peer may say so too', async () => {
    const { stream, clock, connection } = await guarded();
    connection.ttsc__close();
    await clock.settled();
    expect(stream.sent).to.equal('#bye\n');
    expect(connection.phase).to.equal('draining');
    expect(stream.flushed).to.equal(false);
    stream.receives('#bye\n');
    await clock.settled();
    expect(stream.flushed).to.equal(true);
  });

  it('is not waited for longer than it says', async () => {
    const { stream, clock, connection } = await guarded();
    connection.ttsc__close();
    await clock.settled();
    await clock.pass(PATIENCE - 1);
    expect(stream.flushed).to.equal(false);
    await clock.pass(2);
    expect(stream.flushed).to.equal(true);
  });

  it('is told that what came cannot be read', async () => {
    const { stream, clock, connection } = await guarded();
    stream.receives('x'.repeat(30));
    await clock.settled();
    expect(connection.guest.kept).to.have.length(1);
  });

  it('adds to what is told of the end, and has gone then', async () => {
    const { clock, connection } = await guarded();
    connection.ttsc__abort();
    await clock.settled();
    expect((connection.heard.at(-1) as DisconnectInfo).discarded).to.equal(42);
    expect(connection._ttGuest).to.equal(undefined);
  });
});
