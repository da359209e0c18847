import { expect } from 'chai';
import {
  custom,
  delimited,
  dotStuffed,
  type Framing,
  jsonLines,
  lengthPrefixed,
  lines,
  messagePack,
  netstrings,
  respCommands,
  respReplies,
} from '../../src/framing/index.js';
import { OneFrame } from '../doors/framing.js';
import { codeOf, errorOf, framesOf } from './support/decoded.js';

type OnTooLong = 'error' | 'close' | 'skip';

/** Framings with `max: 8`, and how each writes a frame of its own, whatever its length. */
const KINDS: Readonly<
  Record<
    string,
    readonly [made: (onTooLong: OnTooLong, max: number) => Framing<any, any>, short: unknown, long: unknown]
  >
> = {
  'lines()': [(onTooLong, max) => lines({ onTooLong, max }), 'short', 'x'.repeat(900)],
  'lines() with a line feed near': [(onTooLong, max) => lines({ onTooLong, max }), 'short', 'x'.repeat(9)],
  'lines() as bytes': [(onTooLong, max) => lines({ onTooLong, max, encoding: 'buffer' }), 'short', 'x'.repeat(900)],
  'delimited()': [(onTooLong, max) => delimited({ onTooLong, max, delimiter: '--' }), 'short', 'x'.repeat(900)],
  'dotStuffed()': [(onTooLong, max) => dotStuffed({ onTooLong, max }), 'short\r\n', '.x\r\n'.repeat(300)],
  'lengthPrefixed()': [(onTooLong, max) => lengthPrefixed({ onTooLong, max }), 'short', 'x'.repeat(900)],
  'a varint': [(onTooLong, max) => lengthPrefixed({ onTooLong, max, bytes: 'varint' }), 'short', 'x'.repeat(900)],
  'netstrings()': [(onTooLong, max) => netstrings({ onTooLong, max }), 'short', 'x'.repeat(900)],
  'jsonLines()': [(onTooLong, max) => jsonLines({ onTooLong, max }), 'short', 'x'.repeat(900)],
  'messagePack()': [(onTooLong, max) => messagePack({ onTooLong, max }), 'short', 'x'.repeat(900)],
  'messagePack() with many parts': [
    (onTooLong, max) => messagePack({ onTooLong, max }),
    'short',
    Array(90).fill([1, {}]),
  ],
  'respCommands()': [
    (onTooLong, max) => respCommands({ onTooLong, max: max + 12 }),
    ['short'],
    ['long', 'x'.repeat(900)],
  ],
  'respCommands() with many words': [
    (onTooLong, max) => respCommands({ onTooLong, max: max + 12 }),
    ['short'],
    Array<string>(90).fill(''),
  ],
  'respReplies()': [
    (onTooLong, max) => respReplies({ onTooLong, max: max + 12 }),
    ['short'],
    ['long', 'x'.repeat(900)],
  ],
  'custom()': [
    (onTooLong, max) =>
      custom({ onTooLong, max, size: (bytes) => (bytes.length < 2 ? undefined : bytes.readUInt16BE(0)) }),
    Buffer.from([0, 3, 1]),
    Buffer.concat([Buffer.from([3, 132]), Buffer.alloc(898)]),
  ],
};

