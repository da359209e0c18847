const HEADER = 4;

/** A payload with its length before it, 4 bytes, the highest first. */
export function frame(payload: Buffer): Buffer {
  const header = Buffer.alloc(HEADER);
  header.writeUInt32BE(payload.length);
  return Buffer.concat([header, payload]);
}

/** Cuts a stream of bytes into frames. What is not a whole frame yet waits for the rest. */
export class FrameBuffer {
  #rest: Buffer = Buffer.alloc(0);

  push(data: Buffer): Buffer[] {
    let bytes = Buffer.concat([this.#rest, data]);
    const payloads: Buffer[] = [];
    while (bytes.length >= HEADER) {
      const end = HEADER + bytes.readUInt32BE();
      if (bytes.length < end) break;
      payloads.push(bytes.subarray(HEADER, end));
      bytes = bytes.subarray(end);
    }
    this.#rest = bytes;
    return payloads;
  }
}
