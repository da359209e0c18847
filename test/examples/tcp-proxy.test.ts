import { expect } from 'chai';
import {
  type ConfigurationSources,
  Formula,
  type FormulaData,
  TcpClient,
  TcpConnection,
  TcpServer,
  type TaskTonicError,
} from 'tasktonic';
import { Distiller, SeededRandom, explore } from 'tasktonic/testing';
import { Proxy } from '../../examples/tcp-proxy/proxy.js';
import { settings } from '../../examples/tcp-proxy/settings.js';
import { howMany } from '../support/how-many.js';

/** A backend: it says its name, then what it hears, and ends when its peer has. */
class Echo extends TcpConnection {
  constructor(private readonly word: string) {
    super();
  }
  ttse__onConnected(): void {
    this.send(this.word);
  }
  ttse__onData(data: Buffer): void {
    this.send(data);
  }
  ttse__onEnd(): void {
    this.send('.');
  }
  ttse__onError(): void {}
}
class Backend extends TcpServer {
  constructor(word: string) {
    super({ name: word, port: 1, protocol: () => new Echo(word) });
  }
}

/** It sends, and keeps what it hears. */
class Client extends TcpClient {
  text = '';
  end = '';
  constructor(name: string) {
    super({ name, host: 'proxy', port: 80, retries: 0, halfOpen: true });
  }
  ttse__onData(data: Buffer): void {
    this.text += data.toString();
  }
  ttse__onEnd(): void {
    this.ttsc__close();
  }
  ttse__onError(): void {}
  ttse__onDisconnected({ reason }: { readonly reason: string }): void {
    this.end = reason;
  }
}

const configured = (backends: object): Record<string, string> => ({ P_PROXY: JSON.stringify({ backends }) });

/** The proxy as an app, whose configuration is that variable. */
const appOf = (env: Record<string, string>, Kind: typeof Proxy = Proxy) =>
  class App extends Formula {
    protected override creatingFormula(): FormulaData {
      return { shutdown: { grace: 40_000 } };
    }
    protected override creatingConfiguration(): ConfigurationSources {
      return { env: { prefix: 'P_', from: env }, schema: settings };
    }
    protected override creatingStartingTonics(): void {
      new Kind([{ port: 80 }]);
    }
  };

describe('the TCP proxy', () => {
  let distiller: Distiller;
  let env: Record<string, string>;

  /** A proxy before two echo servers, a and b. */
  async function start(more: object = {}): Promise<void> {
    env = configured({ hosts: ['a:1', 'b:1'], ...more });
    distiller = await Distiller.start(appOf(env), { host: 'proxy' });
    for (const host of ['a', 'b', 'c']) await distiller.join(() => void new Backend(host), { host });
    await distiller.advance('5s');
  }
  afterEach(async () => distiller.finish());

  const proxy = (): Proxy => distiller.find<Proxy>('proxy')!;
  async function client(name: string): Promise<Client> {
    let made!: Client;
    await distiller.join(() => void (made = new Client(name)), { host: name });
    await distiller.advance('1s');
    return made;
  }
  async function reload(proxySettings: object): Promise<void> {
    Object.assign(env, configured(proxySettings));
    distiller.runtime.reloadConfiguration();
    await distiller.advance('1s');
  }

  it('hands each client on to the backend that has the fewest connections', async () => {
    await start();
    const [one, two, three] = [await client('one'), await client('two'), await client('three')];
    expect([one.text, two.text, three.text]).to.deep.equal(['a', 'b', 'a']);
    one.ttsc__close();
    three.ttsc__close();
    await distiller.advance('1s');
    expect([(await client('four')).text, (await client('five')).text]).to.deep.equal(['a', 'b']);
    expect(proxy().backends.list.map(({ connections }) => connections)).to.deep.equal([1, 2]);
  });

  it('tries the next backend where one refuses or says nothing, and gives it all that was sent', async () => {
    for (const fault of ['refuse', 'blackhole'] as const) {
      await start({ check: { interval: 60_000 } });
      distiller.network.host('a')[fault](1);
      const one = await client(fault);
      one.ttsc__send('all');
      await distiller.advance('3s');
      expect(one.text).to.equal('ball');
      expect(proxy().backends.counts).to.include({ failedTries: 1, unserved: 0 });
      await distiller.finish();
    }
  });

  it('resets and counts a client when all backends are dead', async () => {
    await start();
    for (const host of ['a', 'b']) distiller.network.host(host).refuse(1);
    const first = await client('first');
    expect([first.end, first.text]).to.deep.equal(['peerReset', '']);
    expect(proxy().backends.counts).to.include({ unserved: 1, connections: 0 });
  });

  it('leaves out a backend that fails its checks, and takes it in again', async () => {
    await start();
    distiller.network.host('a').refuse(1);
    await distiller.advance('3s');
    expect([(await client('one')).text, (await client('two')).text]).to.deep.equal(['b', 'b']);
    expect(proxy().backends.counts.failedTries).to.equal(0);
    distiller.network.host('a').allow(1);
    await distiller.advance('3s');
    expect((await client('three')).text).to.equal('a');
  });

  it('keeps the way back open when one side has ended', async () => {
    await start();
    const one = await client('one');
    one.ttsc__send('question');
    one.ttsc__end();
    await distiller.advance('1s');
    expect([one.text, one.end]).to.deep.equal(['aquestion.', 'closedHere']);
    expect(proxy().backends.counts).to.include({ relayed: 1, connections: 0, bytesIn: 8, bytesOut: 10 });
  });

  it('takes backends from the file that is read again, and goes on with connections of one that is gone', async () => {
    await start();
    const one = await client('one');
    await reload({ hosts: ['b:1', 'c:1'] });
    expect([(await client('two')).text, (await client('three')).text]).to.have.members(['b', 'c']);
    one.ttsc__send('still here');
    await distiller.advance('1s');
    expect(one.text).to.equal('astill here');
  });

  it('stays as it is where the file is wrong, and says so', async () => {
    await start();
    await reload({ hosts: ['nowhere'] });
    expect(proxy().backends.list.map(({ place }) => place)).to.deep.equal(['a:1', 'b:1']);
    expect(distiller.lines.filter(({ code }) => code === 'TT_CONFIGURATION_KEPT')).to.have.length(1);
    expect((await client('one')).text).to.equal('a');
  });

  it('lets nobody new in at SIGTERM, and ends when the last one has gone', async () => {
    await start();
    const one = await client('one');
    distiller.signal('SIGTERM');
    await distiller.advance('1s');
    expect((await client('late')).text).to.equal('');
    one.ttsc__send('the rest');
    await distiller.advance('1s');
    expect([one.text, distiller.apps[0]!.finished]).to.deep.equal(['athe rest', false]);
    one.ttsc__close();
    await distiller.advance('100ms');
    expect(distiller.apps[0]!.finished).to.equal(true);
    expect(distiller.lines.filter(({ code }) => code === 'TT_ABORTED')).to.deep.equal([]);
  });
});

