import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import {
  custom,
  delimited,
  fixed,
  jsonLines,
  lengthPrefixed,
  lines,
  mapFrames,
  messagePack,
  netstrings,
} from '../../src/framing/index.js';
import { checkFraming } from '../../src/testing/index.js';
import { loadCodec } from '../doors/framing.js';
import { codeOf, decoded, errorOf } from './support/decoded.js';

describe('delimited()', () => {
  it('ends a frame with the whole delimiter only', () => {
    expect(decoded(delimited({ delimiter: '\r\n', encoding: 'utf8' }), 'a\nb\r\nc\r\r\n')).to.deep.equal([
      'a\nb',
      'c\r',
    ]);
  });

  it('takes a delimiter of bytes', () => {
    const framing = delimited({ delimiter: Uint8Array.of(0xff, 0) });
    expect(decoded(framing, Buffer.from([1, 0xff, 0, 0xff, 0]))).to.deep.equal([Buffer.from([1]), Buffer.alloc(0)]);
  });

  it('refuses to write what would end early', () => {
    const framing = delimited({ delimiter: 'aa' });
    expect(codeOf(() => framing.encode('xaay'))).to.equal('TT_FRAME_NOT_ENCODED');
    expect(codeOf(() => framing.encode('xa'))).to.equal('TT_FRAME_NOT_ENCODED');
  });
});

describe('lengthPrefixed()', () => {
  for (const [options, bytes] of [
    [{ bytes: 1 }, [2, 104, 105]],
    [{ bytes: 2 }, [0, 2, 104, 105]],
    [{ bytes: 2, endian: 'little' }, [2, 0, 104, 105]],
    [{ bytes: 2, headerCounted: true }, [0, 4, 104, 105]],
    [{ bytes: 2, headerCounted: 'all' }, [0, 4, 104, 105]],
    [{ bytes: 3 }, [0, 0, 2, 104, 105]],
    [{ bytes: 3, endian: 'little' }, [2, 0, 0, 104, 105]],
    [{}, [0, 0, 0, 2, 104, 105]],
    [{ endian: 'little', headerCounted: true }, [6, 0, 0, 0, 104, 105]],
    [{ bytes: 8 }, [0, 0, 0, 0, 0, 0, 0, 2, 104, 105]],
    [{ bytes: 8, endian: 'little' }, [2, 0, 0, 0, 0, 0, 0, 0, 104, 105]],
    [{ bytes: 'varint' }, [2, 104, 105]],
  ] as const) {
    it(`writes and reads as ${JSON.stringify(options)} says`, () => {
      const framing = lengthPrefixed(options);
      expect([...framing.encode('hi')]).to.deep.equal(bytes);
      expect(decoded(framing, Buffer.from(bytes))).to.deep.equal([Buffer.from('hi')]);
    });
  }

  it('writes a varint of several bytes, the lowest first', () => {
    expect([...lengthPrefixed({ bytes: 'varint' }).encode(Buffer.alloc(300)).subarray(0, 2)]).to.deep.equal([
      0xac, 0x02,
    ]);
  });

  for (const [what, options, bytes] of [
    ['less than its own size', { bytes: 2, headerCounted: true }, [0, 1]],
    ['more than JavaScript counts to', { bytes: 8 }, [0, 32, 0, 0, 0, 0, 0, 0]],
    ['a varint that has no end', { bytes: 'varint' }, Array(7).fill(0x80)],
  ] as const) {
    it(`reads no further where the length is ${what}`, () => {
      const decoder = lengthPrefixed(options).decoder();
      decoder.push(Buffer.from(bytes));
      const error = errorOf(() => decoder.next());
      expect(error?.code).to.equal('TT_BAD_FRAME');
      decoder.push(Buffer.alloc(100));
      expect(errorOf(() => decoder.next())).to.equal(error);
    });
  }

  for (const [what, options, frame] of [
    ['TLS: a type and a version before it', { before: 3, bytes: 2 }, [22, 3, 3, 0, 2, 104, 105]],
    ['MQTT: a type before a varint', { before: 1, bytes: 'varint' }, [0x30, 2, 104, 105]],
    ['PostgreSQL: a type before a length that counts itself', { before: 1, headerCounted: true }, [81, 0, 0, 0, 6, 104, 105]], // prettier-ignore
    ['BGP: a length of the whole', { before: 2, bytes: 2, headerCounted: 'all' }, [255, 255, 0, 6, 104, 105]],
    ['HTTP/2: more of the header behind it', { bytes: 3, after: 6 }, [0, 0, 2, 0, 1, 0, 0, 0, 5, 104, 105]],
    ['AMQP: an end behind the frame', { before: 3, after: 1 }, [1, 0, 7, 0, 0, 0, 2, 104, 105, 206]],
  ] as const)
    it(`hears whole frames where the length is within a header, as in ${what}`, () => {
      const framing = lengthPrefixed({ ...options, max: 64 });
      const whole = Buffer.from(frame);
      expect([...framing.encode(whole)]).to.deep.equal(frame);
      expect(decoded(framing, Buffer.concat([whole, whole]))).to.deep.equal([whole, whole]);
      checkFraming(framing, [whole, Buffer.from(whole)]);
    });

  it('refuses to write a whole frame whose length is wrong, missing, or above "max"', () => {
    const framing = lengthPrefixed({ before: 1, bytes: 1, max: 5 });
    for (const wrong of [[], [7], [7, 1], [7, 1, 0, 0], [7, 4, 0, 0, 0, 0]])
      expect(
        codeOf(() => framing.encode(Buffer.from(wrong))),
        String(wrong),
      ).to.equal('TT_FRAME_NOT_ENCODED');
    expect([...framing.encode(Buffer.from([7, 3, 1, 2, 3]))]).to.have.length(5);
  });

  it('reads no further where the length of the whole is less than the header', () => {
    const decoder = lengthPrefixed({ before: 2, bytes: 2, headerCounted: 'all' }).decoder();
    decoder.push(Buffer.from([0, 0, 0, 3, 1, 2, 3, 4]));
    expect(errorOf(() => decoder.next())?.message).to.include('its length is 3, less than the 4 bytes');
    expect(decoder.broken).to.equal(true);
  });

  it('goes on behind a whole frame that is too long', () => {
    const decoder = lengthPrefixed({ before: 1, bytes: 1, after: 1, max: 5, onTooLong: 'skip' }).decoder();
    decoder.push(Buffer.from([9, 3, 0, 1, 2, 3, 9, 1, 0, 5]));
    expect(decoder.next()).to.deep.equal(Buffer.from([9, 1, 0, 5]));
    expect(decoder.skipped).to.equal(1);
  });

  it('takes no varint that counts more than what follows it', () => {
    expect(codeOf(() => lengthPrefixed({ bytes: 'varint', headerCounted: 'all' }))).to.equal('TT_BAD_OPTION');
  });

  it('refuses to write more than its length can say', () => {
    expect(codeOf(() => lengthPrefixed({ bytes: 1 }).encode(Buffer.alloc(256)))).to.equal('TT_FRAME_NOT_ENCODED');
    expect(codeOf(() => lengthPrefixed({ bytes: 1, headerCounted: true }).encode(Buffer.alloc(255)))).to.equal(
      'TT_FRAME_NOT_ENCODED',
    );
  });
});

