import { expect } from 'chai';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Duplex, PassThrough } from 'node:stream';
import { lines } from '../../../../../src/framing/index.js';
import { TcpConnection, fromDuplex, relay } from '../../../../../src/index.js';
import { bench } from '../../../../support/bench.js';
import { codeOf, expectCode } from '../../../../support/errors.js';
import { Recorder, serve, startNet, tidyUp } from '../../../../support/net-app.js';
import { onRealSockets } from '../../../../support/stage.js';

afterEach(tidyUp);

/** Two ends: what is written to one comes from the other. */
class End extends Duplex {
  other!: End;
  #waits: (() => void) | undefined;
  static pair(options: object = {}): [End, End] {
    const [a, b] = [new End(options), new End(options)];
    [a.other, b.other] = [b, a];
    return [a, b];
  }
  override _read(): void {
    const waits = this.#waits;
    this.#waits = undefined;
    waits?.();
  }
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    if (this.other.push(chunk)) done();
    else this.other.#waits = done;
  }
  override _final(done: () => void): void {
    this.other.push(null);
    done();
  }
}

class Lines extends Recorder.with({ framing: lines() }) {
  override ttse__onFrame(line: string): void {
    this.heard.push('onFrame', line);
    this.sendFrame(line.toUpperCase());
  }
}

const over = async (make: () => Recorder<string>): Promise<Recorder<string>> => {
  let made!: Recorder<string>;
  await startNet(() => (made = make()));
  return made;
};

const textOf = async (end: Duplex): Promise<string> => {
  let text = '';
  end.on('data', (chunk) => (text += String(chunk)));
  await bench().until(once(end, 'end'));
  return text;
};

