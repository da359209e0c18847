import { expect } from 'chai';
import {
  type Hears,
  type ListenInfo,
  type Reply,
  type TaskTonicError,
  TcpClient,
  TcpConnection,
  TcpServer,
  Tonic,
} from '../../../../src/index.js';
import {
  type Decoder,
  type Framing,
  dotStuffed,
  jsonLines,
  lengthPrefixed,
  lines,
} from '../../../../src/framing/index.js';
import { till } from '../../../support/bench.js';
import { expectCode, thrownBy } from '../../../support/errors.js';
import { startWithPeer } from '../../../support/fake-peer.js';
import { serve, startNet, tidyUp } from '../../../support/net-app.js';
import { connectTo } from '../../../support/peers.js';

afterEach(tidyUp);

type Heard = readonly [what: string, value?: unknown];

/** Writes down what it hears, and does what the test says at each frame. */
class Framed extends TcpConnection<'ready' | 'body', string | Buffer> {
  readonly heard: Heard[] = [];

  constructor(readonly atFrame: (self: Framed, frame: string | Buffer) => void = () => {}) {
    super();
  }
  ttse__onFrame(frame: string | Buffer): void {
    this.heard.push(['frame', String(frame)]);
    this.atFrame(this, frame);
  }
  ttse__onData(data: Buffer): void {
    this.heard.push(['data', data.toString()]);
  }
  ttse__onEnd(): void {
    this.heard.push(['end']);
  }
  ttse__onError(error: TaskTonicError): void {
    this.heard.push(['error', error.code]);
  }
  ttse__onDisconnected({ reason }: { reason: string }): void {
    this.heard.push(['closed', reason]);
  }
  ttsc__do(body: (self: this) => void): void {
    body(this);
  }
  ttsc__note(what: string): void {
    this.heard.push([what]);
  }
  override setFraming(framing: Framing<string | Buffer> | undefined): void {
    super.setFraming(framing);
  }
  override setFramingOnce(framing: Framing<string | Buffer, never>): void {
    super.setFramingOnce(framing);
  }
  override sendFrame(frame: string | Buffer): ReturnType<TcpConnection['ttsc__send'] & (() => never)> {
    return super.sendFrame(frame) as never;
  }
  override takeBuffered(): Buffer {
    return super.takeBuffered();
  }
  get heardFrames(): unknown[] {
    return this.heard.filter(([what]) => what === 'frame').map(([, frame]) => frame);
  }
}

