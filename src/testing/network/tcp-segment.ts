/** A piece of a stream under way, or its end: what a sender sends again, and a receiver puts in order. */
export interface Segment {
  /** The offset of its first byte in the stream. */
  readonly from: number;
  readonly bytes: Buffer;
  /** It is the end of the stream. */
  readonly fin: boolean;
  /** How often it was sent before. */
  attempt: number;
  /** When the peer had it first. */
  arrivedAt: number;
  /** The sender knows that it has arrived. */
  known: boolean;
  expectedAt: number;
}

/** What a receiver tells a sender: what has come, and what would fit. */
export interface Ack {
  readonly sentAt: number;
  upTo: number;
  window: number;
}

/** The offset after it; the end of a stream counts as a byte. */
export function endOf({ from, bytes, fin }: Segment): number {
  return from + bytes.length + (fin ? 1 : 0);
}
