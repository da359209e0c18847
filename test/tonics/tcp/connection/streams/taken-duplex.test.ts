import { expect } from 'chai';
import { type Duplex, Readable, Transform, finished, pipeline } from 'node:stream';
import { pipeline as piped } from 'node:stream/promises';
import { lines } from '../../../../../src/framing/index.js';
import { TcpClient } from '../../../../../src/index.js';
import { bench } from '../../../../support/bench.js';
import { codeOf, expectCode } from '../../../../support/errors.js';
import { startWithPeer } from '../../../../support/fake-peer.js';
import { Recorder, serve, startNet, tidyUp } from '../../../../support/net-app.js';
import { freePort, listenOn } from '../../../../support/peers.js';
import type { MoreOnPort } from '../../../../support/on-port.js';

afterEach(tidyUp);

/** A connection whose stream the test has. */
const taken = async (options: MoreOnPort = {}) => {
  const app = await serve(() => new Recorder(), { lingerTimeout: 100, ...options });
  const { peer, connection } = await app.pair({ allowHalfOpen: true });
  const stream = await connection.inside((self) => self.toDuplex());
  stream.on('error', () => {});
  return { app, peer, connection, stream };
};

/** What comes until it ends. (`for await` would destroy the stream with that, also where it is still to be written to.) */
const textOf = async (stream: Readable): Promise<string> =>
  new Promise((resolve, reject) => {
    let text = '';
    stream.on('data', (chunk) => (text += String(chunk))).on('end', () => resolve(text));
    finished(stream, { writable: false }, (error) => error && reject(error));
  });

const ended = async (stream: Duplex): Promise<Error | undefined> =>
  bench().until(new Promise((resolve) => finished(stream, (error) => resolve(error ?? undefined))));

const closed = async (stream: Duplex): Promise<void> =>
  bench().until(new Promise<void>((resolve) => (stream.closed ? resolve() : stream.once('close', () => resolve()))));

