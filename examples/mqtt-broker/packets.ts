import mqtt, { type Packet } from 'mqtt-packet';
import { custom } from 'tasktonic/framing';

/** It is given whole packets only, so it keeps nothing from one connection to the next. */
const reader = mqtt.parser({ protocolVersion: 4 });
let last: Packet | undefined;
reader.on('packet', (packet) => (last = packet));
reader.on('error', (error: Error) => {
  throw error;
});

/** Packets of MQTT 3.1.1, read and written by mqtt-packet. */
export const packets = custom<Packet>({
  name: 'MQTT',
  max: 1_048_576,
  size: sizeOf,
  read(bytes) {
    last = undefined;
    reader.parse(bytes);
    if (last === undefined) throw new Error('it is not whole');
    if (last.messageId === 0) throw new Error('its number is 0');
    if ('subscriptions' in last && last.subscriptions.length === 0) throw new Error('it has no filter');
    return last;
  },
  write: (packet) => mqtt.generate(packet),
});

/** How many bytes the packet has: behind its first byte stands the length of the rest, 7 bits a byte (2.2.3). */
function sizeOf(bytes: Buffer): number | undefined {
  let length = 0;
  for (let at = 1; at < 5; at++) {
    if (at >= bytes.length) return undefined;
    length += (bytes[at]! & 127) * 128 ** (at - 1);
    if (bytes[at]! < 128) return at + 1 + length;
  }
  throw new Error('the length has more than four bytes');
}
