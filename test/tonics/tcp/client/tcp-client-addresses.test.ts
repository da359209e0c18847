import { type ChildProcess, spawn } from 'node:child_process';
import dns from 'node:dns';
import { once } from 'node:events';
import { type Socket, connect, isIP } from 'node:net';
import { expect } from 'chai';
import { type TaskTonicError, TcpClient } from '../../../../src/index.js';
import { expectCode } from '../../../support/errors.js';
import { startNet, tidyUp } from '../../../support/net-app.js';
import { freePort, listenOn, needsIPv6 } from '../../../support/peers.js';
import { Lab } from '../../../support/simulated.js';
import { onRealSockets } from '../../../support/stage.js';
import type { ToPort } from '../../../support/on-port.js';

afterEach(tidyUp);

describe('a TcpClient to a host with several addresses', () => {
  const lab = (latency = 0): Lab => {
    const made = new Lab();
    made.network.host('server', { address: ['fd00::1', '10.1.0.1', '10.1.0.2'] });
    made.network.host('client', { address: ['fd00::9', '10.1.0.9'] });
    made.network.between('server', 'client', { latency });
    return made;
  };

  it('connects to the one where the server listens', async () => {
    const there = lab();
    await there.server('server', { host: '10.1.0.2' });
    const { client } = await there.client('client', 'server');
    await there.pass(10);
    expect([client.names, client.remote]).to.deep.equal([
      ['onConnected'],
      { address: '10.1.0.2', port: 80, family: 'IPv4' },
    ]);
  });

  it('is told one error, with all of them', async () => {
    const there = lab();
    const { client } = await there.client('client', 'server');
    await there.pass(10);
    const error = expectCode(client.all('onError')[0], 'TT_CANNOT_CONNECT');
    expect(error.details).to.include({ address: 'server:80' });
    expect(error.message.split('\n').slice(1)).to.deep.equal(
      ['[fd00::1]:80', '10.1.0.1:80', '10.1.0.2:80'].map(
        (address) => `- Nothing listens at ${address}: start the server, or correct its address.`,
      ),
    );
  });

  it('connects from its own address to those of the same family', async () => {
    const there = lab();
    await there.server('server');
    const { client } = await there.client('client', 'server', { localAddress: '10.1.0.9' });
    await there.pass(10);
    expect([client.local?.address, client.remote?.address]).to.deep.equal(['10.1.0.9', '10.1.0.1']);
  });

  it('keeps the first that opens of two that were tried side by side, and leaves nothing of the other', async () => {
    const there = lab(150);
    const { connections } = await there.server('server');
    const { client } = await there.client('client', 'server');
    await there.pass(5_000);
    expect([client.names, client.remote?.address, client.phase]).to.deep.equal([['onConnected'], 'fd00::1', 'open']);
    expect([connections.map(({ phase }) => phase), there.network.connections.length]).to.deep.equal([['open'], 1]);
  });

  it('waits for the first, however slow it is, within connectTimeout', async () => {
    const there = lab(1_500);
    await there.server('server', { host: 'fd00::1' });
    const { client } = await there.client('client', 'server', { connectTimeout: 3_100 });
    await there.pass(2_999);
    expect(client.phase).to.equal('connecting');
    await there.pass(10);
    expect([client.phase, client.remote?.address]).to.deep.equal(['open', 'fd00::1']);
  });

  it('does not look the name up for longer than connectTimeout', async () => {
    const there = new Lab({ lookup: 5_000 });
    await there.server('server');
    const { client } = await there.client('client', 'server', { connectTimeout: 1_000 });
    await there.pass(999);
    expect(client.names).to.deep.equal([]);
    await there.pass(1);
    expect(client.names).to.deep.equal(['onError', 'onDisconnected']);
    expect((client.all('onError')[0] as Error).message).to.include('name was not looked up');
  });
});

