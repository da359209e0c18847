import { expect } from 'chai';
import {
  type BackendInfo,
  type RelayEnd,
  TcpBackends,
  type TcpBackendsOptions,
  TcpClient,
  TcpConnection,
  TcpServer,
  Tonic,
} from '../../../../src/index.js';
import { Distiller } from '../../../../src/testing/index.js';
import { codeOf, expectCode, expectThrow } from '../../../support/errors.js';

/** Says its name, then what it hears, and ends when its peer has. Each line `stop` ends it, `reset` resets it. */
class Echo extends TcpConnection {
  constructor(readonly server: Backend) {
    super();
  }
  ttse__onConnected(): void {
    this.server.all.push(this);
    this.send(this.server.word);
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
  readonly all: Echo[] = [];
  constructor(
    readonly word: string,
    more: object = {},
  ) {
    super({ name: word, port: 1, protocol: () => new Echo(this), ...more });
  }
}

/** A client that keeps what it hears. */
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

class Visitor extends TcpConnection {
  constructor(readonly front: Proxy) {
    super();
  }
  ttse__onConnected(): void {
    this.front.backends.relay(this);
  }
  ttse__onError(): void {}
  ttse__onRelayEnded(end: RelayEnd): void {
    this.front.ends.push(end);
  }
}
class Proxy extends Tonic {
  backends!: TcpBackends;
  server!: TcpServer;
  readonly ends: RelayEnd[] = [];
  readonly changes: string[] = [];
  constructor(
    readonly options: TcpBackendsOptions,
    readonly ofServer: object,
  ) {
    super({ name: 'proxy' });
  }
  ttse__onStart(): void {
    this.backends = new TcpBackends({ name: 'backends', ...this.options });
    this.server = new TcpServer({ port: 80, protocol: () => new Visitor(this), ...this.ofServer });
  }
  ttse__onBackendChanged(from: TcpBackends, { place, isUp }: BackendInfo): void {
    expect(from).to.equal(this.backends);
    this.changes.push(`${place} ${isUp ? 'up' : 'down'}`);
  }
}

describe('a TcpBackends', () => {
  let distiller: Distiller;
  let proxy: Proxy;
  let servers: Record<string, Backend>;

  async function start(more: Partial<TcpBackendsOptions> = {}, ofServer: object = {}): Promise<void> {
    distiller = await Distiller.start(() => void 0, { host: 'elsewhere' });
    servers = {};
    for (const host of ['a', 'b', 'c']) await distiller.join(() => void (servers[host] = new Backend(host)), { host });
    const options = { hosts: ['a:1', 'b:1'], ...more };
    await distiller.join(() => void (proxy = new Proxy(options, ofServer)), { host: 'proxy' });
    await distiller.advance('10ms');
  }
  afterEach(async () => distiller.finish());

  async function client(name: string, wait = '100ms'): Promise<Client> {
    let made!: Client;
    await distiller.join(() => void (made = new Client(name)), { host: name });
    await distiller.advance(wait);
    return made;
  }
  const texts = async (...names: string[]): Promise<string[]> => {
    const all: string[] = [];
    for (const name of names) all.push((await client(name)).text);
    return all;
  };
  const opens = (): number[] => proxy.backends.list.map(({ connections }) => connections);
  const warnings = (): string[] => distiller.lines.filter(({ level }) => level >= 40).map(({ msg }) => msg);

  it('joins each connection with the backend that has the fewest', async () => {
    await start();
    const [one, two, three] = [await client('one'), await client('two'), await client('three')];
    expect([one.text, two.text, three.text]).to.deep.equal(['a', 'b', 'a']);
    one.ttsc__close();
    three.ttsc__close();
    await distiller.advance('1s');
    expect(await texts('four', 'five')).to.deep.equal(['a', 'b']);
    expect(opens()).to.deep.equal([1, 2]);
  });

  it('chooses the one that was chosen longest ago, where they have as many', async () => {
    await start({ hosts: ['a:1', 'b:1', 'c:1'] });
    for (const word of ['a', 'b', 'c', 'a']) {
      const one = await client(`of-${word}-${Math.random()}`);
      expect(one.text).to.equal(word);
      one.ttsc__close();
      await distiller.advance('100ms');
    }
    expect(opens()).to.deep.equal([0, 0, 0]);
  });

  it('brings what each side says to the other, and counts the bytes', async () => {
    await start();
    const one = await client('one');
    one.ttsc__send('question');
    one.ttsc__end();
    await distiller.advance('1s');
    expect([one.text, one.end]).to.deep.equal(['aquestion.', 'closedHere']);
    expect(proxy.backends.counts).to.include({ relayed: 1, unserved: 0, connections: 0, bytesIn: 8, bytesOut: 10 });
  });

  it('tries the next one where one refuses or says nothing, and loses none of what was sent', async () => {
    await start({ check: { interval: 60_000 } });
    for (const fault of ['refuse', 'blackhole'] as const) {
      distiller.network.host('a').allow(1);
      proxy.backends.configure({ hosts: ['c:1'] });
      proxy.backends.configure({ hosts: ['a:1', 'b:1'], check: { interval: 60_000 } });
      await distiller.advance('100ms');
      distiller.network.host('a')[fault](1);
      const one = await client(fault);
      one.ttsc__send('all');
      await distiller.advance('3s');
      expect(one.text).to.equal('ball');
    }
    expect(proxy.backends.counts).to.include({ failedTries: 2, unserved: 0 });
  });

  it('resets a connection that no backend takes, tells it why, and counts it', async () => {
    await start();
    for (const host of ['a', 'b']) distiller.network.host(host).refuse(1);
    const first = await client('first', '3s');
    expect([first.end, first.text]).to.deep.equal(['peerReset', '']);
    expectCode(proxy.ends[0]!.error, 'TT_CANNOT_CONNECT');
    await client('second', '1s');
    const { message } = expectCode(proxy.ends[1]!.error, 'TT_NO_BACKEND');
    expect(message).to.include('a:1').and.include('b:1').and.include('Nothing listens');
    expect(proxy.backends.counts).to.include({ up: 0, down: 2, unserved: 2, failedTries: 2, connections: 0 });
  });

  it('leaves out one that fails its checks, says so once, and has it back with the first that succeeds', async () => {
    await start();
    distiller.network.host('a').refuse(1);
    await distiller.advance('7s');
    expect(await texts('one', 'two')).to.deep.equal(['b', 'b']);
    expect(proxy.backends.counts.failedTries).to.equal(0);
    distiller.network.host('a').allow(1);
    await distiller.advance('3s');
    expect(await texts('three')).to.deep.equal(['a']);
    expect(proxy.changes).to.deep.equal(['a:1 down', 'a:1 up']);
    expect(warnings().filter((text) => text.includes('a:1 is down'))).to.have.length(1);
  });

  it('leaves one out after as many failures in a row as it may have, and takes it in after as many successes', async () => {
    await start({ check: { interval: 1_000, fall: 3, rise: 2 } });
    const at = async (ms: string): Promise<boolean> => {
      await distiller.advance(ms);
      return proxy.backends.list[0]!.isUp;
    };
    distiller.network.host('a').refuse(1);
    expect([await at('2500ms'), await at('1s')]).to.deep.equal([true, false]);
    distiller.network.host('a').allow(1);
    expect([await at('1s'), await at('1s')]).to.deep.equal([false, true]);
  });

  it('does not add failures up that are not in a row', async () => {
    await start({ check: { interval: 1_000, fall: 2 } });
    for (let n = 0; n < 4; n++) {
      distiller.network.host('a').refuse(1);
      await distiller.advance('1010ms');
      distiller.network.host('a').allow(1);
      await distiller.advance('1010ms');
    }
    expect(proxy.changes).to.deep.equal([]);
  });

  it('leaves out one that took no connection until a check has succeeded', async () => {
    await start({ check: { interval: 5_000 } });
    distiller.network.host('a').refuse(1);
    expect(await texts('one', 'two')).to.deep.equal(['b', 'b']);
    distiller.network.host('a').allow(1);
    expect(await texts('three')).to.deep.equal(['b']);
    await distiller.advance('5s');
    expect(await texts('four')).to.deep.equal(['a']);
    expect(proxy.backends.counts.failedTries).to.equal(1);
  });

  it('looks at what a backend answers, where it is told what that begins with', async () => {
    await start({ check: { interval: 1_000, send: 'PING\r\n', expect: 'aPING' } });
    await distiller.advance('100ms');
    expect(proxy.backends.list.map(({ isUp }) => isUp)).to.deep.equal([true, false]);
    expectCode(proxy.backends.list[1]!.error, 'TT_CHECK_FAILED');
    expect(proxy.backends.list[1]!.error!.message).to.include('it answered "b"');
  });

  it('fails a check that is not answered in its time, or whose connection ends before', async () => {
    await start({ hosts: ['a:1'], check: { interval: 1_000, timeout: 300, expect: 'a!' } });
    await distiller.advance('1s');
    expect(proxy.backends.list[0]!.error!.message).to.include('did not answer within 300 ms');
    for (const echo of servers['a']!.all.splice(0)) expect(echo.phase).to.equal('closed');
    await distiller.advance('400ms');
    for (const echo of servers['a']!.all) echo.ttsc__close();
    await distiller.advance('100ms');
    expect(proxy.backends.list[0]!.error!.message).to.include('it ended the connection');
  });

  it('leaves no connection of a check open, and writes no line for each', async () => {
    await start({ check: { interval: 100 } });
    const lines = distiller.lines.length;
    await distiller.advance('2s');
    expect(servers['a']!.counts.accepted).to.be.greaterThan(10);
    expect(servers['a']!.counts.open).to.be.at.most(1);
    expect(distiller.lines.slice(lines).map(({ msg }) => msg)).to.deep.equal([]);
  });

  it('leaves none out without checks, and goes round them with each try', async () => {
    await start({ check: false });
    distiller.network.host('a').refuse(1);
    expect(await texts('one', 'two', 'three')).to.deep.equal(['b', 'b', 'b']);
    expect(proxy.changes).to.deep.equal([]);
    expect(servers['b']!.counts.accepted).to.equal(3);
    distiller.network.host('a').allow(1);
    expect(await texts('four')).to.deep.equal(['a']);
  });

  it('takes other backends, and goes on with connections to one that is gone', async () => {
    await start();
    const one = await client('one');
    proxy.backends.configure({ hosts: ['b:1', 'c:1'] });
    expect(await texts('two', 'three')).to.have.members(['b', 'c']);
    one.ttsc__send('still here');
    await distiller.advance('1s');
    expect(one.text).to.equal('astill here');
    expect([opens(), proxy.backends.counts.connections]).to.deep.equal([[1, 1], 3]);
    const accepted = servers['a']!.counts.accepted;
    await distiller.advance('10s');
    expect(servers['a']!.counts.accepted).to.equal(accepted);
    one.ttsc__close();
    await distiller.advance('1s');
    expect(proxy.backends.counts.connections).to.equal(2);
  });

  it('keeps what it knows of a backend that stays', async () => {
    await start({ check: { interval: 60_000 } });
    distiller.network.host('a').refuse(1);
    await client('one');
    proxy.backends.configure({ hosts: ['a:1', 'c:1'], check: { interval: 60_000 } });
    expect(proxy.backends.list.map(({ place, isUp }) => [place, isUp])).to.deep.equal([
      ['a:1', false],
      ['c:1', true],
    ]);
  });

  it('stays as it is where it is given wrong options', async () => {
    await start();
    expect(codeOf(() => proxy.backends.configure({ hosts: ['nowhere'] }))).to.equal('TT_BAD_OPTION');
    expect(codeOf(() => proxy.backends.configure({ hosts: [], check: false }))).to.equal('TT_BAD_OPTION');
    expect(proxy.backends.list.map(({ place }) => place)).to.deep.equal(['a:1', 'b:1']);
    expect(await texts('one')).to.deep.equal(['a']);
  });

  it('tells the backends whose connection it is, by a PROXY header', async () => {
    await start({ hosts: ['d:2'], proxyProtocol: 2 });
    let backend!: Backend;
    const proxyProtocol = { trusted: ['0.0.0.0/0', '::/0'] };
    await distiller.join(() => void (backend = new Backend('behind', { port: 2, proxyProtocol })), { host: 'd' });
    await distiller.advance('3s');
    expect((await client('one')).text).to.equal('behind');
    const echo = backend.all.find(({ phase }) => phase === 'open')!;
    expect(echo.remote!.address).to.equal(distiller.network.host('one').addresses[0]);
    expect(echo.proxy!.command).to.equal('PROXY');
  });

  it('gives a connection up that nobody wants any more, while it is tried', async () => {
    await start({ check: false, connectTimeout: 10_000 });
    distiller.network.host('a').blackhole(1);
    const one = await client('one');
    expect(opens()).to.deep.equal([1, 0]);
    one.ttsc__abort();
    await distiller.advance('100ms');
    expect([opens(), proxy.backends.counts]).to.deep.equal([
      [0, 0],
      { up: 2, down: 0, connections: 0, relayed: 1, unserved: 0, failedTries: 0, bytesIn: 0, bytesOut: 0 },
    ]);
  });

  it('lets those who are here finish when its server does, for as long as they may', async () => {
    await start({ drain: 10_000 });
    const [one, two] = [await client('one'), await client('two')];
    proxy.ttsc__finish();
    await distiller.advance('8s');
    one.ttsc__send('the rest');
    one.ttsc__end();
    await distiller.advance('1s');
    expect([one.text, two.end, proxy.finished]).to.deep.equal(['athe rest.', '', false]);
    expect((await client('late')).text).to.equal('');
    await distiller.advance('2s');
    expect([two.end, proxy.finished]).to.deep.equal(['closedHere', true]);
    expect(warnings()).to.deep.equal([]);
  });

  it('ends as soon as the last one has gone', async () => {
    await start();
    const one = await client('one');
    proxy.ttsc__finish();
    await distiller.advance('6s');
    expect(proxy.finished).to.equal(false);
    one.ttsc__close();
    await distiller.advance('100ms');
    expect(proxy.finished).to.equal(true);
  });

  it('closes those who are here at once, in order, where they may not go on', async () => {
    await start({ drain: 0 });
    const one = await client('one');
    proxy.ttsc__finish();
    await distiller.advance('100ms');
    expect([one.end, proxy.finished]).to.deep.equal(['closedHere', true]);
  });

  it('leaves nothing behind where a connection cannot be relayed', async () => {
    await start();
    await client('one');
    const visitor = [...proxy.server.infusions][0] as Visitor;
    expectThrow(() => proxy.backends.relay(visitor), 'TT_TAKEN_OVER');
    expect(codeOf(() => proxy.backends.relay(proxy as never))).to.not.equal(undefined);
    await distiller.advance('100ms');
    expect([opens(), proxy.backends.counts.relayed]).to.deep.equal([[1, 0], 1]);
  });

  it('is the hosts of a TcpClient as well', async () => {
    await start();
    await client('one');
    class Asks extends TcpClient {
      text = '';
      ttse__onData(data: Buffer): void {
        this.text += data.toString();
      }
      ttse__onError(): void {}
    }
    const ask = (): Asks => new Asks({ base: proxy, hosts: proxy.backends, reconnect: true });
    const [two, three] = [ask(), ask()];
    await distiller.advance('100ms');
    expect([two.text, three.text, opens()]).to.deep.equal(['b', 'a', [2, 1]]);
    two.ttsc__reconnect();
    await distiller.advance('100ms');
    expect([two.text, opens()]).to.deep.equal(['bb', [2, 1]]);
    for (const asks of [two, three]) asks.ttsc__finish();
    await distiller.advance('100ms');
    expect(opens()).to.deep.equal([1, 0]);
  });

  it('has no order of its own hosts beside a TcpBackends', async () => {
    await start();
    const wrong = { base: proxy, hosts: proxy.backends, order: 'roundRobin' } as const;
    expect(expectThrow(() => new TcpClient(wrong), 'TT_BAD_OPTION').message).to.include('order');
  });

  it('takes IPv6 addresses as texts', async () => {
    await start({ hosts: ['[2001:db8::1]:80', { host: '::1', port: 443 }], check: false });
    expect(proxy.backends.list.map(({ host, port, place }) => [host, port, place])).to.deep.equal([
      ['2001:db8::1', 80, '[2001:db8::1]:80'],
      ['::1', 443, '[::1]:443'],
    ]);
  });
});

describe('the options of a TcpBackends', () => {
  for (const [option, more] of [
    ['hosts', { hosts: ['a'] }],
    ['hosts', { hosts: ['a:0'] }],
    ['hosts', { hosts: ['a:70000'] }],
    ['hosts', { hosts: ['::1:80'] }],
    ['hosts', { hosts: [] }],
    ['hosts', { hosts: 'a:1' }],
    ['check', { check: { interval: 0 } }],
    ['check', { check: { evry: 5 } }],
    ['proxyProtocol', { proxyProtocol: 3 }],
    ['drain', { drain: -1 }],
    ['host', { host: 'a' }],
  ] as const) {
    it(`refuses ${JSON.stringify(more)}, and names ${option}`, () => {
      const { message } = expectThrow(() => new TcpBackends({ hosts: ['a:1'], ...more } as never), 'TT_BAD_OPTION');
      expect(message).to.include(option);
    });
  }
});