describe('the stream of toDuplex()', () => {
  it('brings what comes, and sends what is written', async () => {
    const { peer, stream, connection } = await taken();
    stream.write('hello');
    await peer.received('hello');
    peer.end('from the peer');
    expect(await bench().until(textOf(stream))).to.equal('from the peer');
    expect(connection.heard.names).to.deep.equal(['onConnected']);
  });

  it('can be written to after the peer has ended, and closes when it ends too', async () => {
    const { peer, stream, connection } = await taken();
    peer.end('all');
    await bench().until(textOf(stream));
    expect(connection.phase).to.equal('halfClosed');
    stream.end('an answer');
    await peer.ended();
    expect(peer.text).to.equal('an answer');
    await closed(stream);
    expect(connection.phase).to.equal('closed');
  });

  it('hears what comes after it was ended itself', async () => {
    const { peer, stream } = await taken();
    stream.end('a question');
    await peer.ended();
    peer.end('the answer');
    expect(await bench().until(textOf(stream))).to.equal('the answer');
    expect(await ended(stream)).to.equal(undefined);
  });

  it('echoes megabytes by pipe(), each byte in its place', async () => {
    const { peer, stream } = await taken();
    const sent = Buffer.from(Array.from({ length: 500_000 }, (_, n) => n * 7));
    stream.pipe(stream);
    peer.socket.end(sent);
    await peer.ended();
    expect(peer.bytes.equals(sent)).to.equal(true);
    await closed(stream);
  });

  it('serves pipeline(), also with a stream between that answers late', async () => {
    const { peer, stream } = await taken();
    const upper = new Transform({
      transform: (chunk: Buffer, _encoding, done) => process.nextTick(done, null, String(chunk).toUpperCase()),
    });
    const over = piped(stream, upper, stream);
    peer.end('quietly');
    await peer.ended();
    expect(peer.text).to.equal('QUIETLY');
    await bench().until(over);
  });

  it('can be read as a stream of the web', async () => {
    const { peer, stream } = await taken();
    peer.end('over the web');
    stream.end();
    const reader = Readable.toWeb(stream).getReader();
    let text = '';
    for (let part = await bench().until(reader.read()); !part.done; part = await bench().until(reader.read()))
      text += Buffer.from(part.value as Uint8Array).toString();
    expect(text).to.equal('over the web');
  });

  it('is given first what had come and was not heard', async () => {
    class Switching extends Recorder<'raw'> {
      stream: Duplex | undefined;
      ttse__onFrame(frame: string): void {
        this.heard.push('onFrame', frame);
        if (frame === 'raw') this.stream = this.toDuplex();
      }
    }
    const switching = await serve(() => new Switching(), { framing: lines() });
    const { peer: other, connection: one } = await switching.pair({ allowHalfOpen: true });
    other.end('one\nraw\nno line\nnor this');
    await one.heard.on('onFrame', 2);
    expect(await bench().until(textOf(one.stream!))).to.equal('no line\nnor this');
    expect(one.heard.all('onFrame')).to.deep.equal([['one'], ['raw']]);
    one.stream!.end();
  });

  it('is given what waited on the queue when it was made, in its order', async () => {
    const { clock, stream, connection } = await startWithPeer(() => new Recorder());
    let made: Duplex | undefined;
    connection.ttsc__do((self) => (made = self.toDuplex()));
    stream.receives('first ');
    stream.receives('second ');
    await clock.settled();
    stream.receives('third');
    stream.peerEnds();
    const text = await clock.until(textOf(made!));
    expect(text).to.equal('first second third');
    expect(connection.heard.count('onData') + connection.heard.count('onEnd')).to.equal(0);
    made!.end();
  });

  it('is given what was heard as chunks before and waits behind the one that takes over', async () => {
    class Taking extends Recorder {
      stream: Duplex | undefined;
      override ttse__onData(data: Buffer): void {
        super.ttse__onData(data);
        this.stream = this.toDuplex();
      }
    }
    const { clock, stream, connection, app } = await startWithPeer(() => new Taking());
    await app.inside(() => {
      stream.receives('head ');
      stream.receives('body ');
      stream.receives('tail');
      stream.peerEnds();
    });
    await clock.settled();
    expect(connection.text).to.equal('head ');
    expect(await clock.until(textOf(connection.stream!))).to.equal('body tail');
    connection.stream!.end();
  });

  it('pauses reading while its reader is behind, and holds no more than its mark and what was read', async () => {
    const { clock, stream, connection } = await startWithPeer(() => new Recorder());
    const made = await connection.inside((self) => self.toDuplex());
    for (let n = 0; n < 40; n++) {
      stream.receives('x'.repeat(10_000));
      await clock.settled();
    }
    expect(made.readableLength).to.be.within(made.readableHighWaterMark, made.readableHighWaterMark + 10_000);
    let size = 0;
    made.on('data', (chunk: Buffer) => (size += chunk.length));
    await clock.settled();
    expect(size).to.equal(400_000);
    made.destroy();
  });

  it('takes writes only while the connection has room, and tells by drain when it has again', async () => {
    const marks = { highWaterMark: 20_000, lowWaterMark: 5_000, unsentLimit: 20_000 };
    const { clock, stream, connection } = await startWithPeer(() => new Recorder(), marks);
    stream.stuck = true;
    const made = await connection.inside((self) => self.toDuplex());
    let drained = 0;
    made.on('drain', () => drained++);
    let done = false;
    made.write('x'.repeat(100_000), () => (done = true));
    await clock.settled();
    expect(connection.unsentBytes).to.be.at.most(20_000);
    expect([done, drained]).to.deep.equal([false, 0]);
    for (let n = 0; n < 50; n++) {
      stream.takes(2_000);
      await clock.settled();
      expect(connection.unsentBytes).to.be.at.most(20_000);
    }
    expect([done, drained]).to.deep.equal([true, 1]);
    made.destroy();
  });

  it('keeps a write that has no room from passing one that waits', async () => {
    const { clock, stream, connection } = await startWithPeer(() => new Recorder(), {
      highWaterMark: 20_000,
      lowWaterMark: 5_000,
    });
    stream.stuck = true;
    const made = await connection.inside((self) => self.toDuplex());
    expect(made.write('a'.repeat(20_000))).to.equal(true);
    expect(made.write('b'.repeat(70_000))).to.equal(false);
    expect(made.write('c')).to.equal(false);
    await clock.settled();
    expect(connection.unsentBytes).to.be.below(90_000);
    made.destroy();
  });

  it('is destroyed with the error when the peer resets', async () => {
    const { peer, stream, connection } = await taken();
    const end = ended(stream);
    peer.reset();
    expectCode(await end, 'TT_PEER_RESET');
    await connection.heard.on('onDisconnected');
    expect(connection.heard.names.slice(0, 3)).to.deep.equal(['onConnected', 'onError', 'onDisconnected']);
  });

  it('tells a reader that what came is cut off when the connection is closed here', async () => {
    const { stream, connection } = await taken();
    const read = textOf(stream).catch((error: unknown) => error);
    connection.ttsc__close();
    expect(await bench().until(read)).to.have.property('code', 'ERR_STREAM_PREMATURE_CLOSE');
  });

  it('closes in order behind a loop over it that has come to its end', async () => {
    const { peer, stream } = await taken();
    const read = (async () => {
      let text = '';
      for await (const chunk of stream) text += String(chunk);
      return text;
    })();
    peer.end('all of it');
    expect(await bench().until(read)).to.equal('all of it');
    // Some versions of Node destroy it with the loop, others leave it open for writing.
    stream.end();
    await peer.ended();
    await closed(stream);
  });

  it('closes the connection by destroy(), after what was written has left', async () => {
    const { peer, stream, connection } = await taken();
    stream.write('the last words');
    stream.destroy();
    await peer.ended();
    expect(peer.text).to.equal('the last words');
    peer.end();
    await closed(stream);
    expect((await connection.heard.on('onDisconnected'))[0].reason).to.equal('closedHere');
  });

  it('resets the connection by destroy(error)', async () => {
    const { peer, stream, connection } = await taken();
    const end = ended(stream);
    stream.destroy(new Error('no more'));
    await peer.closed();
    expect(await end).to.have.property('message', 'no more');
    expect((await connection.heard.on('onDisconnected'))[0].reason).to.equal('aborted');
  });

  it('fails the Tonic where a handler of it throws as bytes come', async () => {
    const { peer, stream, app } = await taken();
    stream.on('error', () => {});
    stream.on('data', () => {
      throw new Error('in a handler');
    });
    peer.send('x');
    await app.made();
    peer.send('y');
    await closed(stream);
    expect(app.app.messages(50).join()).to.include('in a handler');
  });

  it('refuses what is written after the connection has begun to close', async () => {
    const { stream, connection } = await taken();
    const end = ended(stream);
    await connection.inside((self) => self.ttsc__close());
    stream.write('too late');
    expectCode(await end, 'TT_SEND_REFUSED');
  });

  it('still gives what has come when the connection is closed already', async () => {
    class Late extends Recorder {
      override ttse__onDisconnected(info: unknown): void {
        super.ttse__onDisconnected(info);
        this.late = this.toDuplex();
      }
      late: Duplex | undefined;
    }
    const app = await serve(() => new Late());
    const { peer, connection } = await app.pair();
    peer.end();
    await connection.heard.on('onDisconnected');
    expect(await bench().until(textOf(connection.late!))).to.equal('');
    await closed(connection.late!);
  });

  it('is taken once, and not while replies are open or requests wait', async () => {
    const { connection, app } = await taken();
    await connection.inside((self) => {
      expect(codeOf(() => self.toDuplex())).to.equal('TT_TAKEN_OVER');
      expect(codeOf(() => self['setFraming'](lines() as never))).to.equal('TT_TAKEN_OVER');
    });
    const { connection: another } = await app.pair();
    await another.inside((self) => {
      const reply = self['reply']();
      expect(codeOf(() => self.toDuplex())).to.equal('TT_CANNOT_TAKE_OVER');
      reply.end('done');
      self.toDuplex().on('error', () => {});
    });
  });

  it('closes when nothing happens for idleTimeout', async () => {
    const { stream, connection } = await taken({ idleTimeout: 50 });
    stream.resume().on('error', () => {});
    const [info] = await connection.heard.on('onDisconnected');
    expect(info.reason).to.equal('idle');
    await closed(stream);
  });
});

