import { expect } from 'chai';
import {
  fields,
  i16,
  i32,
  i8,
  lengthPrefixed,
  listOf,
  mapFrames,
  type PacketField,
  type PacketKinds,
  packets,
  type PacketsOptions,
  rest,
  sized,
  sizedText,
  u16,
  u16le,
  u32,
  u32le,
  u64,
  u8,
  zeroEnded,
} from '../../src/framing/index.js';
import { checkFraming } from '../../src/testing/index.js';
import { codeOf, errorOf } from './support/decoded.js';

const pair = fields({ name: zeroEnded, value: zeroEnded });
const tftp = packets({
  name: 'TFTP',
  kind: u16,
  kinds: {
    read: [1, { name: zeroEnded, mode: zeroEnded, options: listOf(pair) }],
    data: [3, { block: u16, data: rest }],
    ack: [4, { block: u16 }],
  },
});

/** One field as a packet of its own, and its bytes. */
function bytesOf<T>(field: PacketField<T>, value: T): string {
  const one = packets({ kind: u8, kinds: { it: [7, { value: field as PacketField<unknown> }] } });
  const bytes = one.encode({ kind: 'it', value });
  expect(one.codec.read(bytes)).to.deep.equal({ kind: 'it', value });
  return bytes.subarray(1).toString('hex');
}

