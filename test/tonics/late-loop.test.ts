import { Worker } from 'node:worker_threads';
import { expect } from 'chai';
import { type DisconnectInfo, TcpConnection, TcpServer } from '../../src/index.js';
import { startNet, tidyUp } from '../support/net-app.js';
import { onRealSockets } from '../support/stage.js';
import { onlyWithAll } from '../support/how-many.js';

const PEERS = 200;
const IDLE = 2_000;

/** Connects, and speaks all the time; from a message on it is silent for longer than the idle time. Then each peer sends `y`, and the memory says so. */
const PEERS_THREAD = `
  const { parentPort, workerData: { port, peers, wait, sent } } = require('node:worker_threads');
  const net = require('node:net');
  const sockets = Array.from({ length: peers }, () => net.connect(port, '127.0.0.1').on('error', () => {}));
  const speaks = setInterval(() => sockets.forEach((socket) => socket.write('x')), 50);
  parentPort.on('message', () => clearInterval(speaks) ?? setTimeout(() => {
    for (const socket of sockets) socket.write('y');
    Atomics.store(sent, 0, 1);
    Atomics.notify(sent, 0);
  }, wait));
`;

describe('a loop that was late', () => {
  onRealSockets('a poll of the kernel reports more than a turn takes');
  afterEach(tidyUp);

  // A turn that takes what it likes, and no short ones any more for peers that have just come.
  it('looks at what has come before it takes anybody for idle', async function () {
    onlyWithAll(this, 'a loop that is late for seconds');
    const sent = new Int32Array(new SharedArrayBuffer(4));
    const reasons: string[] = [];
    let heard = 0;
    let said = 0;
    let connected = 0;
    class Busy extends TcpConnection {
      override ttse__onConnected(): void {
        connected++;
      }
      override ttse__onData(data: Buffer): void {
        if (data.includes('y')) heard++;
        else said++;
      }
      override ttse__onDisconnected({ reason }: DisconnectInfo): void {
        reasons.push(reason);
      }
    }
    let server!: TcpServer;
    const app = await startNet(
      () => (server = new TcpServer({ port: 0, host: '127.0.0.1', protocol: Busy, idleTimeout: IDLE })),
      { options: { turnTime: IDLE } },
    );
    await app.heard.on('onListening');
    const workerData = { port: server.local!.port, peers: PEERS, wait: IDLE * 1.1, sent };
    const peers = new Worker(PEERS_THREAD, { eval: true, workerData });
    try {
      while (connected < PEERS || said < PEERS * 12) await new Promise((resolve) => setImmediate(resolve));
      await app.inside(() => {
        peers.postMessage('go');
        Atomics.wait(sent, 0, 0);
      });
      while (heard + reasons.length < PEERS) await new Promise((resolve) => setImmediate(resolve));
      expect(reasons).to.deep.equal([]);
    } finally {
      await peers.terminate();
    }
  });
});
