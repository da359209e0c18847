import { expect } from 'chai';
import { lines, netstrings } from '../../../../../src/framing/index.js';
import { TcpConnection } from '../../../../../src/index.js';
import { bench } from '../../../../support/bench.js';
import { codeOf, expectCode } from '../../../../support/errors.js';
import { Recorder, serve, tidyUp } from '../../../../support/net-app.js';
import type { MoreOnPort } from '../../../../support/on-port.js';

afterEach(tidyUp);

class Lines extends Recorder {
  ttse__onFrame(line: string): void {
    this.heard.push('onFrame', line);
  }
}

const start = async (options: MoreOnPort = {}) => {
  const app = await serve(() => new Lines(), { framing: lines({ max: 100 }), lingerTimeout: 100, ...options });
  const { peer, connection } = await app.pair({ allowHalfOpen: true });
  return { app, peer, connection };
};

const allOf = async (frames: AsyncIterable<unknown>): Promise<unknown[]> => {
  const all: unknown[] = [];
  for await (const frame of frames) all.push(frame);
  return all;
};

describe('frames() of a connection', () => {
  it('gives each frame, and ends when the peer has ended', async () => {
    const { peer, connection } = await start();
    const all = allOf(connection.frames());
    peer.send('one\ntw');
    peer.send('o\nthree\n');
    peer.end('last\n');
    expect(await bench().until(all)).to.deep.equal(['one', 'two', 'three', 'last']);
    expect(connection.heard.count('onFrame') + connection.heard.count('onEnd')).to.equal(0);
    expect(connection.phase).to.equal('halfClosed');
  });

  it('stops reading while its reader is behind, and keeps no more than its limit', async () => {
    const { peer, connection } = await start();
    const frames = connection.frames({ limit: 4 });
    peer.send('first\n');
    expect(await bench().until(frames.next())).to.deep.equal({ done: false, value: 'first' });
    const many = Array.from({ length: 5_000 }, (_, n) => `line ${n} ${'x'.repeat(50)}`);
    peer.end(`${many.join('\n')}\n`);
    await bench().settled();
    expect(connection.traffic.receivedMessages).to.equal(5);
    expect(connection.traffic.receivedBytes).to.be.below(200_000);
    expect(await bench().until(allOf(frames))).to.deep.equal(many);
  });

  it('throws the error of what cannot be read, behind the frames before it', async () => {
    const { peer, connection } = await start({ framing: netstrings({ max: 10 }) });
    const heard: unknown[] = [];
    const over = (async () => {
      for await (const frame of connection.frames()) heard.push(frame);
    })();
    peer.send('4:good,no netstring');
    expectCode(await bench().until(over.catch((error: unknown) => error)), 'TT_BAD_FRAME');
    expect(heard.map(String)).to.deep.equal(['good']);
  });

  it('throws the error that the connection ends with', async () => {
    const { peer, connection } = await start();
    const over = allOf(connection.frames()).catch((error: unknown) => error);
    peer.reset();
    expectCode(await bench().until(over), 'TT_PEER_RESET');
  });

  it('throws where the connection is closed here: what came may not be all', async () => {
    const { connection } = await start();
    const over = allOf(connection.frames()).catch((error: unknown) => error);
    connection.ttsc__close();
    expectCode(await bench().until(over), 'TT_STREAM_CUT');
  });

  it('closes the connection when its loop is left, after what was sent has left', async () => {
    const { peer, connection } = await start();
    const over = (async () => {
      for await (const frame of connection.frames()) {
        connection.ttsc__send(`bye, ${String(frame)}`);
        break;
      }
    })();
    peer.send('you\nand you\n');
    await bench().until(over);
    await peer.ended();
    expect(peer.text).to.equal('bye, you');
    expect(connection.heard.count('onFrame')).to.equal(0);
  });

  it('gives first the frames that had come and were not heard', async () => {
    class Taking extends Lines {
      all: Promise<unknown[]> | undefined;
      override ttse__onFrame(line: string): void {
        super.ttse__onFrame(line);
        this.all = allOf(this.frames());
      }
    }
    const app = await serve(() => new Taking(), { framing: lines() });
    const { peer, connection } = await app.pair({ allowHalfOpen: true });
    peer.end('one\ntwo\nthree\n');
    await connection.heard.on('onFrame');
    expect(await bench().until(connection.all!)).to.deep.equal(['two', 'three']);
  });

  it('answers calls of next() that wait in their order', async () => {
    const { peer, connection } = await start();
    const frames = connection.frames();
    const three = Promise.all([frames.next(), frames.next(), frames.next()]);
    peer.end('a\nb\n');
    const values = (await bench().until(three)).map(({ value }) => value as unknown);
    expect(values).to.deep.equal(['a', 'b', undefined]);
  });

  it('needs a framing, and one that has the connection for itself', async () => {
    const { connection } = await start();
    connection.frames();
    expect(codeOf(() => connection.frames())).to.equal('TT_TAKEN_OVER');
    expect(codeOf(() => connection.toDuplex())).to.equal('TT_TAKEN_OVER');
    expect(codeOf(() => connection.frames({ limit: 0 }))).to.equal('TT_BAD_OPTION');
    const plain = await serve(() => new TcpConnection());
    const { connection: another } = await plain.pair();
    expect(codeOf(() => another.frames())).to.equal('TT_NO_FRAMING');
  });
});