describe('the stream of toDuplex() of a TcpClient', () => {
  it('waits with what is written until it is connected, and with its end', async () => {
    const backend = await listenOn('127.0.0.1', 0, true);
    let stream!: Duplex;
    const app = await startNet(() => {
      stream = new TcpClient({ port: backend.port, host: '127.0.0.1' }).toDuplex();
      stream.write('before ');
      stream.end('connect');
    });
    const peer = await backend.peer();
    await peer.ended();
    expect(peer.text).to.equal('before connect');
    peer.end('back');
    expect(await app.bench.until(textOf(stream))).to.equal('back');
  });

  it('is destroyed where there is no connection in the end', async () => {
    const port = await freePort();
    let stream!: Duplex;
    await startNet(() => {
      stream = new TcpClient({ port, host: '127.0.0.1', retries: 0 }).toDuplex();
      stream.write('lost');
    });
    expectCode(await ended(stream), 'TT_CONNECTION_REFUSED');
  });

  it('gives a try up by destroy()', async () => {
    const backend = await listenOn();
    let stream!: Duplex;
    const app = await startNet(() => {
      stream = new TcpClient({ port: backend.port, host: '127.0.0.1' }).toDuplex();
      stream.destroy();
    });
    await closed(stream);
    await app.heard.on('onDisconnected');
  });

  it('is not to be had where a protocol has the connections', async () => {
    const backend = await listenOn();
    await startNet(() => {
      const client = new TcpClient({ port: backend.port, host: '127.0.0.1', protocol: Recorder });
      expect(codeOf(() => client.toDuplex())).to.equal('TT_CANNOT_TAKE_OVER');
    });
  });
});

// pipeline() of two connections is what relay() is for; it works all the same.
describe('two streams of toDuplex()', () => {
  it('are joined by pipeline(a, b, a)', async () => {
    const { app, peer, stream } = await taken();
    const { peer: other, connection } = await app.pair({ allowHalfOpen: true });
    const back = await connection.inside((self) => self.toDuplex());
    pipeline(stream, back, stream, () => {});
    peer.end('over');
    await other.ended();
    expect(other.text).to.equal('over');
    other.end('and out');
    await peer.ended();
    expect(peer.text).to.equal('and out');
  });
});
