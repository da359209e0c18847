import mqtt, { type IPublishPacket, type Packet } from 'mqtt-packet';
import { type Framing, lengthPrefixed, mapFrames } from 'tasktonic/framing';

export const packets = packetsUpTo(1_048_576);

/** Packets of MQTT 3.1.1: behind their first byte stands the length of the rest, 7 bits a byte (2.2.3). */
export function packetsUpTo(max: number): Framing<Packet> {
  return mapFrames(lengthPrefixed({ before: 1, bytes: 'varint', max }), {
    name: 'MQTT',
    reader(emit: (packet: Packet) => void) {
      const parser = mqtt.parser({ protocolVersion: 4 }).on('packet', emit);
      return (bytes) => void parser.parse(bytes);
    },
    write: (packet: Packet) => mqtt.generate(packet),
  });
}

/** What is published, by a packet or as a will. */
export type Message = Pick<IPublishPacket, 'topic' | 'payload' | 'qos' | 'retain'>;

/** A message as it leaves; with QoS 1 it has room for its number. */
export function encode({ topic, payload }: Message, qos: 0 | 1, retain: boolean): Buffer {
  return packets.encode({ cmd: 'publish', topic, payload, qos, retain, dup: false, messageId: 1 });
}

/** A copy with the number that one client acknowledges it by, which stands behind the topic (3.3.2). */
export function numbered(message: Buffer, number: number, isAgain: boolean): Buffer {
  const bytes = Buffer.from(message);
  let at = 1;
  while (bytes[at++]! >= 0x80);
  bytes.writeUInt16BE(number, at + 2 + bytes.readUInt16BE(at));
  if (isAgain) bytes[0]! |= 8;
  return bytes;
}