describe('a TcpClient to a name that the system looks up', () => {
  onRealSockets('the look-up is that of the system, and the kernel of this machine answers');
  const NAMES: Record<string, readonly string[]> = {
    'refused-then-good.example': ['127.0.0.9', '127.0.0.1'],
    'four-then-six.example': ['127.0.0.1', '::1'],
    'six-then-four.example': ['::1', '127.0.0.1'],
    'untriable-then-good.example': ['fe80::1', '127.0.0.1'],
    'both-refused.example': ['127.0.0.8', '127.0.0.9'],
    'stuck-then-good.example': ['127.0.0.2', '127.0.0.1'],
  };
  const { lookup } = dns;
  let looked = 0;

  before(() => {
    const own = (host: string, options: dns.LookupAllOptions, done: (...answer: unknown[]) => void): void => {
      const found = NAMES[host];
      if (found === undefined) return lookup(host, options, done);
      looked++;
      const all = found.map((address) => ({ address, family: isIP(address) }));
      return void setImmediate(() =>
        done(null, options.family === 0 ? all : all.filter(({ family }) => family === options.family)),
      );
    };
    dns.lookup = own as unknown as typeof dns.lookup;
  });
  after(() => void (dns.lookup = lookup));

  const client = async (host: string, options: Omit<ToPort, 'host'>) => {
    const app = await startNet(() => void new TcpClient({ host, retries: 0, ...options }));
    return {
      connected: async () => ((await app.heard.on('onConnected'))[0] as TcpClient).remote?.address,
      error: async () => (await app.heard.on('onError'))[1] as TaskTonicError,
    };
  };

  it('goes on to the next address when one refuses', async () => {
    const { port } = await listenOn();
    expect(await (await client('refused-then-good.example', { port })).connected()).to.equal('127.0.0.1');
  });

  it('goes on to the next address when one cannot be tried at all', async () => {
    const { port } = await listenOn();
    expect(await (await client('untriable-then-good.example', { port })).connected()).to.equal('127.0.0.1');
  });

  it('begins with the address that the system puts first', async function () {
    await needsIPv6(this);
    const { port } = await listenOn('::');
    expect(await (await client('six-then-four.example', { port })).connected()).to.equal('::1');
    expect(await (await client('four-then-six.example', { port })).connected()).to.equal('127.0.0.1');
  });

  it('takes those of the family of its own address', async () => {
    const { port } = await listenOn();
    const { connected } = await client('six-then-four.example', { port, localAddress: '127.0.0.1' });
    expect(await connected()).to.equal('127.0.0.1');
  });

  it('says that the host has no address of the family of its own address', async () => {
    const { error } = await client('refused-then-good.example', { port: 7, localAddress: '::1' });
    expectCode(await error(), 'TT_NO_FITTING_ADDRESS');
  });

  it('tells what became of each address', async () => {
    const port = await freePort();
    const { message, code } = await (await client('both-refused.example', { port })).error();
    expect(code).to.equal('TT_CANNOT_CONNECT');
    const [, first, second, ...more] = message.split('\n');
    expect([first, second, more.length]).to.deep.equal([
      `- Nothing listens at 127.0.0.8:${port}: start the server, or correct its address.`,
      `- Nothing listens at 127.0.0.9:${port}: start the server, or correct its address.`,
      0,
    ]);
  });

  it('looks the name up at each try', async () => {
    const before = looked;
    const port = await freePort();
    const app = await startNet(
      () => void new TcpClient({ host: 'refused-then-good.example', port, retries: 2, retryDelay: 1 }),
    );
    await app.heard.on('onInfusionFinished');
    expect(looked - before).to.equal(3);
  });

  describe('of which the first does not answer', () => {
    let stuck: ChildProcess;
    const filling: Socket[] = [];
    const server = `
      const server = require('node:net').createServer();
      server.listen({ port: Number(process.argv[1]), host: '127.0.0.2', backlog: 1 }, () => {
        require('node:fs').writeSync(1, 'listens');
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
      });`;

    afterEach(() => {
      for (const socket of filling.splice(0)) socket.destroy();
      stuck.kill('SIGKILL');
    });

    it('does not wait for it', async () => {
      const { port } = await listenOn();
      stuck = spawn(process.execPath, ['-e', server, String(port)], { stdio: ['ignore', 'pipe', 'inherit'] });
      await once(stuck.stdout!, 'data');
      // Its queue is full with two; what comes then is not answered.
      for (let n = 0; n < 3; n++) filling.push(connect(port, '127.0.0.2').on('error', () => {}));
      await Promise.all(filling.slice(0, 2).map(async (socket) => once(socket, 'connect')));
      const begun = performance.now();
      const { connected } = await client('stuck-then-good.example', { port });
      expect(await connected()).to.equal('127.0.0.1');
      expect(performance.now() - begun).to.be.within(249, 5_000);
    });
  });
});