describe('packets', () => {
  it('are read by their kind, field by field', () => {
    expect(tftp.codec.read(Buffer.from('\0\x01a.txt\0octet\0blksize\x001024\0tsize\x000\0'))).to.deep.equal({
      kind: 'read',
      name: 'a.txt',
      mode: 'octet',
      options: [
        { name: 'blksize', value: '1024' },
        { name: 'tsize', value: '0' },
      ],
    });
    expect(tftp.codec.read(Buffer.from([0, 3, 1, 2, 9, 8]))).to.deep.equal({
      kind: 'data',
      block: 0x102,
      data: Buffer.from([9, 8]),
    });
  });

  it('are written as they are read', () => {
    expect(tftp.encode({ kind: 'ack', block: 0xfffe })).to.deep.equal(Buffer.from([0, 4, 255, 254]));
    const large = Buffer.alloc(5_000, 7);
    expect(tftp.codec.read(tftp.encode({ kind: 'data', block: 1, data: large }))).to.deep.equal({
      kind: 'data',
      block: 1,
      data: large,
    });
  });

  it('have numbers of all sizes, with the high byte first or last', () => {
    expect(bytesOf(u8, 200)).to.equal('c8');
    expect(bytesOf(u16, 0x1234)).to.equal('1234');
    expect(bytesOf(u32, 0x12345678)).to.equal('12345678');
    expect(bytesOf(u16le, 0x1234)).to.equal('3412');
    expect(bytesOf(u32le, 0x12345678)).to.equal('78563412');
    expect(bytesOf(i8, -2)).to.equal('fe');
    expect(bytesOf(i16, -2)).to.equal('fffe');
    expect(bytesOf(i32, -2)).to.equal('fffffffe');
    expect(bytesOf(u64, 0x1234567890abcdefn)).to.equal('1234567890abcdef');
  });

  it('have texts, bytes and lists, whose ends are told in one of several ways', () => {
    expect(bytesOf(zeroEnded, 'hé')).to.equal('68c3a900');
    expect(bytesOf(sizedText(u8), 'hé')).to.equal('0368c3a9');
    expect(bytesOf(sized(2), Buffer.from([1, 2]))).to.equal('0102');
    expect(bytesOf(sized(u16), Buffer.from([1, 2]))).to.equal('00020102');
    expect(bytesOf(listOf(u16), [1, 2])).to.equal('00010002');
    expect(bytesOf(listOf(u8, u8), [])).to.equal('00');
    expect(bytesOf(listOf(pair, u8), [{ name: 'a', value: 'b' }])).to.equal('0161006200');
  });

  it('may have fields of your own', () => {
    const flag: PacketField<boolean> = {
      read: (from) => from.take(1)[0] === 1,
      write: (to, value) => to.put(Buffer.from([value ? 1 : 0])),
    };
    expect(bytesOf(flag, true)).to.equal('01');
  });

  for (const [what, bytes, problem] of [
    ['nothing', '', 'it ends 2 bytes too early'],
    ['half a number', '00', 'it ends 1 bytes too early'],
    ['a kind that is not known', '0009', 'a packet of the kind 9 is not known'],
    ['a field that is cut', '000401', 'it ends 1 bytes too early'],
    ['bytes behind its end', '0004000100', 'ack has 1 bytes too many'],
    ['a text without its end', '0001612e', 'a text has no byte 0 at its end'],
    ['half of a pair', '0001610062006300', 'a text has no byte 0 at its end'],
  ] as const)
    it(`are not ${what}`, () => {
      const decoder = tftp.decoder();
      decoder.push(Buffer.from(bytes, 'hex'));
      decoder.end();
      const error = errorOf(() => decoder.next());
      expect(error?.code).to.equal('TT_BAD_FRAME');
      expect(error?.details).to.include({ framing: 'TFTP', problem });
      expect([decoder.broken, decoder.next()]).to.deep.equal([false, undefined]);
    });

  it('never read beyond the count that a peer has sent', () => {
    const lists = packets({
      kind: u8,
      kinds: { list: [1, { all: listOf(u32, u32) }], none: [2, { all: listOf(sized(0), u32) }] },
    });
    expect(() => lists.codec.read(Buffer.from('01ffffffff00000001', 'hex'))).to.throw('too early');
    // Four thousand million values without a byte.
    expect(() => lists.codec.read(Buffer.from('02ffffffff', 'hex'))).to.throw('values without a byte');
  });

  it('are read in any place of their bytes without another error', () => {
    const whole = tftp.encode({ kind: 'read', name: 'a', mode: 'b', options: [{ name: 'c', value: 'd' }] });
    for (let size = 0; size < whole.length; size++)
      for (let value = 0; value < 256; value += 51) {
        const decoder = tftp.decoder();
        decoder.push(Buffer.concat([whole.subarray(0, size), Buffer.from([value])]));
        decoder.end();
        expect(codeOf(() => decoder.next())).to.be.oneOf([undefined, 'TT_BAD_FRAME']);
      }
  });

  for (const [what, packet, problem] of [
    ['a kind that is not known', { kind: 'put' }, 'a packet of the kind "put" is not known'],
    ['a field that is not there', { kind: 'ack' }, 'it needs "block"'],
    ['a number that is too large', { kind: 'ack', block: 65_536 }, 'out of range'],
    ['a number that is none', { kind: 'ack', block: NaN }, 'NaN is no whole number'],
    ['a part of a number', { kind: 'ack', block: 1.5 }, '1.5 is no whole number'],
    ['a text where bytes are wanted', { kind: 'data', block: 1, data: 'abc' }, 'must be bytes'],
    ['a byte 0 in a text', { kind: 'read', name: 'a\0b', mode: '', options: [] }, 'has one in its middle'],
    ['too many bytes', { kind: 'data', block: 1, data: Buffer.alloc(65_536) }, '"max" is 65536'],
  ] as const)
    it(`are not written with ${what}`, () => {
      const error = errorOf(() => tftp.encode(packet as never));
      expect(error?.code).to.equal('TT_FRAME_NOT_ENCODED');
      expect(error?.message).to.include(problem);
    });

  it('are bounded: a longer one is too long, and what comes of it is not kept', () => {
    const decoder = packets({ kind: u8, max: 4, kinds: { it: [1, { rest }] } }).decoder();
    decoder.push(Buffer.alloc(3));
    decoder.push(Buffer.alloc(2));
    expect(codeOf(() => decoder.next())).to.equal('TT_FRAME_TOO_LONG');
    expect(decoder.broken).to.equal(true);
    expect(codeOf(() => decoder.next())).to.equal('TT_FRAME_TOO_LONG');
  });

  it('lie in a stream with another framing around them', () => {
    const framed = mapFrames(lengthPrefixed({ bytes: 1, max: 20 }), tftp.codec);
    checkFraming(framed, [
      { kind: 'ack', block: 7 },
      { kind: 'data', block: 1, data: Buffer.alloc(0) },
      { kind: 'read', name: 'a', mode: 'b', options: [] },
    ]);
  });

  for (const [what, options] of [
    ['no kinds', { kind: u8, kinds: {} }],
    ['two kinds of one number', { kind: u8, kinds: { a: [1, {}], b: [1, {}] } }],
    ['a field that has the name of the kind', { kind: u8, kinds: { a: [1, { kind: u8 }] } }],
    ['a field that is none', { kind: u8, kinds: { a: [1, { block: 'u8' }] } }],
    ['a number that is none', { kind: u8, kinds: { a: ['1', {}] } }],
    ['no field for the kind', { kinds: { a: [1, {}] } }],
    ['an option that is none', { kind: u8, kinds: { a: [1, {}] }, size: 1 }],
  ] as const)
    it(`refuse ${what}`, () => {
      expect(codeOf(() => packets(options as unknown as PacketsOptions<PacketKinds>))).to.equal('TT_BAD_OPTION');
    });
});
