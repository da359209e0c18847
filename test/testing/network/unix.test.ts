import { expect } from 'chai';
import { TcpServer } from '../../../src/index.js';
import { expectCode } from '../../support/errors.js';
import { Recorder, tidyUp } from '../../support/net-app.js';
import { Lab, Recording } from '../../support/simulated.js';

afterEach(tidyUp);

const PATH = '/run/app.sock';

const serveOn = async (lab: Lab, host: string) => {
  let server!: TcpServer;
  const app = await lab.app(host, () => (server = new TcpServer({ path: PATH, protocol: () => new Recorder() })));
  await lab.settled();
  return { app, server };
};

const clientOn = async (lab: Lab, host: string, options: { readonly connectTimeout?: number } = {}) => {
  let client!: Recording;
  const app = await lab.app(host, () => (client = new Recording({ path: PATH, retries: 0, ...options })));
  await lab.pass(1);
  return { app, client };
};

const errorOf = (client: Recording): unknown => client.all('onError')[0];

describe('a UNIX socket on the simulated network', () => {
  it('belongs to its host: on another one there is nothing', async () => {
    const lab = new Lab();
    await serveOn(lab, 'a');
    expect((await clientOn(lab, 'a')).client.names).to.deep.equal(['onConnected']);
    expectCode(errorOf((await clientOn(lab, 'b')).client), 'TT_NO_SUCH_PATH');
  });

  it('may be forbidden, to who listens and to who connects', async () => {
    const lab = new Lab();
    const host = lab.network.host('a');
    host.forbid('/run/other.sock');
    const app = await lab.app('a', () => void new TcpServer({ path: '/run/other.sock' }));
    const [, error] = await app.heard.on('onError');
    expectCode(error, 'TT_PERMISSION_DENIED');
    await serveOn(lab, 'a');
    host.forbid(PATH);
    expectCode(errorOf((await clientOn(lab, 'a')).client), 'TT_PERMISSION_DENIED');
    host.allow(PATH);
    expect((await clientOn(lab, 'a')).client.names).to.deep.equal(['onConnected']);
  });

  it('may be refused, and may answer nobody', async () => {
    const lab = new Lab();
    const host = lab.network.host('a');
    await serveOn(lab, 'a');
    host.refuse(PATH);
    expectCode(errorOf((await clientOn(lab, 'a')).client), 'TT_CONNECTION_REFUSED');
    host.blackhole(PATH);
    const { client } = await clientOn(lab, 'a', { connectTimeout: 100 });
    await lab.pass(100);
    expectCode(errorOf(client), 'TT_CONNECT_TIMEOUT');
  });

  it('stays when its host crashes: nobody answers then, and the next server has the path', async () => {
    const lab = new Lab();
    await serveOn(lab, 'a');
    lab.network.host('a').crash();
    lab.network.host('a').restart();
    expectCode(errorOf((await clientOn(lab, 'a')).client), 'TT_CONNECTION_REFUSED');
    const { server } = await serveOn(lab, 'a');
    expect(server.phase).to.equal('listening');
  });

  it('gives the same run again', async () => {
    const run = async (): Promise<readonly string[]> => {
      const lab = new Lab({ seed: 7 });
      await serveOn(lab, 'a');
      const { client } = await clientOn(lab, 'a');
      client.ttsc__send('hello');
      await lab.pass(10);
      client.ttsc__close();
      await lab.pass(10);
      await tidyUp();
      return lab.trace;
    };
    const first = await run();
    expect(await run()).to.deep.equal(first);
    expect(first.join('\n')).to.contain(`tcp unix 1>unix ${PATH}`);
  });

  it('has no descriptors of other processes', async () => {
    const lab = new Lab();
    const app = await lab.app('a', () => void new TcpServer({ fd: 3 }));
    const [, error] = await app.heard.on('onError');
    expect(expectCode(error, 'TT_BAD_DESCRIPTOR').message).to.contain(
      'Nothing can be received on the descriptor 3 (EBADF)',
    );
  });
});
