import { expect } from 'chai';
import { type SelectorCatalyst, Interest, TaskTonicError, Tonic, type TurnedAway } from '../../../../../src/index.js';
import {
  PendingConnections,
  type AcceptStep,
  ServerListener,
  ServerTally,
  type PendingConnection,
} from '../../../../doors/tonics.js';
import { till } from '../../../../support/bench.js';
import { Heard } from '../../../../support/heard.js';
import { startNet, tidyUp } from '../../../../support/net-app.js';
import { type Peer, connectTo } from '../../../../support/peers.js';

afterEach(tidyUp);

const LISTEN = {
  host: '127.0.0.1',
  port: 0,
  backlog: 9,
  ipv6Only: false,
  reusePort: false,
  listeners: 1,
  handsOver: false,
  maxConnections: undefined,
  stream: { noDelay: true, keepAlive: undefined },
};

/** Wants a word of so many letters; the first one is the step's own name, or the peer is refused. */
class Word implements AcceptStep {
  readonly reason = 'proxy';
  begun = 0;
  constructor(
    private readonly name: string,
    private readonly size = 4,
  ) {}

  begin(pending: PendingConnection): void {
    this.begun++;
    pending.kept = '';
  }

  ready(pending: PendingConnection, ready: number): void {
    const { channel } = pending;
    for (let bytes = channel.take(); bytes !== undefined; bytes = channel.take()) {
      const text = (pending.kept as string) + bytes.toString();
      pending.kept = text;
      if (text.length < this.size) continue;
      channel.putBack(Buffer.from(text.slice(this.size)));
      if (text.startsWith(this.name)) return pending.next();
      return pending.refuse(new Error(`it said ${text}`));
    }
    if (channel.ended || (ready & Interest.HANGUP) !== 0) pending.leave();
  }

  tooLate(): TaskTonicError {
    return new TaskTonicError('TT_TIMED_OUT', { address: this.name });
  }
}

interface Setting {
  readonly steps?: readonly AcceptStep[];
  readonly timeout?: number;
  readonly most?: number;
  /** Shared by several instances. */
  readonly tally?: ServerTally;
}

/** Listens, passes each accepted channel to a PendingConnections, and records what that reports. */
class Porter extends Tonic {
  readonly heard = new Heard();
  pending!: PendingConnections;
  readonly passed: PendingConnection[] = [];
  #listener!: ServerListener;

  constructor(private readonly setting: Setting) {
    super();
  }

  get port(): number {
    return this.#listener.local!.port;
  }

  ttse__onStart(): void {
    const { steps = [new Word('one ')], timeout = 1_000, most = 9 } = this.setting;
    const catalyst = this._ttScheduler as SelectorCatalyst;
    this.pending = new PendingConnections(catalyst, { steps, timeout, most }, this.setting.tally ?? new ServerTally(), {
      passed: (pending) => {
        this.passed.push(pending);
        this.heard.push('passed');
      },
      left: (_accepted, peer) => this.heard.push('left', peer),
    });
    this.#listener = new ServerListener(catalyst, LISTEN, {
      listens: () => this.heard.push('listens'),
      peersWait: () => {
        for (let next = this.#listener.take(); next !== undefined; next = this.#listener.take())
          this.pending.receive(next);
        this.heard.push('peersWait');
      },
      turnedAway: () => {},
      failed: () => {},
    });
  }

  override ttse__onFinished(): void {
    this.#listener.close();
    this.pending.close();
  }

  /** Why peers have left, in order. */
  get left(): (TurnedAway | undefined)[] {
    return this.heard.all('left').map(([peer]) => peer as TurnedAway | undefined);
  }

  /** What a visitor that has passed brings along: that is heard by who has it then. */
  async rest(pending: PendingConnection, until: string): Promise<void> {
    let text = '';
    pending.key.handOver({
      onReady: () => {
        for (let next = pending.channel.take(); next !== undefined; next = pending.channel.take()) text += String(next);
        this.heard.push('rest');
      },
    });
    expect(this.pending.take(pending), 'it is still there').to.equal(true);
    await this.heard.until(() => text === until, until);
  }
}

async function porter(setting: Setting = {}): Promise<Porter> {
  let made!: Porter;
  await startNet(() => (made = new Porter(setting)));
  await made.heard.on('listens');
  return made;
}

async function peerOf(at: Porter): Promise<Peer> {
  const came = at.heard.count('peersWait');
  const peer = await connectTo(at.port);
  await at.heard.on('peersWait', came + 1);
  return peer;
}