describe('mapFrames() with a reader', () => {
  const sums = mapFrames(lines(), {
    reader(emit: (sum: number) => void) {
      let sum = 0;
      return (line: string) => {
        if (line === 'bad') throw new Error('no number');
        sum += Number(line);
        if (line !== '0') emit(sum);
        if (line === '7') emit(sum);
      };
    },
    write: String,
  });
  const push = (...texts: string[]): ReturnType<typeof sums.decoder> => {
    const decoder = sums.decoder();
    decoder.push(Buffer.from(texts.map((text) => `${text}\n`).join('')));
    return decoder;
  };

  it('has a state for each connection, and may leave a frame out', () => {
    const [one, other] = [push('1', '0', '2'), push('5')];
    expect([one.next(), one.next(), one.next(), other.next()]).to.deep.equal([1, 3, undefined, 5]);
  });

  it('has a new reader behind a frame that it threw at, or that gave two values', () => {
    const decoder = push('1', 'bad', '2', '7', '3');
    expect([decoder.next(), codeOf(() => decoder.next()), decoder.next()]).to.deep.equal([1, 'TT_BAD_FRAME', 2]);
    expect([codeOf(() => decoder.next()), decoder.next()]).to.deep.equal(['TT_BAD_FRAME', 3]);
  });
});

