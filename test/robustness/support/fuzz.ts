import { type Socket, connect } from 'node:net';

/** Numbers by chance, the same ones for a seed (mulberry32). */
export class Chance {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** From 0 to less than `below`. */
  below(below: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  }

  one<T>(of: readonly T[]): T {
    return of[this.below(of.length)]!;
  }

  bytes(size: number): Buffer {
    const bytes = Buffer.allocUnsafe(size);
    for (let at = 0; at < size; at++) bytes[at] = this.below(256);
    return bytes;
  }
}

/** The longest piece of garbage. */
const LONGEST = 16_384;

/** What a hostile peer sends: garbage, the beginning of a real exchange, or one that has been tampered with. */
export function hostileInput(chance: Chance, exchange: Buffer): Buffer {
  switch (chance.below(8)) {
    case 0:
      return chance.bytes(1 + chance.below(LONGEST));
    case 1:
      return chance.bytes(1 + chance.below(64));
    case 2:
      return exchange.subarray(0, chance.below(exchange.length));
    case 3:
      return Buffer.concat([
        exchange.subarray(0, chance.below(exchange.length)),
        chance.bytes(1 + chance.below(LONGEST)),
      ]);
    case 4:
      // One byte over and over: a length, a sign or a letter that never ends.
      return Buffer.alloc(1 + chance.below(4 * LONGEST), chance.below(256));
    default:
      return tampered(chance, exchange);
  }
}

/** Some bytes are others, are missing, or stand there twice. */
function tampered(chance: Chance, exchange: Buffer): Buffer {
  let bytes = Buffer.from(exchange);
  for (let times = 1 + chance.below(4); times > 0 && bytes.length > 0; times--) {
    const at = chance.below(bytes.length);
    const size = 1 + chance.below(Math.min(32, bytes.length - at));
    const [before, piece, after] = [bytes.subarray(0, at), bytes.subarray(at, at + size), bytes.subarray(at + size)];
    switch (chance.below(5)) {
      case 0:
        bytes[at]! ^= 1 << chance.below(8);
        break;
      case 1:
        bytes[at] = chance.one([0, 0x7f, 0x80, 0xff]);
        break;
      case 2:
        bytes = Buffer.concat([before, after]);
        break;
      case 3:
        bytes = Buffer.concat([before, piece, piece, after]);
        break;
      default:
        bytes = Buffer.concat([before, chance.bytes(size), after]);
    }
  }
  return bytes;
}

/** Sends bytes in pieces on a connection of its own, and leaves. Resolves when that is closed. */
export async function attack(port: number, bytes: Buffer, chance: Chance): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    socket.on('error', () => {});
    socket.on('close', () => resolve());
    socket.on('connect', () => send(socket, bytes, chance));
    socket.resume();
  });
}

function send(socket: Socket, bytes: Buffer, chance: Chance): void {
  for (let at = 0; at < bytes.length;) {
    const size = 1 + chance.below(chance.one([8, 600, 40_000]));
    socket.write(bytes.subarray(at, at + size));
    at += size;
    // Small pieces are few: each is a packet.
    if (chance.below(16) === 0) {
      socket.write(bytes.subarray(at));
      break;
    }
  }
  if (chance.below(10) === 0) socket.resetAndDestroy();
  else socket.end();
}

/** What one that means well gets for what it sends. */
export async function exchanged(port: number, bytes: Buffer, size: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1' });
    const chunks: Buffer[] = [];
    let got = 0;
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      if ((got += chunk.length) >= size) socket.end();
    });
    socket.on('error', reject);
    socket.on('close', () => resolve(Buffer.concat(chunks)));
    socket.write(bytes);
  });
}