describe('the pending connections of a server', () => {
  it('passes on a connection whose steps are all done', async () => {
    const at = await porter();
    const peer = await peerOf(at);
    expect([at.pending.size, at.passed.length]).to.deep.equal([1, 0]);
    peer.send('one ');
    await at.heard.on('passed');
    expect(at.passed[0]!.remote!.address).to.equal('127.0.0.1');
  });

  it('runs one step after the other', async () => {
    const steps = [new Word('one '), new Word('two ')];
    const at = await porter({ steps });
    const peer = await peerOf(at);
    await peer.sends('one ');
    await till(() => steps[1]!.begun === 1);
    expect(at.passed).to.deep.equal([]);
    peer.send('two ');
    await at.heard.on('passed');
    expect(steps.map(({ begun }) => begun)).to.deep.equal([1, 1]);
  });

  it('gives each step the bytes that the previous step gave back, though no more are received', async () => {
    const at = await porter({ steps: [new Word('one '), new Word('two '), new Word('three ', 6)] });
    (await peerOf(at)).send('one two three ');
    await at.heard.on('passed');
  });

  it('gives the owner the bytes that the steps have not used, once and in order', async () => {
    const at = await porter();
    const peer = await peerOf(at);
    peer.send('one and ');
    await at.heard.on('passed');
    await peer.sends('more');
    await at.rest(at.passed[0]!, 'and more');
    expect(at.pending.size).to.equal(0);
  });

  it('tells the owner of an end that was received before the connection was taken', async () => {
    const at = await porter();
    const peer = await peerOf(at);
    peer.end('one last');
    await at.heard.on('passed');
    await at.rest(at.passed[0]!, 'last');
    await at.heard.until(() => at.passed[0]!.channel.ended, 'its end');
  });

  it('tells the owner of a reset that was received before the connection was taken', async () => {
    const at = await porter();
    const peer = await peerOf(at);
    peer.send('one ');
    await at.heard.on('passed');
    const [pending] = at.passed;
    peer.reset();
    await till(() => pending!.channel.closed);
    let ready = 0;
    pending!.key.handOver({ onReady: (_key, now) => void (ready |= now) });
    at.pending.take(pending!);
    await till(() => (ready & Interest.HANGUP) !== 0);
    expect(pending!.channel.takeError()).to.include({ code: 'ECONNRESET' });
  });

  it('has no timer for connections that were passed on or have left', async () => {
    const at = await porter();
    const { timers } = at._ttScheduler;
    const before = timers.size;
    const [first, second] = [await peerOf(at), await peerOf(at)];
    expect(timers.size).to.equal(before + 2);
    first!.send('one ');
    second!.send('zero');
    await at.heard.on('passed');
    await at.rest(at.passed[0]!, '');
    await second!.closed();
    expect(timers.size).to.equal(before);
  });

  it('closes a connection that is refused, and tells who it was and why', async () => {
    const at = await porter();
    const peer = await peerOf(at);
    const { localPort } = peer.socket;
    peer.send('zero');
    await peer.closed();
    const [{ remote, reason, error }] = at.left as [TurnedAway];
    expect([remote!.port, reason, error!.message]).to.deep.equal([localPort, 'proxy', 'it said zero']);
    expect(at.pending.size).to.equal(0);
  });

  it('does not count a peer that left by itself as turned away', async () => {
    const at = await porter();
    (await peerOf(at)).end();
    await at.heard.on('left');
    expect([at.left, at.pending.size]).to.deep.equal([[undefined], 0]);
  });

  it('refuses a connection whose steps have not ended in time, whatever it has sent', async () => {
    const at = await porter({ steps: [new Word('one '), new Word('two ')], timeout: 1_000 });
    const peer = await peerOf(at);
    peer.send('one t');
    await peer.closed();
    const [{ reason, error }] = at.left as [TurnedAway];
    expect([reason, error!.message.includes('two ')]).to.deep.equal(['proxy', true]);
    expect(at.passed).to.deep.equal([]);
  });

  it('lets a connection whose steps are done wait longer for its Tonic', async () => {
    const at = await porter({ timeout: 1_000 });
    (await peerOf(at)).send('one ');
    await at.heard.on('passed');
    const second = await peerOf(at);
    await second.closed();
    expect(at.pending.size).to.equal(1);
    await at.rest(at.passed[0]!, '');
  });

  it('turns away a further peer while the number of pending connections is at its limit', async () => {
    const at = await porter({ most: 2 });
    const [first, , third] = [await peerOf(at), await peerOf(at), await peerOf(at)];
    await third!.closed();
    expect((at.left as [TurnedAway]).map(({ reason }) => reason)).to.deep.equal(['handshakes']);
    first!.end();
    await at.heard.on('left', 2);
    (await peerOf(at)).send('one ');
    await at.heard.on('passed');
  });

  it('counts the pending connections of other threads too, and stops counting its own when they have gone', async () => {
    const whole = ServerTally.shared(2);
    const other = new ServerTally(whole.buffer, 1);
    other.addPending();
    const at = await porter({ most: 2, tally: new ServerTally(whole.buffer, 0) });
    const [first, second] = [await peerOf(at), await peerOf(at)];
    await second!.closed();
    expect((at.left as [TurnedAway]).map(({ reason }) => reason)).to.deep.equal(['handshakes']);
    expect(whole.pending).to.equal(2);
    first!.send('one ');
    await at.heard.on('passed');
    await at.rest(at.passed[0]!, '');
    whole.closeAll(1);
    expect(whole.pending, 'what a dead thread had is given back').to.equal(0);
  });

  it('closes all pending connections when it is closed, without counting them as turned away', async () => {
    const at = await porter();
    const peers = [await peerOf(at), await peerOf(at)];
    peers[0]!.send('one ');
    await at.heard.on('passed');
    at.pending.close();
    for (const peer of peers) await peer.closed();
    expect([at.left, at.pending.take(at.passed[0]!)]).to.deep.equal([[undefined, undefined], false]);
  });
});
