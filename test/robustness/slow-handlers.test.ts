import { expect } from 'chai';
import { type Socket, createSocket } from 'node:dgram';
import { once } from 'node:events';
import { until } from './support/later.js';
import { closePeers, connectMany } from './support/peer.js';
import { Program, endPrograms } from './support/program.js';
import { howMany, onlyWithAll } from '../support/how-many.js';

const MIB = 1024 * 1024;
const SENDERS = howMany(40, 100);

describe('Handlers that are slower than what comes', function () {
  this.timeout(90_000);
  let socket: Socket | undefined;

  afterEach(async () => {
    socket?.close();
    socket = undefined;
    await closePeers();
    await endPrograms();
  });

  it(`hold ${SENDERS} TCP senders back before much memory is taken`, async () => {
    const server = new Program('slow-server', { args: ['tcp', '2'], flags: ['--expose-gc'] });
    const senders = await connectMany(await server.port(), SENDERS);
    await Promise.all(senders.map(async (peer) => peer.echo('x')));
    const stops = senders.map((peer) => peer.sendForEver(Buffer.alloc(MIB)));
    const handled = (): number => senders.reduce((sum, { received }) => sum + received, 0);
    await until(() => handled() > 8 * SENDERS, 'seven reads for each', 60_000);
    expect(Math.min(...senders.map(({ received }) => received)), 'reads of the least').to.be.above(1);
    for (const stop of stops) stop();
    const { most } = (await server.ask('most')) as unknown as { most: number };
    expect(most / MIB, 'MiB at once').to.be.below(64);
  });

  it('drop the datagrams of a flood, count them, and take others afterwards', async function () {
    onlyWithAll(this, 'a flood of datagrams');
    const SIZE = 1_000;
    const server = new Program('slow-server', { args: ['udp', '1', '2000'], flags: ['--expose-gc'] });
    const port = await server.port();
    const idle = (await server.ask('memory')) as unknown as NodeJS.MemoryUsage;
    socket = createSocket('udp4');
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    const flooder = socket;
    let sent = 0;
    const send = async (): Promise<void> =>
      new Promise((resolve) => flooder.send(Buffer.alloc(SIZE, ++sent % 251), port, '127.0.0.1', () => resolve()));
    const traffic = async () =>
      (await server.ask('traffic')) as unknown as { receivedMessages: number; dropped: number; queue: number };
    while ((await traffic()).dropped < 1_000) for (let count = 0; count < 500; count++) await send();
    const { heapUsed, external } = (await server.ask('memory')) as unknown as NodeJS.MemoryUsage;
    expect((heapUsed + external - idle.heapUsed - idle.external) / MIB, 'MiB during the flood').to.be.below(40);
    const { receivedMessages, dropped } = await traffic();
    expect(receivedMessages).to.be.above(0);
    expect(receivedMessages + dropped, 'what came, less what the system dropped').to.be.at.most(sent);

    for (let rest = await traffic(); rest.queue > 0; rest = await traffic());
    const back = once(flooder, 'message');
    await send();
    await back;
  });
});
