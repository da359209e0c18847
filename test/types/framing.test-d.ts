// Checked by `tsc -p tsconfig.json`, never run: what the compiler must refuse stands under @ts-expect-error, and all else
// must pass.
import {
  custom,
  type Decoder,
  delimited,
  fields,
  fixed,
  type Framing,
  jsonLines,
  lengthPrefixed,
  lines,
  listOf,
  mapFrames,
  messagePack,
  netstrings,
  packets,
  respCommands,
  rest,
  u16,
  u64,
  zeroEnded,
} from '../../src/framing/index.js';
import { checkFraming } from '../../src/testing/index.js';

interface Price {
  readonly symbol: string;
  readonly price: number;
}

export function texts(): readonly (string | undefined)[] {
  const decoder: Decoder<string> = lines().decoder();
  const framings: readonly Framing<string>[] = [
    lines({ max: 5, onTooLong: 'skip' }),
    lines({ encoding: 'latin1' }),
    delimited({ delimiter: '\0', encoding: 'ascii' }),
    fixed({ size: 3, encoding: 'utf8' }),
    lengthPrefixed({ bytes: 'varint', encoding: 'utf8' }),
    netstrings({ encoding: 'utf8' }),
  ];
  return [decoder.next(), ...framings.map((framing) => framing.decoder().next())];
}

export function bytes(): readonly (Buffer | undefined)[] {
  const framings: readonly Framing<Buffer, Uint8Array | string>[] = [
    lines({ encoding: 'buffer' }),
    delimited({ delimiter: Uint8Array.of(0) }),
    fixed({ size: 3 }),
    lengthPrefixed({ bytes: 2, endian: 'little', headerCounted: true }),
    netstrings(),
  ];
  return framings.map((framing) => framing.decoder().next());
}

export function values(): void {
  const prices: Framing<Price> = jsonLines<Price>();
  const packed: Price | undefined = messagePack<Price>({ max: 1_000 }).decoder().next();
  const own: Framing<Price> = custom<Price>({
    size: (all, seen) => (all.length > seen ? 4 : undefined),
    read: (frame) => ({ symbol: frame.toString(), price: 1 }),
    write: ({ symbol }) => symbol,
  });
  const plain: Framing<Buffer> = custom({ size: () => 4 });
  const rest: Buffer = prices.decoder().takeBuffered();
  const sent: Buffer = own.encode({ symbol: 'A', price: 1 });
  void [packed, plain, rest, sent];
  checkFraming(prices, [{ symbol: 'A', price: 1 }]);
  checkFraming(lines({ lastWithoutEnd: true }), ['a'], { lastWithoutEnd: true, seed: 5 });

  // @ts-expect-error a price has no name
  prices.encode({ name: 'A' });
  // @ts-expect-error lines are texts
  lines().encode(Buffer.from('a'));
  // @ts-expect-error an encoding that does not exist
  lines({ encoding: 'utf16le' });
  // @ts-expect-error lines() has no delimiter
  lines({ delimiter: ';' });
  // @ts-expect-error which delimiter?
  delimited({});
  // @ts-expect-error which size?
  fixed();
  // @ts-expect-error a length of 5 bytes
  lengthPrefixed({ bytes: 5 });
  // @ts-expect-error a length counts nothing, itself or all
  lengthPrefixed({ headerCounted: 'some' });
  const numbers: Framing<number> = mapFrames(lines(), { read: (line: string) => Number(line), write: String });
  // @ts-expect-error write must give what the framing sends
  mapFrames(lines(), { read: (line: string) => Number(line), write: (value: number) => value });
  // @ts-expect-error read hears what the framing hears
  mapFrames(lines(), { read: (bytes: Buffer) => bytes[0], write: String });
  void numbers;
  // @ts-expect-error a frame of another type
  checkFraming(lines(), [5]);
  // @ts-expect-error size tells a number
  custom({ size: () => '4' });
}

export function commands(): void {
  const framing = respCommands({ encoding: 'latin1' });
  const words: string[] | undefined = framing.decoder().next();
  const bytes: Buffer[] | undefined = respCommands({ encoding: 'buffer' }).decoder().next();
  framing.encode(['a', 1, 2n, null, { status: 'OK' }, [{ error: 'ERR' }]]);
  // @ts-expect-error RESP2 has no booleans
  framing.encode(true);
  // @ts-expect-error a status is a text
  framing.encode({ status: 1 });
  void [words, bytes];
}

export function binary(): void {
  const framing = packets({
    kind: u16,
    kinds: {
      data: [3, { block: u16, data: rest }],
      names: [7, { all: listOf(fields({ name: zeroEnded, size: u64 })) }],
    },
  });
  const packet = framing.codec.read(Buffer.alloc(0));
  if (packet.kind === 'data') {
    const both: [number, Buffer] = [packet.block, packet.data];
    void both;
    // @ts-expect-error of another kind
    void packet.all;
  } else {
    const sizes: bigint[] = packet.all.map(({ size }) => size);
    void sizes;
  }
  framing.encode({ kind: 'data', block: 1, data: Buffer.alloc(0) });
  // @ts-expect-error a kind that there is not
  framing.encode({ kind: 'ack', block: 1 });
  // @ts-expect-error which block?
  framing.encode({ kind: 'data', data: Buffer.alloc(0) });
  // @ts-expect-error a text is no bytes
  framing.encode({ kind: 'data', block: 1, data: 'abc' });
  // @ts-expect-error the kind is a number
  packets({ kind: zeroEnded, kinds: { data: [3, {}] } });
  // @ts-expect-error which number?
  packets({ kind: u16, kinds: { data: { block: u16 } } });
}