describe('mapFrames()', () => {
  const numbers = mapFrames(lines({ encoding: 'ascii' }), {
    name: 'numbers',
    read(line: string): number | undefined {
      if (line === '') return undefined;
      if (Number.isNaN(Number(line))) throw new Error(`${line} is no number`);
      return Number(line);
    },
    write(number: number): string {
      if (Number.isNaN(number)) throw new Error('it is no number');
      return String(number);
    },
  });

  it('hears and sends what the functions make of the frames of another framing', () => {
    expect(numbers.encode(17).toString()).to.equal('17\n');
    checkFraming(numbers, [1, 2.5, -3]);
  });

  it('leaves out what is read as nothing, and goes on behind what cannot be read, which it tells with its place', () => {
    const decoder = numbers.decoder();
    decoder.push(Buffer.from('1\n\nx\n2\n'));
    expect(decoder.next()).to.equal(1);
    const error = errorOf(() => decoder.next());
    expect([error?.code, error?.details['framing'], error?.details['place']]).to.deep.equal(['TT_BAD_FRAME', 'numbers', 3]); // prettier-ignore
    expect((error?.cause as Error).message).to.equal('x is no number');
    expect(decoder.next()).to.equal(2);
  });

  it('refuses what cannot be written, whoever finds that out', () => {
    expect(codeOf(() => numbers.encode(NaN))).to.equal('TT_FRAME_NOT_ENCODED');
    const twoLines = mapFrames(lines(), { read: (line: string) => line, write: () => 'a\nb' });
    expect(codeOf(() => twoLines.encode('x'))).to.equal('TT_FRAME_NOT_ENCODED');
  });

  it('takes nothing but functions', () => {
    expect(codeOf(() => mapFrames(lines(), { read: 'x', write: String } as never))).to.equal('TT_BAD_OPTION');
    expect(codeOf(() => mapFrames(lines(), { write: String } as never))).to.equal('TT_BAD_OPTION');
    expect(codeOf(() => mapFrames({} as never, { read: String, write: String }))).to.equal('TT_BAD_OPTION');
  });
});

describe('netstrings()', () => {
  it('reads and writes them', () => {
    expect(netstrings().encode('hello').toString()).to.equal('5:hello,');
    expect(decoded(netstrings({ encoding: 'utf8' }), '5:hello,0:,')).to.deep.equal(['hello', '']);
  });

  for (const stream of ['5:hello;', ':,', '05:hello,', 'a', '-1:,', '1234567890123456:']) {
    it(`refuses ${JSON.stringify(stream)}`, () => {
      expect(codeOf(() => decoded(netstrings(), stream))).to.equal('TT_BAD_FRAME');
    });
  }
});

describe('fixed()', () => {
  it('refuses to write another size', () => {
    expect(codeOf(() => fixed({ size: 4 }).encode('abc'))).to.equal('TT_FRAME_NOT_ENCODED');
    expect(codeOf(() => fixed({ size: 4 }).encode('abcde'))).to.equal('TT_FRAME_NOT_ENCODED');
  });
});

describe('jsonLines()', () => {
  it('leaves empty lines out', () => {
    expect(decoded(jsonLines(), '\n{"a":1}\n \r\nnull\n')).to.deep.equal([{ a: 1 }, null]);
  });

  it('continues after a line that is not JSON, and reports its place', () => {
    const decoder = jsonLines<number>().decoder();
    decoder.push(Buffer.from('1\nnonsense\n2\n'));
    expect(decoder.next()).to.equal(1);
    const error = errorOf(() => decoder.next());
    expect(error?.code).to.equal('TT_BAD_FRAME');
    expect(error?.details['place']).to.equal(2);
    expect(decoder.next()).to.equal(2);
  });

  it('refuses to write what has no JSON', () => {
    const ring: Record<string, unknown> = {};
    ring['ring'] = ring;
    for (const value of [undefined, () => 1, ring, 1n]) {
      expect(codeOf(() => jsonLines().encode(value))).to.equal('TT_FRAME_NOT_ENCODED');
    }
  });
});

