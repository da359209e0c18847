import { checksum } from './checksum.js';

// A file of a Store consists of a head and records. One write makes one record; an incomplete record is ignored.
//
//   head of the file: 0 "TTSTORE\n" · 8 u32 format · 12 u32 kind of file · 16 f64 version · 24 u32 zero
//                     28 u32 checksum of the bytes before
//   record:           0 u32 checksum of the rest · 4 u32 length of its text · 8 u8 kind, and three zeros
//                     12 u32 count · 16 f64 version · 24 its text
//
// The text is JSON, which never contains a zero byte, so no text can look like the head of a record.

const MAGIC = Buffer.from('TTSTORE\n');
/** The format that is written, and the newest format that can be read. */
export const FORMAT = 1;
export const FILE_HEAD = 32;
export const RECORD_HEAD = 24;

export const FileKind = { log: 1, snapshot: 2 } as const;
export type FileKind = (typeof FileKind)[keyof typeof FileKind];

export const RecordKind = {
  /** Batches: `[version, ops, version, ops, ...]`. `count` is the number of batches, `version` that of the last one. */
  batches: 1,
  /** A part of a snapshot: ops. `count` is its index, from 0. */
  piece: 2,
  /**
   * The end of a snapshot. `count` is the number of parts; `version` is the last version that they may contain a part
   * of.
   */
  end: 3,
} as const;
export type RecordKind = (typeof RecordKind)[keyof typeof RecordKind];

/**
 * Makes the head of a file. The version of a log is that of the last batch before it; the version of a snapshot is the
 * last one that it contains completely.
 */
export function fileHead(kind: FileKind, version: number): Buffer {
  const head = Buffer.alloc(FILE_HEAD);
  MAGIC.copy(head);
  head.writeUInt32LE(FORMAT, 8);
  head.writeUInt32LE(kind, 12);
  head.writeDoubleLE(version, 16);
  head.writeUInt32LE(checksum(head.subarray(0, 28)), 28);
  return head;
}

/** Reads the head of a file; only `format` if that is a newer one; `undefined` if it is damaged or no head. */
export function readFileHead(head: Buffer): { format: number; kind?: number; version?: number } | undefined {
  if (!head.subarray(0, MAGIC.length).equals(MAGIC)) return undefined;
  const format = head.readUInt32LE(8);
  if (format > FORMAT) return { format };
  if (format < FORMAT || checksum(head.subarray(0, 28)) !== head.readUInt32LE(28)) return undefined;
  return { format, kind: head.readUInt32LE(12), version: head.readDoubleLE(16) };
}

/** A record as it was found in a file. */
export interface Found {
  readonly kind: RecordKind;
  readonly count: number;
  readonly version: number;
  /** The position of the next record. */
  readonly end: number;
}

/** Writes the head of a record whose text is already in the buffer, after the space for the head. */
export function sealRecord(bytes: Buffer, kind: RecordKind, count: number, version: number): void {
  bytes.writeUInt32LE(bytes.length - RECORD_HEAD, 4);
  bytes.writeUInt32LE(kind, 8);
  bytes.writeUInt32LE(count, 12);
  bytes.writeDoubleLE(version, 16);
  bytes.writeUInt32LE(checksum(bytes.subarray(4)), 0);
}

/** The length of the text of the record whose head is at a position; `undefined` if no head can be there. */
export function textLength(bytes: Buffer, at: number): number | undefined {
  const kind = bytes.readUInt32LE(at + 8);
  return kind >= RecordKind.batches && kind <= RecordKind.end ? bytes.readUInt32LE(at + 4) : undefined;
}

/** Reads a record; `undefined` if its checksum is wrong. */
export function readRecord(bytes: Buffer, position: number): Found | undefined {
  if (checksum(bytes.subarray(4)) !== bytes.readUInt32LE(0)) return undefined;
  return {
    kind: bytes.readUInt32LE(8) as RecordKind,
    count: bytes.readUInt32LE(12),
    version: bytes.readDoubleLE(16),
    end: position + bytes.length,
  };
}
