// Frames with a length before them: each comes whole, once and in order, however the stream is cut.
import assert from 'node:assert/strict';
import { TcpClient, TcpServer, Tonic } from '../../../src/index.js';
import { SeededRandom } from '../../../src/testing/index.js';
import type { Exploration } from '../support/exploration.js';
import { FrameBuffer, frame } from './frame-buffer.js';

const PORT = 7040;

class Sink extends Tonic {
  readonly frames: string[] = [];
  readonly #buffer = new FrameBuffer();
  ttse__onStart(): void {
    new TcpServer({ port: PORT });
  }
  ttse__onData(_from: Tonic, data: Buffer): void {
    for (const payload of this.#buffer.push(data)) this.frames.push(payload.toString('utf8'));
  }
}

export const options: Exploration['options'] = {};

export const body: Exploration['body'] = async (distiller) => {
  const random = new SeededRandom(distiller.seed);
  await distiller.join(() => {}, { host: 'server' });
  const sink = distiller.infuse(() => new Sink());
  await distiller.settle();
  let client: TcpClient | undefined;
  await distiller.join(() => void (client = new TcpClient({ host: 'server', port: PORT })), { host: 'client' });
  distiller.network.conditions({ split: 'random' });
  const sent: string[] = [];
  for (let nr = 0; nr < 5; nr++) {
    const text = `${'å'.repeat(random.below(12))}${nr}`;
    sent.push(text);
    client!.ttsc__send(frame(Buffer.from(text)));
    if (random.next() < 0.5) await distiller.advance(random.below(100));
  }
  await distiller.advance('2s');
  assert.deepEqual(sink.frames, sent);
};