/** The bug that is put in on purpose: it reads from a client before a backend is there for what comes. */
class Hasty extends TcpConnection {
  constructor(readonly front: Proxy) {
    super();
  }
  ttse__onData(_data: Buffer): void {
    this.front.backends.relay(this);
  }
}
class HastyProxy extends Proxy {
  protected override visitor(): TcpConnection {
    return new Hasty(this);
  }
}

const answersAll =
  (Kind: typeof Proxy) =>
  async (distiller: Distiller): Promise<void> => {
    const random = new SeededRandom(distiller.seed);
    await distiller.join(appOf(configured({ hosts: ['a:1', 'b:1'] }), Kind), { host: 'proxy' });
    for (const host of ['a', 'b']) await distiller.join(() => void new Backend(host), { host });
    await distiller.settle();
    // Nothing is lost: with one backend refused and a SYN of the other one lost, both would be down.
    distiller.network.conditions({ latency: 5, split: 'random' });
    const clients: Client[] = [];
    for (let nr = 0; nr < 3; nr++) {
      if (random.below(3) === 0) distiller.network.host(nr % 2 === 0 ? 'a' : 'b').refuse(1);
      await distiller.join(() => void clients.push(new Client(`client${nr}`)), { host: `client${nr}` });
      clients[nr]!.ttsc__send(`asked ${nr}`);
      clients[nr]!.ttsc__end();
      await distiller.advance('3s');
      for (const host of ['a', 'b']) distiller.network.host(host).allow(1);
      await distiller.advance('5s');
    }
    const heard = clients.map(({ text }) => text.slice(1));
    expect(heard).to.deep.equal(['asked 0.', 'asked 1.', 'asked 2.']);
    expect(distiller.find<Proxy>('proxy')!.backends.list.map(({ connections }) => connections)).to.deep.equal([0, 0]);
  };

describe('the TCP proxy on a network that cuts what is sent', () => {
  it('brings all to a backend, and all back', async function () {
    this.timeout(60_000);
    const { faults } = await explore({ runs: howMany(10, 200), seed: 1 }, answersAll(Proxy));
    expect(faults['split']).to.be.greaterThan(0);
  });

  it('would be found out if it read before there was a backend', async function () {
    this.timeout(60_000);
    const error = await explore({ runs: 20, seed: 1 }, answersAll(HastyProxy)).then(
      () => expect.fail('explore() found nothing'),
      (thrown: TaskTonicError) => thrown,
    );
    expect(error.code).to.equal('TT_EXPLORE_FAILED');
  });
});
