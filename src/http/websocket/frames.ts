import type { Sendable } from '../../core/asking/reply.js';
import type { FrameOptions, Ws } from './load-ws.js';

/** The opcodes of frames (RFC 6455, 5.2). */
export const OPCODES = { text: 1, bytes: 2, close: 8, ping: 9, pong: 10 } as const;
export type FrameKind = keyof typeof OPCODES;

type ByKind = Readonly<Record<FrameKind, FrameOptions>>;

function optionsFor(mask: boolean): ByKind {
  const kinds = Object.entries(OPCODES).map(([kind, opcode]) => [
    kind,
    { fin: true, rsv1: false, opcode, mask, readOnly: true },
  ]);
  return Object.fromEntries(kinds) as ByKind;
}

const OF_SERVER = optionsFor(false);
const OF_CLIENT = optionsFor(true);

/** An encoded frame: its parts, and its total size. */
export interface Frame {
  readonly parts: readonly Uint8Array[];
  readonly size: number;
}

/** Encodes a frame; frames of a client are masked. */
export function frameOf(ws: Ws, kind: FrameKind, payload: Uint8Array, isServer: boolean): Frame {
  const parts = ws.Sender.frame(payload, (isServer ? OF_SERVER : OF_CLIENT)[kind]) as Uint8Array[];
  return { parts, size: parts.length === 1 ? parts[0]!.length : parts[0]!.length + parts[1]!.length };
}

/**
 * The kind and the bytes of a message: strings are sent as text, everything else as bytes. A list is one message, which
 * is text if all its parts are.
 */
export function messageOf(data: Sendable): { readonly kind: 'text' | 'bytes'; readonly payload: Uint8Array } {
  if (typeof data === 'string') return { kind: 'text', payload: Buffer.from(data) };
  if (data instanceof Uint8Array) return { kind: 'bytes', payload: data };
  const isText = data.every((part) => typeof part === 'string');
  const payload = Buffer.concat(data.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)));
  return { kind: isText ? 'text' : 'bytes', payload };
}
