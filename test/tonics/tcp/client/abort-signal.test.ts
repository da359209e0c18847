import { getEventListeners } from 'node:events';
import { expect } from 'chai';
import {
  type DisconnectInfo,
  type TaskTonicError,
  TcpClient,
  TcpClientPool,
  TcpConnection,
  TcpServer,
  Tonic,
} from '../../../../src/index.js';
import { lines } from '../../../../src/framing/index.js';
import { expectCode } from '../../../support/errors.js';
import { Lab, Recording } from '../../../support/simulated.js';
import { tidyUp } from '../../../support/net-app.js';

afterEach(tidyUp);

const listenersOf = (signal: AbortSignal): number => getEventListeners(signal, 'abort').length;
const REASON = new Error('no longer wanted');

/** What a client has heard of its end: the reason, the code of the error, and the cause of that. */
function endOf(client: Recording): readonly unknown[] {
  const [info] = client.all('onDisconnected') as [DisconnectInfo];
  return [info.reason, (info.error as TaskTonicError).code, (info.error as TaskTonicError).cause];
}
const ABORTED = ['aborted', 'TT_SIGNAL_ABORTED', REASON];

describe('the option signal of a TcpClient', () => {
  it('keeps it from connecting where it was aborted before', async () => {
    const lab = new Lab();
    const { connections } = await lab.server('server');
    const { client } = await lab.client('client', 'server', { signal: AbortSignal.abort(REASON) });
    await lab.pass(1_000);
    expect([endOf(client), client.names, client.finished]).to.deep.equal([ABORTED, ['onDisconnected'], true]);
    expect(connections).to.have.length(0);
  });

  for (const [when, fault, wait] of [
    ['while it connects', 'blackhole', 100],
    ['while it waits for its next try', 'refuse', 400],
  ] as const)
    it(`gives up ${when}`, async () => {
      const lab = new Lab();
      lab.network.host('server')[fault](80);
      const controller = new AbortController();
      const { signal } = controller;
      const { client } = await lab.client('client', 'server', { signal, retries: 9, retryDelay: 1_000 });
      await lab.pass(wait);
      expect(listenersOf(signal)).to.equal(1);
      controller.abort(REASON);
      await lab.pass(20_000);
      expect([endOf(client), client.finished, listenersOf(signal)]).to.deep.equal([ABORTED, true, 0]);
      expect(client.all('onError').length).to.equal(fault === 'refuse' ? 1 : 0);
    });

  it('resets what is open, and does not connect again', async () => {
    const lab = new Lab();
    const { connections } = await lab.server('server');
    const controller = new AbortController();
    const { client } = await lab.client('client', 'server', { signal: controller.signal, reconnect: true });
    await lab.pass(100);
    controller.abort(REASON);
    await lab.pass(20_000);
    expect([endOf(client), client.finished]).to.deep.equal([ABORTED, true]);
    expect(connections.map(({ heard }) => heard.all('onDisconnected')[0]![0].reason)).to.deep.equal(['peerReset']);
  });

  it('resets the connection of its protocol', async () => {
    const lab = new Lab();
    const { connections } = await lab.server('server');
    const controller = new AbortController();
    class Speaks extends TcpConnection {
      ttse__onError(): void {}
    }
    const { client } = await lab.client('client', 'server', { signal: controller.signal, protocol: Speaks });
    await lab.pass(100);
    controller.abort(REASON);
    await lab.pass(100);
    expect(client.finished).to.equal(true);
    expect(connections[0]!.heard.all('onDisconnected')[0]![0].reason).to.equal('peerReset');
  });

  it('leaves nothing on a signal that lives on, however it ended, and is not heard after that', async () => {
    const lab = new Lab();
    await lab.server('server');
    const controller = new AbortController();
    const { signal } = controller;
    const ends: ((client: Recording) => void)[] = [
      (client) => client.ttsc__close(),
      (client) => client.ttsc__abort(),
      (client) => client.ttsc__finish(),
      (client) => client.ttsc__do(() => { throw new Error('on purpose'); }),
    ]; // prettier-ignore
    const clients: Recording[] = [];
    await lab
      .app('client', () => {
        for (const _ of ends) clients.push(new Recording({ host: 'server', port: 80, signal }));
        clients.push(new Recording({ host: 'nobody', port: 80, retries: 0, signal }));
      })
      .catch(() => {});
    await lab.pass(100);
    for (const [at, end] of ends.entries()) end(clients[at]!);
    await lab.pass(10_000);
    expect([clients.map(({ finished }) => finished), listenersOf(signal)]).to.deep.equal([Array(5).fill(true), 0]);
    const before = clients.map(({ names }) => names.length);
    controller.abort(REASON);
    await lab.pass(100);
    expect(clients.map(({ names }) => names.length)).to.deep.equal(before);
  });
});

