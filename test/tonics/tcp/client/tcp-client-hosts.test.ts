import { expect } from 'chai';
import { type SrvRecord, type TaskTonicError, type TcpClientOptions, TcpClient } from '../../../../src/index.js';
import { expectCode, expectThrow } from '../../../support/errors.js';
import { tidyUp } from '../../../support/net-app.js';
import { Lab, Recording } from '../../../support/simulated.js';

afterEach(tidyUp);

const HOSTS = ['one', 'two', 'three'].map((host) => ({ host, port: 80 }));

/** Three hosts with servers on some, and a client of all. */
class Place extends Lab {
  async serversOn(...hosts: string[]): Promise<void> {
    for (const host of ['one', 'two', 'three', 'client']) this.network.host(host);
    for (const host of hosts) await this.server(host);
  }
  async to(options: TcpClientOptions): Promise<Recording> {
    let client!: Recording;
    await this.app('client', () => (client = new Recording({ retries: 0, ...options })));
    await this.pass(100);
    return client;
  }
  /** The host that it is connected to. */
  of({ remote }: TcpClient): string | undefined {
    return ['one', 'two', 'three'].find((name) => this.network.host(name).addresses[0] === remote?.address);
  }
}

describe('a TcpClient to several hosts', () => {
  it('connects to the first that is alive, in one try', async () => {
    const place = new Place();
    await place.serversOn('two', 'three');
    const client = await place.to({ hosts: HOSTS });
    expect([place.of(client), client.names]).to.deep.equal(['two', ['onConnected']]);
  });

  it('comes back to the first one as soon as it connects again', async () => {
    const place = new Place();
    await place.serversOn('two');
    const client = await place.to({ hosts: HOSTS, reconnect: true, retries: Infinity, retryDelay: 10 });
    await place.server('one');
    client.ttsc__do((self) => self.ttsc__reconnect());
    await place.pass(100);
    expect(place.of(client)).to.equal('one');
  });

  it('goes round in turn, each time it connects again', async () => {
    const place = new Place();
    await place.serversOn('one', 'two', 'three');
    const client = await place.to({ hosts: HOSTS, order: 'roundRobin' });
    const seen: (string | undefined)[] = [];
    for (let n = 0; n < 6; n++) {
      seen.push(place.of(client));
      client.ttsc__do((self) => self.ttsc__reconnect());
      await place.pass(100);
    }
    const from = seen.indexOf('one');
    expect([0, 1, 2].map((n) => seen[(from + n) % 3])).to.deep.equal(['one', 'two', 'three']);
    expect(seen.slice(3)).to.deep.equal(seen.slice(0, 3));
  });

  it('gives each the whole connectTimeout, and the next one a try at once', async () => {
    const place = new Place();
    await place.serversOn('one', 'two');
    place.network.host('one').blackhole(80);
    const client = await place.to({ hosts: HOSTS, connectTimeout: 1_000 });
    await place.pass(850);
    expect(client.names).to.deep.equal([]);
    await place.pass(200);
    expect(place.of(client)).to.equal('two');
  });

  it('tells one error for all that are dead, with each of them, and names few of many', async () => {
    const place = new Place();
    await place.serversOn();
    const client = await place.to({ hosts: [...HOSTS, { host: 'nobody', port: 9 }] });
    expect(client.names).to.deep.equal(['onError', 'onDisconnected']);
    const error = expectCode(client.all('onError')[0], 'TT_CANNOT_CONNECT');
    expect(error.message).to.include('one:80, two:80, three:80 and 1 more');
    expect((error.details['errors'] as TaskTonicError[]).map(({ code }) => code)).to.deep.equal([
      'TT_CONNECTION_REFUSED',
      'TT_CONNECTION_REFUSED',
      'TT_CONNECTION_REFUSED',
      'TT_NO_SUCH_HOST',
    ]);
  });

  it('looks a name up again with each try: it sees what has changed', async () => {
    const place = new Place();
    await place.serversOn('one', 'two');
    const client = await place.to({
      hosts: [{ host: 'db', port: 80 }],
      retries: Infinity,
      retryDelay: 50,
      retryCap: 50,
    });
    expect(client.names[0]).to.equal('onError');
    expectCode(client.all('onError')[0], 'TT_NO_SUCH_HOST');
    place.network.alias('db', 'two');
    await place.pass(200);
    expect(place.of(client)).to.equal('two');
    place.network.alias('db', ['one']);
    client.ttsc__do((self) => self.ttsc__reconnect());
    await place.pass(100);
    expect(place.of(client)).to.equal('one');
    place.network.alias('db', []);
    client.ttsc__do((self) => self.ttsc__reconnect());
    await place.pass(100);
    expect(place.of(client)).to.equal(undefined);
  });

  for (const [option, more] of [
    ['hosts', { hosts: [] }],
    ['hosts', { hosts: [{ host: 'a' }] }],
    ['hosts', { hosts: Array(101).fill({ host: 'a', port: 1 }) }],
    ['host', { hosts: HOSTS, host: 'a' }],
    ['port', { hosts: HOSTS, port: 1 }],
    ['srv', { hosts: HOSTS, srv: '_a._tcp.b' }],
    ['order', { port: 1, order: 'roundRobin' }],
    ['order', { srv: '_a._tcp.b', order: 'roundRobin' }],
    ['resolveSrv', { hosts: HOSTS, resolveSrv: () => Promise.resolve([]) }],
    ['hosts', { path: '/a', hosts: HOSTS }],
  ] as const) {
    it(`refuses ${JSON.stringify(more).slice(0, 60)}, and names ${option}`, () => {
      const { message } = expectThrow(() => new TcpClient(more as never), 'TT_BAD_OPTION');
      expect(message).to.include(`The option ${option}`);
    });
  }
});

