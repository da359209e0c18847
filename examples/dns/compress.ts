const HEADER = 12;
const MOST_POINTED_AT = 0x3fff;
/** By their numbers: the types whose data have names that may be pointers, as [what stands before the names, how many there are]. */
const NAMES: Readonly<Record<number, readonly [before: number, names: number]>> = {
  2: [0, 1],
  5: [0, 1],
  6: [0, 2],
  12: [0, 1],
  15: [2, 1],
};

/** A message without pointers, made shorter: a name that stood before is a pointer to it (RFC 1035, section 4.1.4). */
export function compress(message: Buffer): Buffer {
  const out = Buffer.allocUnsafe(message.length);
  const places = new Map<string, number>();
  let [from, to] = [0, 0];

  const copy = (bytes: number): void => {
    message.copy(out, to, from, from + bytes);
    from += bytes;
    to += bytes;
  };
  const copyName = (): void => {
    let end = from;
    while (message[end] !== 0) end += message[end]! + 1;
    while (message[from] !== 0) {
      const rest = message.toString('latin1', from, end).toLowerCase();
      const place = places.get(rest);
      if (place !== undefined) {
        to = out.writeUInt16BE(0xc000 | place, to);
        from = end + 1;
        return;
      }
      if (to <= MOST_POINTED_AT) places.set(rest, to);
      copy(message[from]! + 1);
    }
    copy(1);
  };

  copy(HEADER);
  for (let questions = message.readUInt16BE(4); questions > 0; questions--) {
    copyName();
    copy(4);
  }
  while (from < message.length) {
    copyName();
    const [before, names] = NAMES[message.readUInt16BE(from)] ?? [0, 0];
    const size = message.readUInt16BE(from + 8);
    copy(10);
    const [end, begun] = [from + size, to];
    if (names > 0) copy(before);
    for (let name = 0; name < names; name++) copyName();
    copy(end - from);
    out.writeUInt16BE(to - begun, begun - 2);
  }
  return out.subarray(0, to);
}