/** Answers each line but `silent`, and that later, when it is told to. */
class Answers extends TcpConnection.with({ framing: lines() }) {
  readonly kept: string[] = [];
  override ttse__onFrame(line: string): void {
    if (line.startsWith('silent')) this.kept.push(line);
    else this.sendFrame(`answer to ${line}`);
  }
  ttse__onError(): void {}
  ttsc__answer(): void {
    for (const line of this.kept.splice(0)) this.sendFrame(`late answer to ${line}`);
  }
}
class Client extends TcpClient.with({ framing: lines() }) {
  readonly heard: unknown[] = [];
  constructor() {
    super({ host: 'server', port: 80, logMode: 'off' });
  }
  ttsc__ask(line: string, signal: AbortSignal): void {
    this.request(line, this.ttse__onAnswer, { signal, onError: this.ttse__onNone });
  }
  ttse__onAnswer(line: string): void {
    this.heard.push(line);
  }
  ttse__onNone(error: Error): void {
    this.heard.push(error);
  }
  ttse__onError(): void {}
}
class Asks extends Tonic {
  readonly heard: unknown[] = [];
  pool!: TcpClientPool<string>;
  constructor(readonly options: object) {
    super({ name: 'asks' });
  }
  ttse__onStart(): void {
    this.pool = new TcpClientPool({ client: Client, size: 1, requestsPerClient: 2, ...this.options });
  }
  ttsc__ask(line: string, signal: AbortSignal): void {
    this.pool.request(line, this.ttse__onAnswer, { signal, onError: this.ttse__onNone });
  }
  ttse__onAnswer(line: string): void {
    this.heard.push(line);
  }
  ttse__onNone(error: Error): void {
    this.heard.push(error);
  }
}

for (const [what, make] of [
  ['request() of a TcpClient', () => new Client()],
  ['request() of a TcpClientPool', () => new Asks({})],
] as const)
  describe(`the option signal of ${what}`, () => {
    let lab: Lab;
    let asks: Client | Asks;
    let controller: AbortController;
    const connections: Answers[] = [];

    async function start(serves = true): Promise<void> {
      lab = new Lab();
      controller = new AbortController();
      connections.length = 0;
      const protocol = (): Answers => connections[connections.push(new Answers()) - 1]!;
      await lab.app('server', () => {
        if (serves) new TcpServer({ port: 80, protocol });
        else lab.network.host('server').blackhole(80);
      });
      await lab.app('client', () => (asks = make()));
      await lab.pass(50);
    }
    const ask = async (line: string, signal = controller.signal): Promise<void> => {
      asks.ttsc__ask(line, signal);
      await lab.pass(50);
    };
    const abort = async (): Promise<void> => {
      controller.abort(REASON);
      await lab.pass(50);
    };
    const expectAborted = (): void => {
      expect(asks.heard).to.have.length(1);
      expect(expectCode(asks.heard[0], 'TT_SIGNAL_ABORTED').cause).to.equal(REASON);
      expect(listenersOf(controller.signal)).to.equal(0);
    };

    it('keeps it from being sent where it was aborted before', async () => {
      await start();
      controller.abort(REASON);
      await ask('one');
      expectAborted();
      await ask('two', new AbortController().signal);
      expect(asks.heard.slice(1)).to.deep.equal(['answer to two']);
    });

    it('ends it while the client connects', async () => {
      await start(false);
      await ask('one');
      expect(listenersOf(controller.signal)).to.equal(1);
      await abort();
      expectAborted();
    });

    it('ends it while the answer is waited for; a late answer is not heard, and is of no other', async () => {
      await start();
      await ask('silent one');
      await abort();
      connections[0]!.ttsc__answer();
      await lab.pass(50);
      expectAborted();
      await ask('two', new AbortController().signal);
      expect(asks.heard.slice(1)).to.deep.equal(['answer to two']);
    });

    it('changes nothing after the answer', async () => {
      await start();
      await ask('one');
      expect(listenersOf(controller.signal)).to.equal(0);
      await abort();
      expect(asks.heard).to.deep.equal(['answer to one']);
    });
  });

describe('the option signal of request() of a TcpClientPool', () => {
  it('takes it out of those that wait for a client, and counts it as cancelled', async () => {
    const lab = new Lab();
    const controller = new AbortController();
    let asks!: Asks;
    await lab.app('server', () => void new TcpServer({ port: 80, protocol: Answers }));
    await lab.app('client', () => (asks = new Asks({ requestsPerClient: 1 })));
    await lab.pass(50);
    asks.ttsc__ask('silent', new AbortController().signal);
    asks.ttsc__ask('two', controller.signal);
    await lab.pass(50);
    expect(asks.pool.counts).to.include({ underWay: 1, waiting: 1 });
    controller.abort(REASON);
    await lab.pass(50);
    expect(asks.pool.counts).to.include({ underWay: 1, waiting: 0, cancelled: 1, failed: 0 });
    expectCode(asks.heard[0], 'TT_SIGNAL_ABORTED');
    expect([asks.heard.length, listenersOf(controller.signal)]).to.deep.equal([1, 0]);
  });
});
