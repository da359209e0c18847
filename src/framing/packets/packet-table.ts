import { badOption } from '../../core/options/option-problem.js';
import { written } from '../../core/options/written.js';
import { PacketReader, PacketWriter } from './packet-bytes.js';
import { type PacketField, type PacketFields, fields as fieldsOf, isField } from './packet-fields.js';

/** The kinds of packets of a protocol, by their names: the number that tells one, and its fields. */
export type PacketKinds = Readonly<Record<string, readonly [code: number, fields: PacketFields]>>;

/** A packet of any protocol. */
export interface AnyPacket {
  readonly kind: string;
  readonly [field: string]: unknown;
}

interface Kind {
  readonly name: string;
  readonly code: number;
  readonly fields: PacketField<Readonly<Record<string, unknown>>>;
}

/** What a protocol's packets are, by their numbers and by their names. */
export class PacketTable {
  readonly #kind: PacketField<number>;
  readonly #byCode = new Map<number, Kind>();
  readonly #byName = new Map<string, Kind>();

  /** @throws {TaskTonicError} `TT_BAD_OPTION` where two kinds could not be told apart. */
  constructor(kind: PacketField<number>, kinds: PacketKinds, of: string) {
    this.#kind = kind;
    for (const [name, [code, fields]] of Object.entries(kinds)) {
      const same = this.#byCode.get(code);
      if (same !== undefined) throw badOption(of, 'kinds', `${same.name} and ${name} are both ${code}`);
      if ('kind' in fields) throw badOption(of, 'kinds', `${name} has a field "kind", which is its name`);
      const one: Kind = { name, code, fields: fieldsOf(fields) };
      this.#byCode.set(code, one);
      this.#byName.set(name, one);
    }
  }

  read(bytes: Buffer): AnyPacket {
    const from = new PacketReader(bytes);
    const code = this.#kind.read(from);
    const kind = this.#byCode.get(code);
    if (kind === undefined) throw new Error(`a packet of the kind ${code} is not known`);
    const packet = { kind: kind.name, ...kind.fields.read(from) };
    if (from.left > 0) throw new Error(`${kind.name} has ${from.left} bytes too many`);
    return packet;
  }

  write(packet: AnyPacket): Buffer {
    const kind = this.#byName.get(packet.kind);
    if (kind === undefined) throw new Error(`a packet of the kind ${written(packet.kind)} is not known`);
    const to = new PacketWriter();
    this.#kind.write(to, kind.code);
    kind.fields.write(to, packet);
    return to.bytes;
  }
}

/** Whether it has the form of kinds. */
export function areKinds(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Object.keys(value).length === 0) return false;
  return Object.values(value).every((kind: unknown) => {
    const [code, fields] = Array.isArray(kind) ? (kind as unknown[]) : [];
    if (!Number.isInteger(code) || typeof fields !== 'object' || fields === null) return false;
    return Object.values(fields).every(isField);
  });
}