describe('a connection with a framing', () => {
  it('hears each frame, however the bytes are cut, and none of the bytes', async () => {
    const connection = new Lazy(() => new Framed());
    const { stream, clock } = await startWithPeer(connection.make, { framing: lines() });
    for (const part of ['one\r\ntw', 'o', '\n\nthree\nrest']) stream.receives(part);
    await clock.settled();
    expect(connection.it.heard).to.deep.equal(['one', 'two', '', 'three'].map((line) => ['frame', line]));
    expect(connection.it.traffic).to.include({ receivedBytes: 20, receivedMessages: 4 });
  });

  it('is what its class says, and what its server says before that', async () => {
    class Lines extends TcpConnection.with({ framing: lines() }) {
      static readonly heard: string[] = [];
      override ttse__onFrame(line: string): void {
        Lines.heard.push(line);
      }
    }
    const first = await startWithPeer(() => new Lines());
    first.stream.receives('a\nb\n');
    await first.clock.settled();
    const second = await startWithPeer(() => new Lines(), { framing: lengthPrefixed({ bytes: 1, encoding: 'utf8' }) });
    second.stream.receives('\x02hi');
    await second.clock.settled();
    expect(Lines.heard).to.deep.equal(['a', 'b', 'hi']);
  });

  it('gives frames to its base where it does not hear them itself, with the connection first', async () => {
    const heard: unknown[] = [];
    class Hearing extends Tonic implements Hears<TcpServer> {
      ttse__onStart(): void {
        new TcpServer({ port: 0, host: '127.0.0.1', framing: lines() });
      }
      ttse__onListening({ port }: ListenInfo): void {
        heard.push(port);
      }
      ttse__onFrame(connection: TcpConnection, line: unknown): void {
        heard.push(connection instanceof TcpConnection, line);
        connection.ttsc__close();
      }
    }
    await startNet(() => new Hearing());
    await till(() => heard.length > 0);
    const peer = await connectTo(heard[0] as number);
    peer.send('x\n');
    await peer.heard.on('close');
    expect(heard.slice(1)).to.deep.equal([true, 'x']);
  });

  it('sends frames with what is around them', async () => {
    const connection = new Lazy(() => new Framed((self, line) => self.sendFrame(`${String(line)}!`)));
    const { stream, clock } = await startWithPeer(connection.make, { framing: lines({ end: '\r\n' }) });
    stream.receives('a\nb\n');
    await clock.settled();
    expect(stream.sent).to.equal('a!\r\nb!\r\n');
  });

  it('refuses to send a frame without a framing, or one that would be heard as another', async () => {
    const codes: unknown[] = [];
    const connection = new Lazy(() => new Framed());
    const { clock } = await startWithPeer(connection.make);
    connection.it.ttsc__do((self) => {
      codes.push((thrownBy(() => self.sendFrame('x')) as TaskTonicError).code);
      self.setFraming(lines());
      codes.push((thrownBy(() => self.sendFrame('x\ny')) as TaskTonicError).code);
    });
    await clock.settled();
    expect(codes).to.deep.equal(['TT_NO_FRAMING', 'TT_FRAME_NOT_ENCODED']);
  });

  it('refuses a framing that is none, where it is said', async () => {
    const framing = 'lines' as unknown as Framing<unknown>;
    await startNet(() => {
      const refused = (): TcpServer => new TcpServer({ port: 0, framing });
      expect(expectCode(thrownBy(refused), 'TT_BAD_OPTION').message).to.include('tasktonic/framing');
      const wrong = { framing: 7 as unknown as Framing<string> };
      const protocol = class extends TcpConnection.with(wrong) {};
      expectCode(
        thrownBy(() => new TcpServer({ port: 0, protocol })),
        'TT_BAD_OPTION',
      );
    });
  });

  describe('in what order', () => {
    it('hears what a frame raises, and its transitions, before the next frame', async () => {
      class Mail extends TcpConnection.with({ states: ['ready', 'body'], framing: lines() }) {
        readonly heard: string[] = [];
        ttse__onStart(): void {
          this.toState('ready');
        }
        override ttse__onFrame(line: string): void {
          this.heard.push(`command ${line}`);
          if (line === 'DATA') this.raise.ttsc__data();
        }
        ttse_body__onFrame(line: string): void {
          this.heard.push(`text ${line}`);
          if (line === '.') this.toState('ready');
        }
        ttsc__data(): void {
          this.toState('body');
        }
      }
      const connection = new Lazy(() => new Mail());
      const { stream, clock } = await startWithPeer(connection.make);
      stream.receives('DATA\nQUIT\n.\nQUIT\n');
      await clock.settled();
      expect(connection.it.heard).to.deep.equal(['command DATA', 'text QUIT', 'text .', 'command QUIT']);
    });

    it('has one order on the queue, however many frames wait', async () => {
      const sizes: number[] = [];
      const connection = new Lazy(
        () => new Framed((self) => sizes.push((self._ttScheduler.queue as { readonly size: number }).size)),
      );
      const { stream, clock } = await startWithPeer(connection.make, { framing: lines() });
      stream.receives('\n'.repeat(1_000));
      await clock.settled();
      expect(sizes).to.have.length(1_000);
      expect(Math.max(...sizes)).to.equal(0);
    });

    it('hears 64 frames a turn, and others have theirs before the next ones', async () => {
      const connection = new Lazy(
        () =>
          new Framed((self) => {
            if (self.heardFrames.length === 1) self.ttsc__note('other');
          }),
      );
      const { stream, clock } = await startWithPeer(connection.make, { framing: lines() });
      stream.receives('\n'.repeat(200));
      await clock.settled();
      expect(connection.it.heardFrames).to.have.length(200);
      expect(connection.it.heard.findIndex(([what]) => what === 'other')).to.equal(64);
    });

    it('hears the frames of two connections in turns', async () => {
      const order: string[] = [];
      const app = await serve(() => new Framed((_self, frame) => order.push(String(frame)[0]!)), { framing: lines() });
      const [a, b] = [await app.pair(), await app.pair()];
      a.peer.send('a\n'.repeat(1_000));
      b.peer.send('b\n'.repeat(1_000));
      a.peer.end();
      b.peer.end();
      await Promise.all([a.peer.heard.on('close'), b.peer.heard.on('close')]);
      expect(order).to.have.length(2_000);
      expect(order.lastIndexOf('a') - order.indexOf('b')).to.be.greaterThan(900);
      expect(order.lastIndexOf('b') - order.indexOf('a')).to.be.greaterThan(900);
    });
  });

  describe('that changes', () => {
    it('hears what is there and was not heard with the other framing', async () => {
      const change = (self: Framed, frame: unknown): void => {
        if (frame === 'UPGRADE') self.setFraming(lengthPrefixed({ bytes: 1 }));
        if (String(frame) === 'back') self.setFraming(lines());
      };
      const connection = new Lazy(() => new Framed(change));
      const { stream, clock } = await startWithPeer(connection.make, { framing: lines() });
      stream.receives('one\nUPGRADE\n\x02hi\x04backagain\n');
      await clock.settled();
      expect(connection.it.heardFrames).to.deep.equal(['one', 'UPGRADE', 'hi', 'back', 'again']);
    });

    it('hears one frame with another framing, and those behind it with its own', async () => {
      const change = (self: Framed, frame: unknown): void => {
        if (frame === 'DATA') self.setFramingOnce(dotStuffed({ max: 5, encoding: 'latin1' }));
        self.sendFrame(String(frame).trim());
      };
      const connection = new Lazy(() => new Framed(change));
      const { stream, clock } = await startWithPeer(connection.make, { framing: lines() });
      for (const part of ['DATA\na\r', '\n.\r\none\nDATA\ntoo long\r\n', 'DATA\r\n.\r\ntwo\n']) {
        stream.receives(part);
        await clock.settled();
      }
      expect(connection.it.heard).to.deep.equal([
        ...['DATA', 'a\r\n', 'one', 'DATA'].map((frame) => ['frame', frame]),
        ['error', 'TT_FRAME_TOO_LONG'],
        ['frame', 'two'],
      ]);
      expect(stream.sent).to.equal('DATA\na\none\nDATA\ntwo\n');
      expect(connection.it.traffic.skippedFrames).to.equal(1);
    });

    it('takes no framing for one frame where it has none for others', async () => {
      const connection = new Lazy(() => new Framed());
      const { clock } = await startWithPeer(connection.make);
      connection.it.ttsc__do((self) =>
        expectCode(
          thrownBy(() => self.setFramingOnce(lines())),
          'TT_NO_FRAMING',
        ),
      );
      await clock.settled();
    });

    it('hears bytes where it has none any more, and frames where it has one from now on', async () => {
      const change = (self: Framed, frame: unknown): void => {
        if (frame === 'RAW') self.setFraming(undefined);
      };
      const connection = new Lazy(() => new Framed(change));
      const { stream, clock } = await startWithPeer(connection.make, { framing: lines() });
      stream.receives('RAW\nby\nte');
      await clock.settled();
      stream.receives('s');
      await clock.settled();
      connection.it.ttsc__do((self) => self.setFraming(lines()));
      await clock.settled();
      stream.receives('line\n');
      await clock.settled();
      expect(connection.it.heard).to.deep.equal([
        ['frame', 'RAW'],
        ['data', 'by\nte'],
        ['data', 's'],
        ['frame', 'line'],
      ]);
    });

    it('hears a reset as one that came while frames waited, though it has no framing any more', async () => {
      const change = (self: Framed): void => self.setFraming(undefined);
      const connection = new Lazy(() => new Framed(change));
      const { stream, clock } = await startWithPeer(connection.make, { framing: lines() });
      stream.receives('a\nb\n');
      await Promise.resolve();
      stream.fails('ECONNRESET');
      await clock.settled();
      expect(connection.it.heard.at(-1)).to.deep.equal(['closed', 'peerReset']);
    });

    it('gives what was not heard to who takes the stream over', async () => {
      let taken = '';
      const connection = new Lazy(() => new Framed((self) => (taken += self.takeBuffered().toString())));
      const { stream, clock } = await startWithPeer(connection.make, { framing: lines() });
      stream.receives('mine\nyours\nand more');
      await clock.settled();
      expect([connection.it.heardFrames, taken]).to.deep.equal([['mine'], 'yours\nand more']);
    });
  });

  describe('that is held back', () => {
    it('hears no frame while it is paused, and all of them later', async () => {
      const connection = new Lazy(
        () =>
          new Framed((self) => {
            if (self.heardFrames.length === 2) Framed.prototype.ttsc__pause.call(self);
          }),
      );
      const { stream, clock } = await startWithPeer(connection.make, { framing: lines() });
      connection.it.ttsc__pause();
      await clock.settled();
      stream.receives('a\nb\nc\nd\n');
      await clock.settled();
      expect(connection.it.heardFrames).to.deep.equal([]);
      connection.it.ttsc__resume();
      await clock.settled();
      expect(connection.it.heardFrames.length).to.be.greaterThan(1);
      connection.it.ttsc__resume();
      await clock.settled();
      expect(connection.it.heardFrames).to.deep.equal(['a', 'b', 'c', 'd']);
    });

    it('hears no frame while its answers wait, however many frames have come', async () => {
      const connection = new Lazy(() => new Framed((self) => self.sendFrame('x'.repeat(10_000))));
      const { stream, clock } = await startWithPeer(connection.make, { framing: lines(), highWaterMark: 20_000 });
      stream.stuck = true;
      stream.receives('\n'.repeat(500));
      await clock.settled();
      expect(connection.it.heardFrames.length).to.be.within(2, 64);
      expect(connection.it.unsentBytes).to.be.lessThan(64 * 10_001 + 1);
      stream.stuck = false;
      stream.takes(stream.unsent);
      await clock.settled();
      expect(connection.it.heardFrames).to.have.length(500);
    });

    it('hears frames in the end that came before it, also where it was paused then', async () => {
      const connection = new Lazy(() => new Framed());
      const { stream, clock } = await startWithPeer(connection.make, { framing: lines() });
      stream.receives('\n'.repeat(130));
      await Promise.resolve();
      connection.it.ttsc__pause();
      stream.peerEnds();
      await clock.settled();
      expect(connection.it.heard.some(([what]) => what === 'end')).to.equal(false);
      connection.it.ttsc__resume();
      await clock.settled();
      expect(connection.it.heardFrames).to.have.length(130);
      expect(connection.it.heard.at(130)).to.deep.equal(['end']);
    });
  });

  describe('at the limit', () => {
    const long = `${'x'.repeat(20)}\n`;

    it('tells of a frame that is too long in its place, and goes on', async () => {
      const connection = new Lazy(() => new Framed());
      const { stream, clock } = await startWithPeer(connection.make, { framing: lines({ max: 10 }) });
      stream.receives(`a\n${long}b\n`);
      await clock.settled();
      expect(connection.it.heard).to.deep.equal([
        ['frame', 'a'],
        ['error', 'TT_FRAME_TOO_LONG'],
        ['frame', 'b'],
      ]);
      expect(connection.it.traffic.skippedFrames).to.equal(1);
    });

    it('skips it and counts', async () => {
      const connection = new Lazy(() => new Framed());
      const { stream, clock } = await startWithPeer(connection.make, {
        framing: lines({ max: 10, onTooLong: 'skip' }),
      });
      stream.receives(`a\n${long}b\n`);
      await clock.settled();
      expect(connection.it.heardFrames).to.deep.equal(['a', 'b']);
      expect(connection.it.traffic.skippedFrames).to.equal(1);
    });

    it('closes, after the answer to that', async () => {
      class Answers extends Framed {
        override ttse__onError(error: TaskTonicError): void {
          super.ttse__onError(error);
          this.send('500 too long\n');
        }
      }
      const connection = new Lazy(() => new Answers());
      const framing = lines({ max: 10, onTooLong: 'close' });
      const { stream, clock } = await startWithPeer(connection.make, { framing });
      stream.receives(`a\n${long}b\n`);
      stream.peerEnds();
      await clock.settled();
      expect(stream.sent).to.equal('500 too long\n');
      expect(connection.it.heard).to.deep.equal([
        ['frame', 'a'],
        ['error', 'TT_FRAME_TOO_LONG'],
        ['closed', 'error'],
      ]);
    });

    it('closes behind the answers that are owed, though they come later', async () => {
      const replies: Reply[] = [];
      class Later extends TcpConnection.with({ framing: lines({ max: 10, onTooLong: 'close' }) }) {
        override ttse__onFrame(): void {
          replies.push(this.reply());
        }
        override ttse__onError(): void {
          this.send('500\n');
        }
      }
      const { stream, clock } = await startWithPeer(() => new Later());
      stream.receives(`a\nb\n${long}c\n`);
      await clock.settled();
      expect([replies.length, stream.sent, stream.closed]).to.deep.equal([2, '', false]);
      replies[1]!.end('two\n');
      replies[0]!.end('one\n');
      await clock.settled();
      stream.peerEnds();
      await clock.settled();
      expect([stream.sent, stream.closed, stream.wasReset]).to.deep.equal(['one\ntwo\n500\n', true, false]);
    });

    it('logs and counts what nobody hears, and closes where the stream cannot be read on', async () => {
      const { app, stream, clock } = await startWithPeer(() => new TcpConnection(), {
        framing: lengthPrefixed({ bytes: 'varint' }),
      });
      stream.receives('\xff'.repeat(40));
      await clock.settled();
      expect(stream.closed || stream.flushed).to.equal(true);
      expect(app.ear.heard.all('onError')).to.have.length(1);
    });

    it('tells of a bad value, and hears the next one', async () => {
      const connection = new Lazy(() => new Framed());
      const { stream, clock } = await startWithPeer(connection.make, { framing: jsonLines() });
      stream.receives('1\n{\n2\n');
      await clock.settled();
      expect(connection.it.heard).to.deep.equal([
        ['frame', '1'],
        ['error', 'TT_BAD_FRAME'],
        ['frame', '2'],
      ]);
    });

    it('ends with an error where a decoder of its own throws what is not an error of ours', async () => {
      const framing: Framing<string> = {
        name: 'mine',
        max: 1,
        encode: () => Buffer.alloc(0),
        decoder: () => ({
          ...{ buffered: 0, place: 0, skipped: 0, broken: false, push: () => {}, end: () => {} },
          takeBuffered: () => Buffer.alloc(0),
          next: () => {
            throw new RangeError('oops');
          },
        }),
      };
      const connection = new Lazy(() => new Framed());
      const { stream, clock } = await startWithPeer(connection.make, { framing });
      stream.receives('x');
      stream.peerEnds();
      await clock.settled();
      expect(connection.it.heard).to.deep.equal([
        ['error', 'TT_BAD_FRAME'],
        ['closed', 'error'],
      ]);
    });
  });

  describe('whose decoder does not do what decoders do', () => {
    const honest = lines().decoder;
    const odd = (changes: Partial<Decoder<string>>): Framing<string> => ({
      ...lines(),
      decoder: () => {
        const decoder = honest();
        return new Proxy(decoder, {
          get: (target, key): unknown => {
            const value = (changes as Record<PropertyKey, unknown>)[key] ?? Reflect.get(target, key, target);
            return typeof value === 'function' ? (value as () => void).bind(target) : value;
          },
        });
      },
    });

    it('comes to its end where that ignores the end of the stream', async () => {
      const connection = new Lazy(() => new Framed());
      const { stream, clock } = await startWithPeer(connection.make, { framing: odd({ end: () => {} }) });
      stream.receives('half');
      stream.peerEnds();
      await clock.settled();
      expect(connection.it.heard).to.deep.equal([['end'], ['closed', 'peerEnded']]);
    });

    for (const where of ['push', 'end', 'takeBuffered'] as const) {
      it(`ends with an error where that throws in ${where}()`, async () => {
        const throws = (): never => {
          throw new RangeError('oops');
        };
        const connection = new Lazy(() => new Framed((self) => where === 'takeBuffered' && self.takeBuffered()));
        const { stream, clock } = await startWithPeer(connection.make, { framing: odd({ [where]: throws }) });
        stream.receives('a\nhalf');
        stream.peerEnds();
        await clock.settled();
        expect(connection.it.heard.filter(([what]) => what === 'error')).to.deep.equal([['error', 'TT_BAD_FRAME']]);
        expect(connection.it.heard.at(-1)).to.deep.equal(['closed', 'error']);
      });
    }
  });

  describe('whose peer drips', () => {
    it('is closed when a frame is not whole in time, and the peer is told before', async () => {
      const connection = new Lazy(() => new Framed());
      const { stream, clock } = await startWithPeer(connection.make, { framing: lines(), frameTimeout: 10_000 });
      stream.receives('whole\n');
      await clock.settled();
      await clock.pass(60_000);
      for (let n = 0; n < 9; n++) {
        stream.receives('x');
        await clock.settled();
        await clock.pass(1_000);
      }
      expect(connection.it.heard).to.deep.equal([['frame', 'whole']]);
      await clock.pass(1_100);
      stream.peerEnds();
      await clock.settled();
      expect(connection.it.heard.slice(1)).to.deep.equal([
        ['error', 'TT_FRAME_TIMEOUT'],
        ['closed', 'error'],
      ]);
    });

    it('is not called late for the time in which nobody read, nor for the time of another framing', async () => {
      const connection = new Lazy(() => new Framed());
      const { stream, clock } = await startWithPeer(connection.make, { framing: lines(), frameTimeout: 10_000 });
      stream.receives('par');
      await clock.settled();
      await clock.pass(1_000);
      connection.it.ttsc__pause();
      await clock.settled();
      await clock.pass(8_500);
      connection.it.ttsc__resume();
      await clock.settled();
      await clock.pass(9_000);
      connection.it.ttsc__do((self) => self.setFraming(lines({ max: 10 })));
      await clock.settled();
      await clock.pass(9_000);
      stream.receives('t\n');
      await clock.settled();
      expect(connection.it.heard).to.deep.equal([['frame', 'part']]);
    });

    it('goes on where each frame is whole in time', async () => {
      const connection = new Lazy(() => new Framed());
      const { stream, clock } = await startWithPeer(connection.make, { framing: lines(), frameTimeout: 10_000 });
      for (let n = 0; n < 5; n++) {
        stream.receives(n === 0 ? 'beg' : 'in\nbeg');
        await clock.settled();
        await clock.pass(9_000);
      }
      expect(connection.it.heardFrames).to.have.length(4);
      expect(stream.closed).to.equal(false);
    });

    it('waits for ever with frameTimeout false, and without a part of a frame', async () => {
      const connection = new Lazy(() => new Framed());
      const { stream, clock } = await startWithPeer(connection.make, { framing: lines(), frameTimeout: false });
      stream.receives('part');
      await clock.settled();
      await clock.pass(3_600_000);
      stream.receives(' of it\n');
      await clock.settled();
      expect(connection.it.heardFrames).to.deep.equal(['part of it']);
    });
  });

  describe('at the end', () => {
    it('tells of a frame that is not whole before the end', async () => {
      const connection = new Lazy(() => new Framed());
      const { stream, clock } = await startWithPeer(connection.make, { framing: lines() });
      stream.receives('a\nhal');
      stream.peerEnds();
      await clock.settled();
      expect(connection.it.heard.slice(0, 3)).to.deep.equal([
        ['frame', 'a'],
        ['error', 'TT_FRAME_INCOMPLETE'],
        ['end'],
      ]);
    });

    it('hears a last line without its end where that is one', async () => {
      const connection = new Lazy(() => new Framed());
      const { stream, clock } = await startWithPeer(connection.make, { framing: lines({ lastWithoutEnd: true }) });
      stream.receives('a\nlast');
      stream.peerEnds();
      await clock.settled();
      expect(connection.it.heard.slice(0, 3)).to.deep.equal([['frame', 'a'], ['frame', 'last'], ['end']]);
    });

    it('answers all frames that had come when it is told to finish', async () => {
      let answers = 0;
      class Answers extends TcpConnection.with({ framing: lines() }) {
        override ttse__onFrame(line: string): void {
          if (this.sendFrame(line) !== 'refused') answers++;
        }
      }
      const connection = new Lazy(() => new Answers());
      const { stream, clock } = await startWithPeer(connection.make);
      stream.receives('\n'.repeat(60_000));
      connection.it.ttsc__finish();
      await clock.settled();
      stream.peerEnds();
      await clock.settled();
      expect([answers, connection.it.finished]).to.deep.equal([60_000, true]);
    });

    it('hears no frame behind the one at which it closed', async () => {
      const connection = new Lazy(() => new Framed((self) => self.ttsc__close()));
      const { stream, clock } = await startWithPeer(connection.make, { framing: lines() });
      stream.receives('\n'.repeat(100));
      await clock.settled();
      expect(connection.it.heardFrames.length).to.be.within(1, 64);
    });

    it('hears no frame behind the one at which it threw', async () => {
      const connection = new Lazy(
        () =>
          new Framed(() => {
            throw new Error('broken');
          }),
      );
      const { stream, clock } = await startWithPeer(connection.make, { framing: lines() });
      stream.receives('a\nb\n');
      stream.peerEnds();
      await clock.settled();
      expect(connection.it.heardFrames).to.deep.equal(['a']);
    });
  });

  it('begins each connection of a client with a decoder of its own', async () => {
    class Lines extends TcpClient.with({ framing: lines() }) {
      static readonly heard: string[] = [];
      override ttse__onFrame(line: string): void {
        Lines.heard.push(line);
        if (Lines.heard.length === 1) this.ttsc__reconnect();
      }
    }
    const connections: TcpConnection[] = [];
    class Greets extends TcpConnection {
      ttse__onConnected(): void {
        connections.push(this as TcpConnection);
        this.send(`hello\nhalf ${connections.length}`);
      }
    }
    const app = await serve(() => new Greets());
    await app.app.inside(() => new Lines({ port: app.port, host: '127.0.0.1' }));
    await till(() => Lines.heard.length >= 2);
    expect(Lines.heard).to.deep.equal(['hello', 'hello']);
  });
});

class Lazy<T extends TcpConnection<any>> {
  it!: T;
  constructor(private readonly build: () => T) {}
  readonly make = (): T => (this.it = this.build());
}
