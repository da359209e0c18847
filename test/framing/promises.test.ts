import {
  custom,
  delimited,
  fixed,
  type Framing,
  jsonLines,
  lengthPrefixed,
  lines,
  messagePack,
  netstrings,
  respCommands,
} from '../../src/framing/index.js';
import { checkFraming } from '../../src/testing/index.js';

const TEXTS = ['hello', '', 'a b', 'ünïcödé 💡', 'x'.repeat(300), '', 'the end'];
const PLAIN = ['hello', '', 'a b', 'x'.repeat(300), 'the end'];
const LATIN = ['été', '', '\xff\x80\0', 'x'.repeat(300)];
const BYTES = [Buffer.from('hello'), Buffer.alloc(0), Buffer.from([0, 255, 13, 10, 0x80]), Buffer.alloc(700, 1)];
const VALUES = [{ a: 1, b: ['x', null, true] }, 'text\nwith a line feed', 0, -1.5, [], { deep: [[[{}]]] }, null];

/** Each framing with frames that it must bring back. */
const FRAMINGS: readonly (readonly [what: string, framing: Framing<unknown, any>, frames: readonly unknown[]])[] = [
  ['lines', lines(), TEXTS],
  ['lines that end with CR and LF', lines({ end: '\r\n' }), TEXTS],
  ['lines in latin1', lines({ encoding: 'latin1' }), LATIN],
  ['lines in ascii', lines({ encoding: 'ascii', end: '\r\n' }), PLAIN],
  ['lines as bytes', lines({ encoding: 'buffer', end: '\r\n' }), PLAIN.map((text) => Buffer.from(text))],
  ['short lines', lines({ max: 8, onTooLong: 'skip' }), ['12345678', 'éééé', '', '\r1\r2']],
  ['delimited with a byte', delimited({ delimiter: '\0' }), [Buffer.from('a'), Buffer.alloc(0), Buffer.from('b\n')]],
  ['delimited with several bytes', delimited({ delimiter: '\r\n\r\n', encoding: 'utf8' }), ['a\r\nb', '', '\rc', 'é']],
  ['delimited with a delimiter that overlaps', delimited({ delimiter: 'aab', encoding: 'utf8' }), ['', 'ab', 'xaax']],
  ['fixed', fixed({ size: 3, encoding: 'latin1' }), ['abc', '\n\n\n', '\xff\0\xff']],
  ['fixed bytes', fixed({ size: 1 }), ['a', 'b']],
  ...([1, 2, 4, 8] as const).flatMap((bytes) =>
    (['big', 'little'] as const).flatMap((endian) =>
      [false, true].map(
        (headerCounted) =>
          [
            `prefixed with a length of ${bytes}, ${endian}${headerCounted ? ', which counts itself' : ''}`,
            lengthPrefixed({ bytes, endian, headerCounted }),
            bytes === 1 ? BYTES.slice(0, 3) : BYTES,
          ] as const,
      ),
    ),
  ),
  ['prefixed with a varint', lengthPrefixed({ bytes: 'varint' }), BYTES],
  ['prefixed texts', lengthPrefixed({ encoding: 'utf8', max: 1_200 }), TEXTS],
  ['prefixed, long ones left out', lengthPrefixed({ bytes: 2, max: 700, onTooLong: 'skip' }), BYTES],
  ['netstrings', netstrings(), BYTES],
  ['netstrings of texts', netstrings({ encoding: 'utf8', max: 400, onTooLong: 'close' }), TEXTS],
  ['lines of JSON', jsonLines(), VALUES],
  ['MessagePack', messagePack(), [...VALUES, Buffer.from('bytes'), 2 ** 40, 'x'.repeat(70_0), -200, 1e-300]],
  ['short MessagePack, long ones left out', messagePack({ max: 40, onTooLong: 'skip' }), VALUES],
  ['commands of RESP2', respCommands(), [['GET', 'ünïcödé 💡'], [''], ['SET', 'a b', 'x'.repeat(300)]]],
  ['commands in latin1', respCommands({ encoding: 'latin1', max: 90 }), [['GET', '\xff\r\n\0'], ['PING']]],
  ['commands as bytes', respCommands({ encoding: 'buffer', onTooLong: 'skip' }), [BYTES, [BYTES[2]]]],
  [
    'one of our own',
    custom<string>({
      size: (bytes, seen) => {
        const end = bytes.indexOf(';', seen);
        return end < 0 ? undefined : end + 1;
      },
      read: (bytes) => bytes.toString('utf8', 0, bytes.length - 1),
      write: (text) => `${text};`,
    }),
    ['a', '', 'é'],
  ],
  [
    'one of our own with a header',
    custom({ size: (bytes) => bytes[0]! + 1 }),
    [Buffer.from([0]), Buffer.from([2, 9, 9])],
  ],
];

describe('a framing', () => {
  for (const [what, framing, frames] of FRAMINGS) {
    it(`holds what it promises: ${what}`, () => {
      checkFraming(framing, frames);
    });
  }

  it('holds it with a last line without an end', () => {
    checkFraming(lines({ lastWithoutEnd: true }), TEXTS, { lastWithoutEnd: true });
    checkFraming(jsonLines({ lastWithoutEnd: true }), ['a', [1, 2]], { lastWithoutEnd: true });
    checkFraming(delimited({ delimiter: '--', lastWithoutEnd: true }), ['a', 'b-'].slice(0, 1), {
      lastWithoutEnd: true,
    });
  });
});
