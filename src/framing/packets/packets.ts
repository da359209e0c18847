import * as v from 'valibot';
import { count, parseOptions, text } from '../../core/options/option-schema.js';
import { notEncoded } from '../encoding.js';
import type { Framing } from '../framing.js';
import { PacketDecoder } from './packet-decoder.js';
import { type PacketField, type ValuesOf, isField } from './packet-fields.js';
import { type PacketKinds, PacketTable, areKinds } from './packet-table.js';

/** A packet: its kind, and the values of its fields. */
export type PacketOf<Kinds extends PacketKinds> = {
  readonly [Kind in keyof Kinds & string]: { readonly kind: Kind } & ValuesOf<Kinds[Kind][1]>;
}[keyof Kinds & string];

export const packetsSchema = v.strictObject({
  /** Its name in errors. */
  name: v.optional(text, 'packets()'),
  /** The most bytes of a packet. */
  max: v.optional(count(1), 65_536),
  /** The field that each packet begins with, a number: of what kind it is. */
  kind: v.custom<PacketField<number>>(isField, 'must be a field, such as u16'),
  /** The kinds that there are, by name: `{ ack: [4, { block: u16 }] }`. */
  kinds: v.custom<PacketKinds>(areKinds, 'must be kinds such as { ack: [4, { block: u16 }] }'),
});

/** Options of {@link packets}. */
export interface PacketsOptions<Kinds extends PacketKinds> {
  /** Its name in errors. Default: `packets()`. */
  readonly name?: string | undefined;
  /** The most bytes of a packet. Default: 65,536. */
  readonly max?: number | undefined;
  /** The field that each packet begins with: of what kind it is. */
  readonly kind: PacketField<number>;
  /** The kinds that there are, by name: the number that tells one, and its fields in their order. */
  readonly kinds: Kinds;
}

/** A framing whose frames are packets, of which each datagram is one. */
export interface Packets<Packet> extends Framing<Packet> {
  /** For packets in a stream: `mapFrames(lengthPrefixed(), packets.codec)`. */
  readonly codec: {
    readonly name: string;
    /** @throws {Error} where the bytes are no packet. */
    read(this: void, bytes: Buffer): Packet;
    /** @throws {TaskTonicError} `TT_FRAME_NOT_ENCODED` */
    write(this: void, packet: Packet): Buffer;
  };
}

/**
 * The binary packets of a protocol, said as a table: how each kind of them is told, and which fields it has. A datagram is one packet; bytes that are none, or
 * more than one, are `TT_BAD_FRAME`.
 *
 * ```ts
 * const tftp = packets({ kind: u16, kinds: { data: [3, { block: u16, data: rest }], ack: [4, { block: u16 }] } });
 * class Transfer extends UdpSession.with({ framing: tftp }) { ... this.sendFrame({ kind: 'ack', block: 1 }); }
 * ```
 *
 * @throws {TaskTonicError} `TT_BAD_OPTION`
 */
export function packets<const Kinds extends PacketKinds>(options: PacketsOptions<Kinds>): Packets<PacketOf<Kinds>> {
  const { name, max, kind, kinds } = parseOptions(packetsSchema, options, 'packets()');
  type Packet = PacketOf<Kinds>;
  const table = new PacketTable(kind, kinds, 'packets()');
  const write = (packet: Packet): Buffer => {
    const bytes = writtenBy(name, () => table.write(packet));
    if (bytes.length > max) throw notEncoded(name, `it has ${bytes.length} bytes, and "max" is ${max}`);
    return bytes;
  };
  const codec = { name, read: (bytes: Buffer) => table.read(bytes) as Packet, write };
  return { name, max, codec, encode: write, decoder: () => new PacketDecoder(codec, max) };
}

function writtenBy(name: string, write: () => Buffer): Buffer {
  try {
    return write();
  } catch (thrown) {
    throw notEncoded(name, thrown instanceof Error ? thrown.message : String(thrown), thrown);
  }
}
