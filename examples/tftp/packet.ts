// Packets of TFTP (RFC 1350) and its options (RFC 2347 to 2349).

export const OP = { read: 1, write: 2, data: 3, ack: 4, error: 5, optionsAck: 6 } as const;
export const ERROR = { other: 0, notFound: 1, access: 2, illegal: 4, exists: 6 } as const;
const DATA_HEADER = 4;

/** What a client begins with. */
export interface Request {
  readonly writes: boolean;
  readonly name: string;
  readonly mode: string;
  /** As they were sent, by their names in lower case. */
  readonly options: ReadonlyMap<string, string>;
}

/** `undefined` for what is no request. */
export function readRequest(packet: Buffer): Request | undefined {
  const op = packet.length < 2 ? 0 : packet.readUInt16BE(0);
  if ((op !== OP.read && op !== OP.write) || packet.at(-1) !== 0) return undefined;
  const [name = '', mode = '', ...words] = packet.toString('utf8', 2, packet.length - 1).split('\0');
  const options = new Map<string, string>();
  for (let at = 0; at + 1 < words.length; at += 2) options.set(words[at]!.toLowerCase(), words[at + 1]!);
  return { writes: op === OP.write, name, mode: mode.toLowerCase(), options };
}

/** A block of data, or the acknowledgement of one; another packet is nothing of a transfer. */
export function readBlock(packet: Buffer, op: number): { readonly block: number; readonly data: Buffer } | undefined {
  if (packet.length < DATA_HEADER || packet.readUInt16BE(0) !== op) return undefined;
  return { block: packet.readUInt16BE(2), data: packet.subarray(DATA_HEADER) };
}

/** A packet that begins with two numbers: data, an acknowledgement, an error. */
export function packet(op: number, number: number, rest: Uint8Array | string = ''): Buffer {
  return Buffer.concat([Buffer.from([0, op, number >> 8, number & 255]), Buffer.from(rest as string, 'latin1')]);
}

export function errorPacket(code: number, text: string): Buffer {
  return packet(OP.error, code, `${text}\0`);
}

export function optionsAck(options: ReadonlyMap<string, string>): Buffer {
  const words = [...options].map((pair) => `${pair.join('\0')}\0`);
  return Buffer.concat([Buffer.from([0, OP.optionsAck]), Buffer.from(words.join(''), 'latin1')]);
}