describe('messagePack()', () => {
  it('knows the end of each type of value', () => {
    // One of each type, 0xc1 apart, made by hand; fixed extensions and those with a length are of a type that no one knows.
    // prettier-ignore
    const types = [
      '00', '7f', '80', '8101c0', '90', '9201c3', 'a0', 'a161', 'c0', 'c2', 'c3', 'c401ff', 'c50001ff',
      'c600000001ff', 'c70142ff', 'c8000142ff', 'c90000000142ff', 'ca3f800000', 'cb3ff0000000000000', 'cc01',
      'cd0001', 'ce00000001', 'cf0000000000000001', 'd0ff', 'd1ffff', 'd2ffffffff', 'd3ffffffffffffffff', 'd442ff',
      'd542ffff', 'd642ffffffff', `d742${'ff'.repeat(8)}`, `d842${'ff'.repeat(16)}`, 'd90161', 'da000161',
      'db0000000161', 'dc000101', 'dd0000000101', 'de00010101', 'df000000010101', 'e0', 'ff',
    ];
    const sizes: number[] = [];
    const codec = { pack: () => Buffer.alloc(0), unpack: ({ length }: Uint8Array) => sizes.push(length) };
    expect(decoded(messagePack({ codec }), Buffer.from(types.join(''), 'hex'))).to.have.length(types.length);
    expect(sizes).to.deep.equal(types.map(({ length }) => length / 2));
  });

  it('refuses the type byte that MessagePack does not use', () => {
    expect(codeOf(() => decoded(messagePack(), Buffer.from([0xc1])))).to.equal('TT_BAD_FRAME');
  });

  it('goes on behind a value that cannot be unpacked', () => {
    const decoder = messagePack().decoder();
    decoder.push(Buffer.concat([Buffer.alloc(60_000, 0x91), Buffer.from([1, 2])]));
    expect(codeOf(() => decoder.next())).to.equal('TT_BAD_FRAME');
    expect(decoder.next()).to.equal(2);
  });

  it('does not wait for as many values as an array says', () => {
    const decoder = messagePack({ max: 100 }).decoder();
    decoder.push(Buffer.from([0xdd, 0xff, 0xff, 0xff, 0xff]));
    expect(codeOf(() => decoder.next())).to.equal('TT_FRAME_TOO_LONG');
  });

  it('says what to install where msgpackr is missing', () => {
    const folder = mkdtempSync(join(tmpdir(), 'no-msgpackr-'));
    try {
      const error = errorOf(() => loadCodec(pathToFileURL(join(folder, 'any.js')).href));
      expect(error?.code).to.equal('TT_NEEDS_PACKAGE');
      expect(error?.message).to.include('npm install msgpackr');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('custom()', () => {
  const never = { size: () => undefined };

  it('gives a decoder that tells how many bytes it has seen before', () => {
    const seen: number[] = [];
    const framing = custom({
      size: (bytes, before) => {
        seen.push(before);
        return bytes.length < 4 ? undefined : 4;
      },
    });
    const decoder = framing.decoder();
    for (const byte of 'abcdef') {
      decoder.push(Buffer.from(byte));
      decoder.next();
    }
    expect(seen).to.deep.equal([0, 1, 2, 3, 0, 1]);
  });

  for (const size of [0, -1, 1.5, NaN, '3']) {
    it(`reads no further where size() gives ${JSON.stringify(size)}`, () => {
      const error = errorOf(() => decoded(custom({ size: () => size as number }), 'abc'));
      expect(error?.code).to.equal('TT_BAD_FRAME');
      expect(error?.message).to.include('size() gave');
    });
  }

  it('tells what size() or read() threw, with the cause', () => {
    const cause = new Error('cannot');
    const thrower = () => {
      throw cause;
    };
    for (const framing of [custom({ size: thrower }), custom({ size: () => 1, read: thrower })]) {
      const error = errorOf(() => decoded(framing, 'abc'));
      expect(error?.code).to.equal('TT_BAD_FRAME');
      expect(error?.cause).to.equal(cause);
    }
  });

  it('goes on behind a frame that read() refuses', () => {
    const framing = custom({
      size: () => 1,
      read: (bytes) => {
        if (bytes[0] === 33) throw new Error('no');
        return bytes.toString();
      },
    });
    const decoder = framing.decoder();
    decoder.push(Buffer.from('a!b'));
    expect(decoder.next()).to.equal('a');
    expect(codeOf(() => decoder.next())).to.equal('TT_BAD_FRAME');
    expect(decoder.next()).to.equal('b');
  });

  it('keeps no more than max bytes of a frame whose size is not known', () => {
    const decoder = custom({ ...never, max: 10, onTooLong: 'skip' }).decoder();
    decoder.push(Buffer.alloc(10));
    expect(decoder.next()).to.equal(undefined);
    decoder.push(Buffer.alloc(1));
    expect(codeOf(() => decoder.next())).to.equal('TT_FRAME_TOO_LONG');
  });
});

describe('the options of a framing', () => {
  for (const [what, made] of Object.entries({
    'max of 0': () => lines({ max: 0 }),
    'max without a bound': () => lines({ max: Infinity }),
    'an encoding that is none': () => lines({ encoding: 'utf16' as 'utf8' }),
    'an option that is none': () => lines({ limit: 5 } as object),
    'an empty delimiter': () => delimited({ delimiter: '' }),
    'no size': () => fixed({} as { size: number }),
    'a varint that counts itself': () => lengthPrefixed({ bytes: 'varint', headerCounted: true }),
    'a length of 5 bytes': () => lengthPrefixed({ bytes: 5 as 4 }),
    'a part of a byte before it': () => lengthPrefixed({ before: 0.5 }),
    'a size that is no function': () => custom({ size: 4 as unknown as () => number }),
  })) {
    it(`are refused at once: ${what}`, () => {
      expect(codeOf(made)).to.equal('TT_BAD_OPTION');
    });
  }
});