describe('a TcpClient to a service', () => {
  const srv = '_echo._tcp.example.org';
  const at = (name: string, priority: number, port = 80): SrvRecord => ({ name, port, priority, weight: 1 });

  it('connects to the servers that its SRV records name, by priority', async () => {
    const place = new Place();
    await place.serversOn('two', 'three');
    place.network.srv(srv, [at('three', 20), at('two', 10), at('one', 5)]);
    const client = await place.to({ srv });
    expect([place.of(client), client.names]).to.deep.equal(['two', ['onConnected']]);
  });

  it('looks them up again with each try', async () => {
    const place = new Place();
    await place.serversOn('one', 'two');
    const client = await place.to({ srv, retries: Infinity, retryDelay: 50, retryCap: 50 });
    const error = expectCode(client.all('onError')[0], 'TT_NO_SRV');
    expect(error.message).to.include(srv).and.include('ENOTFOUND');
    place.network.srv(srv, [at('one', 1)]);
    await place.pass(200);
    expect(place.of(client)).to.equal('one');
  });

  for (const [what, records, problem] of [
    ['that say that it is not there', [at('.', 0, 0)], 'not there'],
    ['that are none', [], 'no records'],
    ['with a port that is none', [at('one', 1, 70_000)], 'not right'],
    ['that are something else', 'one' as never, 'no records'],
    ['that hold something else', [undefined as never], 'not right'],
  ] as const) {
    it(`says what is wrong with records ${what}`, async () => {
      const place = new Place();
      await place.serversOn('one');
      const client = await place.to({ srv, resolveSrv: async () => Promise.resolve(records) });
      expect(expectCode(client.all('onError')[0], 'TT_NO_SRV').message).to.include(problem);
    });
  }

  it('asks a resolver of the user, whatever that does', async () => {
    const place = new Place();
    await place.serversOn('one');
    const asked: string[] = [];
    const resolveSrv = async (name: string): Promise<SrvRecord[]> => {
      asked.push(name);
      return Promise.resolve([at('one', 1)]);
    };
    expect(place.of(await place.to({ srv, resolveSrv }))).to.equal('one');
    expect(asked).to.deep.equal([srv]);
  });

  it('fails a try whose resolver throws, rejects, or never answers', async () => {
    const place = new Place();
    await place.serversOn('one');
    for (const resolveSrv of [
      () => {
        throw new Error('out of order');
      },
      async () => Promise.reject(new Error('out of order')),
      async () => new Promise<never>(() => {}),
    ]) {
      const client = await place.to({ srv, resolveSrv, connectTimeout: 50 });
      const error = expectCode(client.all('onError')[0], 'TT_NO_SRV');
      expect(error.message).to.match(/out of order|no answer within 50 ms/);
      expect(client.names).to.deep.equal(['onError', 'onDisconnected']);
    }
  });
});
