import { expect } from 'chai';
import { type Reply, TcpClient } from '../../../../src/index.js';
import { FakeNetwork } from '../../../support/fake-network.js';
import { Heard } from '../../../support/heard.js';
import { VirtualBench } from '../../../support/bench.js';
import { startNet, tidyUp } from '../../../support/net-app.js';

afterEach(tidyUp);

/** A client that its server asks. */
class Asked extends TcpClient {
  readonly heard = new Heard();
  readonly replies: Reply[] = [];
  ttsc__do(body: (own: this) => void): void {
    body(this);
  }
  say(what: string): void {
    this.heard.push('sent', this.send(what));
  }
  opens(): Reply {
    return this.reply();
  }
  ttse__onData(): void {
    this.replies.push(this.reply());
  }
  ttse__onError(error: Error): void {
    this.heard.push('onError', error);
  }
}

describe('a TcpClient that is its own connection', () => {
  it('answers in order, and begins anew with the next connection', async () => {
    const network = new FakeNetwork();
    const clock = new VirtualBench();
    let client!: Asked;
    await startNet(
      () => void (client = new Asked({ host: '10.0.0.1', port: 9, reconnect: true, retryDelay: 1, stableAfter: 0 })),
      { options: { network }, bench: clock },
    );
    const first = await network.stream();
    let early!: Reply;
    client.ttsc__do((own) => (early = own.opens()));
    await clock.settled();
    expect([early.open, early.send('early')]).to.deep.equal([false, 'refused']);

    first.opens();
    first.receives('a');
    first.receives('b');
    await clock.settled();
    const [a, b] = client.replies;
    client.ttsc__do(() => b!.end('b'));
    await clock.settled();
    expect([first.sent, client.unsentBytes]).to.deep.equal(['', 1]);
    first.fails('ECONNRESET');
    await clock.pass(5);

    const next = await network.stream(2);
    next.opens();
    next.receives('c');
    await clock.settled();
    client.ttsc__do((own) => {
      own.say('behind c');
      a!.end('a');
      client.replies[2]!.end('c ');
    });
    await clock.settled();
    expect([first.sent, next.sent, client.unsentBytes]).to.deep.equal(['', 'c behind c', 0]);
    expect(client.heard.all('onError').map(([error]) => (error as Error).message)).to.include(
      '1 bytes were not sent: its connection has ended.',
    );
  });
});