describe('fromDuplex()', () => {
  it('speaks a protocol over a stream, with its framing', async () => {
    const [near, far] = End.pair();
    const connection = await over(() => fromDuplex(near, { protocol: Lines }));
    far.end('one\ntwo\n');
    expect(await textOf(far)).to.equal('ONE\nTWO\n');
    await connection.heard.on('onFinished');
    expect(connection.heard.names).to.deep.equal([
      'onConnected',
      'onFrame',
      'onFrame',
      'onEnd',
      'onDisconnected',
      'onFinished',
    ]);
  });

  it('has the addresses that the stream says, the name that it is given, or none', async () => {
    const [near] = End.pair();
    const [named] = End.pair();
    const socket = Object.assign(End.pair()[0], { remoteAddress: '10.0.0.7', remotePort: 22 });
    const all = await Promise.all(
      [
        () => fromDuplex(near, { protocol: Recorder }),
        () => fromDuplex(named, { protocol: Recorder, peer: '/dev/ttyUSB0' }),
        () => fromDuplex(socket, { protocol: Recorder }),
      ].map(async (make) => over(make)),
    );
    expect(all.map(({ remote }) => remote?.address)).to.deep.equal([undefined, '/dev/ttyUSB0', '10.0.0.7']);
  });

  it('holds back what it sends while the stream takes no more', async () => {
    const [near, far] = End.pair();
    const connection = await over(() => fromDuplex(near, { protocol: Recorder, highWaterMark: 20_000 }));
    await connection.inside((self) => {
      for (let n = 0; n < 20; n++) self.say('x'.repeat(10_000));
    });
    await connection.heard.on('onHighWater');
    expect(connection.unsentBytes).to.be.above(20_000);
    let size = 0;
    far.on('data', (chunk: Buffer) => (size += chunk.length));
    await connection.heard.on('onDrain');
    await bench().settled();
    expect(size).to.equal(200_000);
  });

  it('is told the error that a stream breaks with', async () => {
    const [near] = End.pair();
    const connection = await over(() => fromDuplex(near, { protocol: Recorder, peer: '/dev/ttyUSB0' }));
    near.destroy(Object.assign(new Error('unplugged'), { code: 'EIO' }));
    const [info] = await connection.heard.on('onDisconnected');
    expect(info.reason).to.equal('error');
    expect(expectCode(info.error, 'TT_SOCKET_ERROR').cause).to.have.property('message', 'unplugged');
    expect(info.error.message).to.include('/dev/ttyUSB0').and.not.include('/dev/ttyUSB0:0');
  });

  it('keeps what came before one of a pair of streams breaks, tells the error, and destroys both', async () => {
    const [readable, writable] = [new PassThrough(), new PassThrough()];
    const connection = await over(() => fromDuplex({ readable, writable }, { protocol: Recorder }));
    readable.write('half a');
    await connection.heard.on('onData');
    writable.destroy(new Error('broken in the middle'));
    const [info] = await connection.heard.on('onDisconnected');
    expect(info.error.cause).to.have.property('message', 'broken in the middle');
    expect([connection.text, readable.destroyed, writable.destroyed]).to.deep.equal(['half a', true, true]);
  });

  it('destroys the stream where a connection would be reset, and ends it where that would be closed', async () => {
    const [near, far] = End.pair();
    const connection = await over(() => fromDuplex(near, { protocol: Recorder }));
    await connection.inside((self) => {
      self.say('bye');
      self.ttsc__close();
    });
    expect(await textOf(far)).to.equal('bye');
    far.end();
    await connection.heard.on('onDisconnected');
    expect(near.destroyed).to.equal(true);

    const [another] = End.pair();
    const aborted = await over(() => fromDuplex(another, { protocol: Recorder }));
    aborted.ttsc__abort();
    const [info] = await aborted.heard.on('onDisconnected');
    expect([info.reason, info.error, another.destroyed]).to.deep.equal(['aborted', undefined, true]);
  });

  it('hears the end of a stream that had ended, or was destroyed, before', async () => {
    const [near, far] = End.pair();
    far.end();
    near.resume();
    await once(near, 'end');
    const connection = await over(() => fromDuplex(near, { protocol: Recorder }));
    await connection.heard.on('onDisconnected');
    const [gone] = End.pair();
    gone.destroy();
    await (await over(() => fromDuplex(gone, { protocol: Recorder }))).heard.on('onDisconnected');
  });

  it('hears the end of one that tells no close', async () => {
    const [near, far] = End.pair({ emitClose: false });
    const connection = await over(() => fromDuplex(near, { protocol: Recorder }));
    far.end();
    far.resume();
    await connection.heard.on('onDisconnected');
  });

  it('lets its base hear what it has no protocol for', async () => {
    const [near, far] = End.pair();
    const app = await startNet(() => void fromDuplex(near));
    far.write('to the base');
    const [of, data] = await app.heard.on('onData');
    expect(of).to.be.instanceOf(TcpConnection);
    expect(String(data)).to.equal('to the base');
  });

  it('reads texts of a stream that has an encoding, and a pair of streams', async () => {
    const [readable, writable] = [new PassThrough(), new PassThrough()];
    readable.setEncoding('latin1');
    const connection = await over(() => fromDuplex({ readable, writable }, { protocol: Lines }));
    readable.end('caf\n');
    await connection.heard.on('onFrame');
    expect(await textOf(writable)).to.equal('CAF\n');
  });

  it('is an end of a relay', async () => {
    const [near, far] = End.pair();
    const app = await serve(() => new Recorder());
    const { peer, connection } = await app.pair({ allowHalfOpen: true });
    await connection.inside((self) => relay(self, fromDuplex(near)));
    far.end('from a stream');
    await peer.ended();
    expect(peer.text).to.equal('from a stream');
    peer.end('from a socket');
    expect(await textOf(far)).to.equal('from a socket');
  });

  it('keeps the bytes of a relay that a stream holds on to', async () => {
    const [near, far] = End.pair({ highWaterMark: 4 * 1024 * 1024 });
    const app = await serve(() => new Recorder());
    const { peer, connection } = await app.pair();
    await connection.inside((self) => relay(self, fromDuplex(near)));
    const sent = Buffer.alloc(1024 * 1024, 'the stream keeps them ');
    peer.socket.end(sent);
    await bench().until(once(near, 'finish'));
    const kept: Buffer[] = [];
    far.on('data', (chunk: Buffer) => kept.push(chunk));
    await bench().until(once(far, 'end'));
    expect(Buffer.concat(kept).equals(sent)).to.equal(true);
  });

  it('refuses what is no stream of bytes, and needs a base', async () => {
    const objects = new Duplex({ objectMode: true });
    await over(() => {
      for (const wrong of [undefined, {}, { readable: new PassThrough() }, objects])
        expect(codeOf(() => fromDuplex(wrong as never))).to.equal('TT_BAD_STREAM');
      expect(codeOf(() => fromDuplex(End.pair()[0], { noDelay: true } as never))).to.equal(undefined);
      return fromDuplex(End.pair()[0], { protocol: Recorder });
    });
    expect(codeOf(() => fromDuplex(End.pair()[0]))).to.equal('TT_NO_BASE');
  });
});

describe('fromDuplex() over a child process', () => {
  onRealSockets('a process is of this machine');

  it('speaks with it, and hears its end', async () => {
    const child = spawn(process.execPath, ['-e', 'process.stdin.pipe(process.stdout)']);
    const connection = await over(() =>
      fromDuplex({ readable: child.stdout, writable: child.stdin }, { protocol: Recorder, peer: 'a child' }),
    );
    connection.ttsc__send('through a process');
    connection.ttsc__end();
    await connection.heard.on('onDisconnected');
    expect(connection.text).to.equal('through a process');
    await once(child, 'exit');
  });

  it('hears what one that is killed has said, and that it is over', async () => {
    const child = spawn(process.execPath, ['-e', 'process.stdout.write("half a"); setInterval(() => {}, 1000)']);
    const connection = await over(() =>
      fromDuplex({ readable: child.stdout, writable: child.stdin }, { protocol: Recorder, peer: 'a child' }),
    );
    await connection.heard.on('onData');
    child.kill('SIGKILL');
    await connection.heard.on('onDisconnected');
    expect(connection.text).to.equal('half a');
    expect(child.stdin.destroyed).to.equal(true);
  });
});
