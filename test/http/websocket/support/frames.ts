/** Frames as a hostile or careful peer writes them, byte by byte: no library has a say in it (RFC 6455, 5.2). */
export interface Written {
  readonly fin?: boolean;
  /** Reserved bits: 4, 2, 1. */
  readonly rsv?: number;
  readonly opcode: number;
  readonly payload?: string | Buffer;
  readonly masked?: boolean;
  /** What is said of the length, where that is not true. */
  readonly length?: number;
}

export const [CONTINUATION, TEXT, BYTES, CLOSE, PING, PONG] = [0, 1, 2, 8, 9, 10] as const;

const MASK = Buffer.from([0x37, 0xfa, 0x21, 0x3d]);

export function frame({ fin = true, rsv = 0, opcode, payload = '', masked = true, length }: Written): Buffer {
  const data = Buffer.from(payload as string);
  const said = length ?? data.length;
  const head = [(fin ? 0x80 : 0) | (rsv << 4) | opcode];
  const flag = masked ? 0x80 : 0;
  if (said < 126) head.push(flag | said);
  else if (said < 65_536) head.push(flag | 126, said >> 8, said & 0xff);
  else {
    const long = Buffer.alloc(8);
    long.writeBigUInt64BE(BigInt(said));
    head.push(flag | 127, ...long);
  }
  if (!masked) return Buffer.concat([Buffer.from(head), data]);
  const hidden = data.map((byte, at) => byte ^ MASK[at % 4]!);
  return Buffer.concat([Buffer.from(head), MASK, hidden]);
}

export const text = (payload: string, fin = true): Buffer => frame({ opcode: TEXT, payload, fin });
export const bytes = (payload: Buffer, fin = true): Buffer => frame({ opcode: BYTES, payload, fin });
export const more = (payload: string | Buffer, fin = true): Buffer => frame({ opcode: CONTINUATION, payload, fin });
export const ping = (payload: string | Buffer = ''): Buffer => frame({ opcode: PING, payload });
export const pong = (payload: string | Buffer = ''): Buffer => frame({ opcode: PONG, payload });
export const close = (code?: number, reason: string | Buffer = ''): Buffer =>
  frame({ opcode: CLOSE, payload: code === undefined ? '' : closing(code, reason) });

export function closing(code: number, reason: string | Buffer = ''): Buffer {
  return Buffer.concat([Buffer.from([code >> 8, code & 0xff]), Buffer.from(reason as string)]);
}

/** A frame that has come. */
export interface Came {
  readonly fin: boolean;
  readonly rsv: number;
  readonly opcode: number;
  readonly masked: boolean;
  readonly payload: Buffer;
}

/** The frames in what has come, and how many bytes are left. */
export function framesIn(all: Buffer): { readonly frames: Came[]; readonly rest: number } {
  const frames: Came[] = [];
  let at = 0;
  while (all.length - at >= 2) {
    const short = all[at + 1]! & 0x7f;
    const masked = (all[at + 1]! & 0x80) !== 0;
    const head = 2 + (short === 126 ? 2 : short === 127 ? 8 : 0) + (masked ? 4 : 0);
    if (all.length - at < head) break;
    const length =
      short === 126 ? all.readUInt16BE(at + 2) : short === 127 ? Number(all.readBigUInt64BE(at + 2)) : short;
    if (all.length - at < head + length) break;
    const first = all[at]!;
    const payload = Buffer.from(all.subarray(at + head, at + head + length));
    if (masked) for (let n = 0; n < length; n++) payload[n]! ^= all[at + head - 4 + (n % 4)]!;
    frames.push({ fin: (first & 0x80) !== 0, rsv: (first >> 4) & 7, opcode: first & 15, masked, payload });
    at += head + length;
  }
  return { frames, rest: all.length - at };
}
