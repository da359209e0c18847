// A feed to subscribers of whom some stop reading: what waits for them is bounded, here and there.
import assert from 'node:assert/strict';
import { TcpClient, type TcpConnection, TcpServer, Tonic } from '../../../src/index.js';
import { SimulatedNetwork } from '../../../src/testing/index.js';
import type { Exploration } from '../support/exploration.js';

const PORT = 7030;
/** What a connection may have unsent, orders to send not counted. */
const LIMIT = 300_000;
const NEWS = Buffer.alloc(10_000, 'n');
const OPINION = 'o'.repeat(1_000);
const QUEUE_LIMIT = 30_000;

class Feed extends Tonic {
  readonly readers = new Set<TcpConnection>();
  ttse__onStart(): void {
    new TcpServer({ port: PORT, unsentLimit: LIMIT, highWaterMark: 100_000 });
  }
  ttse__onConnected(reader: TcpConnection): void {
    this.readers.add(reader);
  }
  ttse__onDisconnected(reader: TcpConnection): void {
    this.readers.delete(reader);
  }
  ttse__onData(): void {}
  ttse__onError(): void {}
  ttsc__publish(): void {
    for (const reader of this.readers) reader.ttsc__send(NEWS);
  }
}

class Reader extends Tonic {
  readonly client: TcpClient;
  received = 0;
  constructor(name: string) {
    super({ name });
    this.client = new TcpClient({
      base: this,
      host: 'server',
      port: PORT,
      reconnect: true,
      giveUpAfter: Infinity,
      connectTimeout: 2_000,
      queueLimit: QUEUE_LIMIT,
    });
  }
  ttse__onData(_client: TcpClient, data: Buffer): void {
    this.received += data.length;
  }
  /** It tells the feed what it thinks of it, also while it has no connection. */
  ttsc__opine(): void {
    this.client.ttsc__send(OPINION);
  }
  ttse__onDisconnected(): void {}
  ttse__onError(): void {}
}

export const options: Exploration['options'] = {
  network: (parts) => new SimulatedNetwork({ ...parts, giveUp: 3_000 }),
};

export const body: Exploration['body'] = async (distiller) => {
  await distiller.join(() => {}, { host: 'server' });
  const feed = distiller.infuse(() => new Feed());
  await distiller.settle();
  const readers: Reader[] = [];
  await distiller.join(() => void readers.push(...['a', 'b', 'c'].map((name) => new Reader(name))), {
    host: 'readers',
  });
  await distiller.advance('1s');
  distiller.always(() => {
    for (const { unsentBytes } of feed.readers)
      assert.ok(unsentBytes <= LIMIT + NEWS.length, `${unsentBytes} bytes wait for a reader`);
    for (const { client, name } of readers) {
      const { phase, unsentBytes } = client;
      if (phase === 'connecting')
        assert.ok(unsentBytes <= QUEUE_LIMIT + OPINION.length, `${unsentBytes} bytes of ${name} wait for a connection`);
    }
  });

  for (let round = 0; round < 80; round++) {
    for (const { client, name } of readers) {
      if (distiller.chance(0.01, 'stops reading', name)) client.ttsc__pause();
      else if (distiller.chance(0.02, 'reads again', name)) client.ttsc__resume();
    }
    if (distiller.chance(0.01, 'partition', 'all')) {
      const partition = distiller.network.partition('server', 'readers');
      for (let ms = 0; ms < 30_000; ms += 250) {
        for (const reader of readers) reader.ttsc__opine();
        await distiller.advance(250);
      }
      partition.heal();
    }
    feed.ttsc__publish();
    await distiller.advance(50);
  }
};