describe('a frame that is too long', () => {
  for (const [kind, [made, short, long]] of Object.entries(KINDS)) {
    const { bytes, one } = stream(made('skip', 100_000), [short, long, short, long, long, short]);

    for (const size of [1, 7, 100_000]) {
      const pieces = cut(bytes, size);

      it(`of ${kind} is left out, and counted, in pieces of ${size}`, () => {
        const decoder = made('skip', 8).decoder();
        const found = pieces.flatMap((piece) => {
          decoder.push(piece);
          return framesOf(decoder);
        });
        decoder.end();
        expect(decoder.next()).to.equal(undefined);
        expect(found).to.deep.equal([one, one, one]);
        expect(decoder.skipped).to.equal(3);
        expect(decoder.buffered).to.equal(0);
      });

      it(`of ${kind} in place of one frame is told at its end, where others begin, in pieces of ${size}`, () => {
        const framing = new OneFrame(made('error', 8), lines() as Framing<unknown, unknown>);
        const decoder = framing.decoder();
        const heard: unknown[] = [];
        const first = made('error', 100_000).encode(long);
        const rest = 'a\nb\n';
        for (const [at, piece] of cut(Buffer.concat([first, Buffer.from(rest)]), size).entries()) {
          decoder.push(piece);
          let frame: unknown;
          const next = (): unknown => (frame = decoder.next());
          do {
            const code = codeOf(next);
            if (code !== undefined) heard.push(code);
            else if (frame !== undefined) heard.push(frame);
            if (heard.length > 0) expect((at + 1) * size, 'told before its end').to.be.at.least(first.length);
            if (code !== undefined) frame = code;
          } while (frame !== undefined);
        }
        expect(heard).to.deep.equal(['TT_FRAME_TOO_LONG', 'a', 'b']);
        expect([decoder.skipped, decoder.place, decoder.buffered]).to.deep.equal([1, first.length + rest.length, 0]);
      });

      it(`of ${kind} is told once, and what follows is heard, in pieces of ${size}`, () => {
        const decoder = made('error', 8).decoder();
        const heard: unknown[] = [];
        for (const piece of pieces) {
          decoder.push(piece);
          for (let goesOn = true; goesOn;) {
            const code = codeOf(() => {
              const frame = decoder.next();
              goesOn = frame !== undefined;
              if (goesOn) heard.push(frame);
            });
            if (code !== undefined) heard.push(code);
          }
        }
        expect(heard).to.deep.equal([one, 'TT_FRAME_TOO_LONG', one, 'TT_FRAME_TOO_LONG', 'TT_FRAME_TOO_LONG', one]);
        expect(decoder.skipped).to.equal(3);
      });
    }

    it(`of ${kind} is the end of a decoder that is to close`, () => {
      const decoder = made('close', 8).decoder();
      decoder.push(bytes);
      expect(decoder.next()).to.deep.equal(one);
      const { place } = decoder;
      const error = errorOf(() => decoder.next());
      expect(error?.code).to.equal('TT_FRAME_TOO_LONG');
      expect(error?.details['place']).to.equal(place);
      decoder.push(bytes);
      expect(errorOf(() => decoder.next())).to.equal(error);
      expect(decoder.skipped).to.equal(0);
    });
  }

  it('is told with its framing, the limit and the place', () => {
    const decoder = lines({ max: 3 }).decoder();
    decoder.push(Buffer.from('ab\nabcdef'));
    decoder.next();
    const error = errorOf(() => decoder.next());
    expect(error?.details).to.deep.equal({ framing: 'lines()', max: 3, place: 3 });
  });

  it('may have no end when the stream ends', () => {
    const decoder = lines({ max: 3, onTooLong: 'skip', lastWithoutEnd: true }).decoder();
    decoder.push(Buffer.from('abcdef'));
    decoder.end();
    expect(decoder.next()).to.equal(undefined);
    expect(decoder.skipped).to.equal(1);
  });

  it('may have no end when the stream ends, not even half a delimiter', () => {
    const decoder = delimited({ delimiter: '--', max: 3, onTooLong: 'skip' }).decoder();
    decoder.push(Buffer.from('abcdef'));
    expect(decoder.next()).to.equal(undefined);
    decoder.end();
    expect(decoder.next()).to.equal(undefined);
    expect(decoder.buffered).to.equal(0);
  });

  it('is not waited for, be it as long as a length can say', () => {
    const decoder = lengthPrefixed({ bytes: 8, max: 10, onTooLong: 'skip' }).decoder();
    decoder.push(Buffer.from([0, 1, 0, 0, 0, 0, 0, 0]));
    for (let at = 0; at < 100; at++) {
      decoder.push(Buffer.alloc(1_000));
      expect(decoder.next()).to.equal(undefined);
      expect(decoder.buffered).to.equal(0);
    }
  });
});

/** Frames as bytes, and the first one as it is heard. */
function stream(framing: Framing<unknown, unknown>, frames: readonly unknown[]) {
  const bytes = Buffer.concat(frames.map((frame) => framing.encode(frame)));
  const decoder = framing.decoder();
  decoder.push(bytes);
  return { bytes, one: decoder.next() };
}

function cut(bytes: Buffer, size: number): Buffer[] {
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, n) => bytes.subarray(n * size, (n + 1) * size));
}
