import { expect } from 'chai';
import {
  type Decoder,
  delimited,
  fixed,
  type Framing,
  lengthPrefixed,
  lines,
  messagePack,
  netstrings,
} from '../../src/framing/index.js';
import { stillHeld } from '../support/memory.js';
import { codeOf, framesOf } from './support/decoded.js';

const MANY = 262_144;

/** A frame of so many bytes in each framing. */
const LARGE: Readonly<Record<string, Framing<any, any>>> = {
  'lines()': lines({ max: MANY }),
  'lines() as bytes': lines({ max: MANY, encoding: 'buffer' }),
  'delimited()': delimited({ delimiter: 'end', max: MANY }),
  'lengthPrefixed()': lengthPrefixed({ max: MANY }),
  'netstrings()': netstrings({ max: MANY }),
  'messagePack()': messagePack({ max: MANY + 5 }),
};

/** How long it takes to make a frame of so many bytes, which come one by one, in µs of CPU. */
function cpuOf(framing: Framing<any, any>, size: number, late: boolean): number {
  const bytes = framing.encode('x'.repeat(size));
  const before = process.cpuUsage();
  const decoder = framing.decoder();
  const found: { readonly length: number }[] = [];
  for (let at = 0; at < bytes.length; at++) {
    decoder.push(bytes.subarray(at, at + 1));
    if (!late) found.push(...framesOf(decoder));
  }
  found.push(...framesOf(decoder));
  const { user, system } = process.cpuUsage(before);
  expect(found.map(({ length }) => length)).to.deep.equal([size]);
  return user + system;
}

function pushed(decoder: Decoder<unknown>, chunk: Buffer): Buffer {
  decoder.push(chunk);
  return chunk;
}

describe('the bytes of a decoder', () => {
  for (const [what, framing] of Object.entries(LARGE)) {
    it(`make a frame of ${what} in a linear time, come they one by one`, function () {
      this.timeout(20_000);
      for (const late of [false, true]) {
        // Eight times the bytes take eight times as long; where each one looks at all before it, more than forty times.
        const ratio = (): number => cpuOf(framing, MANY, late) / cpuOf(framing, MANY / 8, late);
        let least = ratio();
        // What a busy machine spoils is measured again.
        for (let tries = 1; tries < 4 && least >= 13; tries++) least = Math.min(least, ratio());
        expect(least, late ? 'all pushed before the first is asked for' : 'asked for at each').to.be.below(13);
      }
    });
  }

  it('are heard without a copy where a frame lies in one chunk', () => {
    const chunk = Buffer.from('\0\0\0\x02hi\0\0\0\x02ho');
    const decoder = lengthPrefixed().decoder();
    decoder.push(chunk);
    for (const frame of framesOf(decoder)) expect(frame.buffer).to.equal(chunk.buffer);
  });

  it('are heard without a copy behind a frame that lay across two chunks', () => {
    const decoder = lines({ encoding: 'buffer' }).decoder();
    decoder.push(Buffer.from('begin'));
    expect(decoder.next()).to.equal(undefined);
    const chunk = Buffer.from(`ning\n${'x'.repeat(2_000)}\nlast\n`);
    decoder.push(chunk);
    expect(decoder.next()?.toString()).to.equal('beginning');
    expect(framesOf(decoder).map(({ buffer }) => buffer === chunk.buffer)).to.deep.equal([true, true]);
  });

  it('are not written over once they were heard', () => {
    const decoder = fixed({ size: 5 }).decoder();
    const stream = Buffer.from(Array.from({ length: 400 }, (_, at) => at % 251));
    const found: Buffer[] = [];
    for (let at = 0; at < stream.length; at += 3) {
      decoder.push(stream.subarray(at, at + 3));
      found.push(...framesOf(decoder));
    }
    expect(Buffer.concat(found)).to.deep.equal(stream);
  });

  it('keep no large chunk for the few at its end', () => {
    const decoder = lines().decoder();
    const chunk = Buffer.from(`${'x'.repeat(50_000)}\nrest`);
    decoder.push(chunk);
    framesOf(decoder);
    const rest = decoder.takeBuffered();
    expect(rest.toString()).to.equal('rest');
    expect(rest.buffer).to.not.equal(chunk.buffer);
  });

  it('are put together where many small chunks wait, so that each costs no more than its bytes', async () => {
    const decoder = lines().decoder();
    const chunks = Array.from({ length: 1_000 }, () => new WeakRef(pushed(decoder, Buffer.alloc(3, 'a'))));
    expect(await stillHeld(chunks)).to.be.below(20);
    decoder.push(Buffer.from('\n'));
    expect(decoder.next()).to.have.length(3_000);
  });

  it('may be any Uint8Array, also a part of one', () => {
    const decoder = lines().decoder();
    decoder.push(new Uint8Array([97, 98, 10, 99]).subarray(1));
    expect(framesOf(decoder)).to.deep.equal(['b']);
    decoder.push(new Uint8Array([100, 10]));
    expect(framesOf(decoder)).to.deep.equal(['cd']);
  });

  it('are given back when another takes them over, and the decoder goes on with what comes', () => {
    const decoder = lengthPrefixed({ bytes: 1 }).decoder();
    decoder.push(Buffer.from([1, 7, 3, 1]));
    expect(framesOf(decoder)).to.have.length(1);
    decoder.push(Buffer.from([2]));
    expect(decoder.next()).to.equal(undefined);
    expect(decoder.takeBuffered()).to.deep.equal(Buffer.from([3, 1, 2]));
    expect(decoder.buffered).to.equal(0);
    expect(decoder.place).to.equal(5);
    decoder.push(Buffer.from([1, 9]));
    expect(decoder.next()).to.deep.equal(Buffer.from([9]));
  });

  it('that are the beginning of a frame are an error at the end of the stream', () => {
    const decoder = lengthPrefixed({ bytes: 1 }).decoder();
    decoder.push(Buffer.from([1, 7, 3, 1]));
    decoder.end();
    expect(decoder.next()).to.deep.equal(Buffer.from([7]));
    expect(codeOf(() => decoder.next())).to.equal('TT_FRAME_INCOMPLETE');
    expect(codeOf(() => decoder.next())).to.equal('TT_FRAME_INCOMPLETE');
    expect(decoder.takeBuffered()).to.deep.equal(Buffer.from([3, 1]));
  });
});
