import { written } from '../../core/options/written.js';
import type { PacketReader, PacketWriter } from './packet-bytes.js';

/** How one value lies in a packet. One of your own is an object with these two methods. */
export interface PacketField<T> {
  /** Takes the value off the packet. @throws {Error} where there is none. */
  read(this: void, from: PacketReader): T;
  /** @throws {Error} where it cannot be written. */
  write(this: void, to: PacketWriter, value: T): void;
}

/** The value of a field. */
export type ValueOf<F> = F extends PacketField<infer T> ? T : never;

/** Fields with their names, in their order. */
export type PacketFields = Readonly<Record<string, PacketField<unknown>>>;

/** The values of these. */
export type ValuesOf<Fields extends PacketFields> = { readonly [Name in keyof Fields]: ValueOf<Fields[Name]> };

type Bits = 'Int8' | 'Int16BE' | 'Int32BE' | 'UInt8' | 'UInt16BE' | 'UInt32BE' | 'UInt16LE' | 'UInt32LE';

function numberOf(size: number, bits: Bits): PacketField<number> {
  const [readIn, writeIn] = [`read${bits}`, `write${bits}`] as const;
  return {
    read: (from) => from.bytes[readIn](from.pass(size)),
    write(to, value) {
      if (!Number.isInteger(value)) throw new Error(`${written(value)} is no whole number`);
      const { bytes, at } = to.room(size);
      bytes[writeIn](value, at);
    },
  };
}

/** A whole number without a sign, of 8 bits. */
export const u8 = numberOf(1, 'UInt8');
/** Of 16 bits, the high byte first, as in most protocols of the Internet. */
export const u16 = numberOf(2, 'UInt16BE');
/** Of 32 bits, the high byte first. */
export const u32 = numberOf(4, 'UInt32BE');
/** Of 16 bits, the low byte first. */
export const u16le = numberOf(2, 'UInt16LE');
/** Of 32 bits, the low byte first. */
export const u32le = numberOf(4, 'UInt32LE');
/** With a sign, of 8 bits. */
export const i8 = numberOf(1, 'Int8');
/** With a sign, of 16 bits, the high byte first. */
export const i16 = numberOf(2, 'Int16BE');
/** With a sign, of 32 bits, the high byte first. */
export const i32 = numberOf(4, 'Int32BE');
/** Of 64 bits without a sign, the high byte first: a time of NTP. */
export const u64: PacketField<bigint> = {
  read: (from) => from.bytes.readBigUInt64BE(from.pass(8)),
  write(to, value) {
    const { bytes, at } = to.room(8);
    bytes.writeBigUInt64BE(value, at);
  },
};

/** All bytes that are left: a view of the packet. */
export const rest: PacketField<Buffer> = {
  read: (from) => from.take(from.left),
  write: (to, value) => to.put(value),
};

/** A text (UTF-8) that a byte 0 ends. */
export const zeroEnded: PacketField<string> = {
  read(from) {
    const end = from.bytes.indexOf(0, from.at);
    if (end < 0) throw new Error('a text has no byte 0 at its end');
    const text = from.take(end - from.at).toString();
    from.pass(1);
    return text;
  },
  write(to, value) {
    if (value.includes('\0')) throw new Error('a text that a byte 0 ends has one in its middle');
    to.put(Buffer.from(`${value}\0`));
  },
};

/** So many bytes, or as many as a number before them says: a view of the packet. */
export function sized(size: number | PacketField<number>): PacketField<Buffer> {
  return {
    read: (from) => from.take(typeof size === 'number' ? size : size.read(from)),
    write(to, value) {
      if (typeof size !== 'number') size.write(to, value.length);
      else if (value.length !== size) throw new Error(`${value.length} bytes are given for a field of ${size}`);
      to.put(value);
    },
  };
}

/** A text (UTF-8) whose bytes are counted by a number before it. */
export function sizedText(size: PacketField<number>): PacketField<string> {
  const bytes = sized(size);
  return {
    read: (from) => bytes.read(from).toString(),
    write: (to, value) => bytes.write(to, Buffer.from(value)),
  };
}

/** Values of one kind up to the end of the packet, or as many as a number before them says. */
export function listOf<T>(field: PacketField<T>, count?: PacketField<number>): PacketField<T[]> {
  return {
    read(from) {
      const values: T[] = [];
      const size = count?.read(from) ?? Infinity;
      while (values.length < size && (count !== undefined || from.left > 0)) {
        const { at } = from;
        values.push(field.read(from));
        // A count by a peer is no promise: one of fields that take no byte would be a list without an end.
        if (from.at === at) throw new Error('a list has values without a byte');
      }
      return values;
    },
    write(to, values) {
      count?.write(to, values.length);
      for (const value of values) field.write(to, value);
    },
  };
}

/** Fields in their order, as one: `listOf(fields({ name: zeroEnded, value: zeroEnded }))`. */
export function fields<const Fields extends PacketFields>(of: Fields): PacketField<ValuesOf<Fields>> {
  const all = Object.entries(of);
  return {
    read(from) {
      const values: Record<string, unknown> = {};
      for (const [name, field] of all) values[name] = field.read(from);
      return values as ValuesOf<Fields>;
    },
    write(to, values: Readonly<Record<string, unknown>>) {
      for (const [name, field] of all) {
        if (values[name] === undefined) throw new Error(`it needs "${name}"`);
        field.write(to, values[name]);
      }
    },
  };
}

/** Whether it has the form of a field. */
export function isField(value: unknown): boolean {
  const { read, write } = (value ?? {}) as Partial<PacketField<unknown>>;
  return typeof read === 'function' && typeof write === 'function';
}
