import mqtt, { type Packet, type Parser } from 'mqtt-packet';
import { type Framing, lengthPrefixed, mapFrames } from 'tasktonic/framing';

let last: Packet | undefined;

/** It is given whole packets only, so it keeps nothing from one connection to the next; a new one takes its place where a packet was wrong. */
let reader = newReader();

function newReader(): Parser {
  return mqtt
    .parser({ protocolVersion: 4 })
    .on('packet', (packet) => (last = packet))
    .on('error', (error: Error) => {
      throw error;
    });
}

/** Packets of MQTT 3.1.1, read and written by mqtt-packet. */
export const packets = packetsUpTo(1_048_576);

/** The same, of so many bytes at most: behind their first byte stands the length of the rest, 7 bits a byte (2.2.3). */
export function packetsUpTo(max: number): Framing<Packet> {
  const framing = lengthPrefixed({ before: 1, bytes: 'varint', max });
  return mapFrames(framing, { name: 'MQTT', read: packetIn, write: (packet: Packet) => mqtt.generate(packet) });
}

function packetIn(bytes: Buffer): Packet {
  last = undefined;
  try {
    if (reader.parse(bytes) > 0 || last === undefined) throw new Error('it is not whole');
    const packet = last as Packet;
    if (packet.messageId === 0) throw new Error('its number is 0');
    if ('subscriptions' in packet && packet.subscriptions.length === 0) throw new Error('it has no filter');
    return packet;
  } catch (thrown) {
    reader = newReader();
    throw thrown;
  }
}
