import { expect } from 'chai';
import { type DisconnectInfo, TcpConnection } from '../../../../src/index.js';
import { lines } from '../../../../src/framing/index.js';
import { bench } from '../../../support/bench.js';
import { serve, tidyUp } from '../../../support/net-app.js';

/** Says bye, and writes down what it has heard. */
class Polite extends TcpConnection.with({ states: ['talking'], framing: lines() }) {
  readonly heard: string[] = [];
  readonly errors: Error[] = [];
  readonly ends: DisconnectInfo[] = [];
  static override readonly stateTimeouts = { talking: 100 };

  ttse__onConnected(): void {
    this.toState('talking');
  }
  override ttse__onFrame(line: string): void {
    this.heard.push(line);
    if (line === 'quit') this.closeWith('bye');
    if (line === 'late') {
      this.ttsc__send('first\n');
      this.closeWith('bye');
    }
    if (line === 'twice') {
      this.ttsc__close();
      this.ttsc__bye();
    }
    if (line === 'reply') {
      const reply = this.reply();
      this.closeWith('bye');
      reply.end('answer\n');
    }
  }
  ttsc__bye(): void {
    this.closeWith('bye');
  }
  ttsc__hear(text: string): void {
    this.sendFrame(text);
  }
  outside(): void {
    this.closeWith('bye');
  }
  override ttse__onStateTimeout(): void {
    this.closeWith('too slow');
  }
  override ttse__onError(error: Error): void {
    this.errors.push(error);
  }
  override ttse__onDisconnected(info: DisconnectInfo): void {
    this.ends.push(info);
  }
}

describe('closeWith()', () => {
  afterEach(tidyUp);

  const talk = async (text: string): Promise<{ text: string; connection: Polite }> => {
    const app = await serve(() => new Polite());
    const { peer, connection } = await app.pair();
    peer.send(text);
    await peer.closed();
    await bench().settled();
    return { text: peer.text, connection };
  };

  it('sends the last frame, closes, and hears nothing that came behind', async () => {
    const { text, connection } = await talk('hello\nquit\nhello again\nquit\n');
    expect(text).to.equal('bye\n');
    expect(connection.heard).to.deep.equal(['hello', 'quit']);
    expect(connection.ends[0]).to.include({ reason: 'closedHere', discarded: 0 });
  });

  it('closes before an order that waits, so nothing is said after it', async () => {
    const app = await serve(() => new Polite());
    const { peer, connection } = await app.pair();
    connection.ttsc__bye();
    connection.ttsc__hear('one word more');
    await peer.closed();
    await bench().settled();
    expect(peer.text).to.equal('bye\n');
    expect(connection.errors).to.have.lengthOf(1);
  });

  it('keeps its place behind own sends that wait as orders, and behind an open reply', async () => {
    const late = await talk('late\nhello\n');
    expect(late.text).to.equal('first\nbye\n');
    expect(late.connection.heard).to.deep.equal(['late']);
    expect((await talk('reply\nhello\n')).text).to.equal('answer\nbye\n');
  });

  it('leaves a connection as it is that closes already, also where a timeout of its state comes then', async () => {
    const { text, connection } = await talk('twice\n');
    expect([text, connection.errors]).to.deep.equal(['', []]);
    const app = await serve(() => new Polite());
    const { peer, connection: slow } = await app.pair({ allowHalfOpen: true });
    peer.send('quit\n');
    await peer.ended();
    await bench().pass(200);
    expect([peer.text, slow.errors]).to.deep.equal(['bye\n', []]);
    peer.end();
    await peer.closed();
  });

  it('is for its own sparkles', async () => {
    const app = await serve(() => new Polite());
    const { connection } = await app.pair();
    expect(() => connection.outside()).to.throw(/closeWith\(\)/);
  });
});
