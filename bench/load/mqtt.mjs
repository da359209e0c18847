// The load for brokers of MQTT: the command line and the JSON of load.c. One client publishes with QoS 1, so many messages at a time under way; all others
// have subscribed to them. A message is done when each of these has it, in its place; the next is sent then. It writes packets itself, so that it costs less than the servers do.
import { connect } from 'node:net';
import { parseArgs } from 'node:util';
import { Run, payload } from './node-run.mjs';
import { report } from './report.mjs';

const number = (/** @type {string} */ text) => ({ type: /** @type {const} */ ('string'), default: text });
const { values } = parseArgs({
  options: {
    mode: number('mqtt'),
    port: { type: 'string' },
    connections: number('2'),
    size: number('64'),
    inflight: number('50'),
    messages: number('0'),
    'warmup-ms': number('0'),
    'duration-ms': number('1000'),
    'server-pid': number('0'),
  },
});
const [port, subscribers, size, inflight] = [values.port, values.connections, values.size, values.inflight].map(Number);
const run = new Run(Number(values['warmup-ms']), Number(values['duration-ms']), Number(values.messages), () =>
  report(run, values),
);
run.serverPid = Number(values['server-pid']);

const TOPIC = Buffer.from('\0\x05bench');
const NUMBER = 10; // digits at the beginning of each message
const [CONNACK, PUBLISH, PUBACK, SUBACK] = [0x20, 0x32, 0x40, 0x90];
const FRAME = 2 + TOPIC.length + 2 + size;
if (size < NUMBER || FRAME > 129)
  throw new Error(`a message has ${NUMBER} to ${129 - 2 - TOPIC.length - 2} bytes here`);
const filling = Buffer.from(payload(0, 0, size - NUMBER));

/** @param {string} id */
function hello(id) {
  const body = Buffer.concat([Buffer.from('\0\x04MQTT\x04\x02\0\0\0'), Buffer.from([id.length]), Buffer.from(id)]);
  return Buffer.concat([Buffer.from([0x10, body.length]), body]);
}
const subscribe = Buffer.concat([Buffer.from([0x82, 2 + TOPIC.length + 1, 0, 1]), TOPIC, Buffer.from([1])]);

/** @param {number} id */
const puback = (id) => [PUBACK, 2, id >> 8, id & 0xff];

/** @param {number} n */
function publish(n) {
  const id = (n % 65_535) + 1;
  const head = Buffer.concat([Buffer.from([PUBLISH, FRAME - 2]), TOPIC, Buffer.from([id >> 8, id & 0xff])]);
  return Buffer.concat([head, Buffer.from(String(n).padStart(NUMBER, '0')), filling]);
}

/** A client: its packets, one after the other. All that come have less than 128 bytes. */
class Client {
  #rest = Buffer.alloc(0);

  /**
   * @param {string} id
   * @param {(packets: Buffer[]) => void} onPackets
   */
  constructor(id, onPackets) {
    this.socket = connect({ port, host: '127.0.0.1', noDelay: true });
    this.socket.on('error', (error) => run.fail(error.message));
    this.socket.on('end', () => run.ending || run.fail('closed by the server'));
    this.socket.on('data', (data) => {
      const all = this.#rest.length === 0 ? data : Buffer.concat([this.#rest, data]);
      /** @type {Buffer[]} */
      const packets = [];
      let at = 0;
      for (let end; at + 2 <= all.length && (end = at + 2 + all[at + 1]) <= all.length; at = end)
        packets.push(all.subarray(at, end));
      this.#rest = all.subarray(at);
      onPackets(packets);
    });
    this.socket.write(hello(id));
  }
}

/** When each message under way was sent, and by how many it has come. @type {Map<number, { sentAt: number, came: number }>} */
const underWay = new Map();
let next = 0;
let ready = 0;

function send() {
  if (!run.sending) return;
  const sentAt = run.now();
  const packets = [];
  for (; underWay.size < inflight; next++) {
    underWay.set(next, { sentAt, came: 0 });
    run.underWay++;
    packets.push(publish(next));
  }
  if (packets.length > 0) publisher.socket.write(Buffer.concat(packets));
}

/** @param {number} n */
function came(n) {
  const message = underWay.get(n);
  if (message === undefined) return run.fail(`message ${n} came twice, or was never sent`);
  if (++message.came < subscribers) return undefined;
  underWay.delete(n);
  return run.reply(message.sentAt);
}

function subscriber(/** @type {number} */ nr) {
  let expected = 0;
  const client = new Client(`subscriber-${nr}`, (packets) => {
    const acks = [];
    for (const packet of packets) {
      if (packet[0] === CONNACK) client.socket.write(subscribe);
      else if (packet[0] === SUBACK) begin();
      else if (packet[0] === PUBLISH && packet.length === FRAME) {
        const at = FRAME - size;
        const n = Number(packet.toString('latin1', at, at + NUMBER));
        if (n !== expected++) return run.fail(`subscriber ${nr} got message ${n} in the place of ${expected - 1}`);
        if (packet.compare(filling, 0, filling.length, at + NUMBER) !== 0) return run.fail('wrong bytes came back');
        run.bytesChecked += size;
        acks.push(...puback(packet.readUInt16BE(at - 2)));
        came(n);
      } else return run.fail(`subscriber ${nr} got a packet of the kind ${packet[0]}`);
    }
    if (acks.length > 0) client.socket.write(Buffer.from(acks));
    return send();
  });
  return client;
}

/** The publisher's own acknowledgements are counted: each message has one. */
let acknowledged = 0;
const publisher = new Client('publisher', (packets) => {
  for (const [kind] of packets) {
    if (kind === CONNACK) begin();
    else if (kind === PUBACK) acknowledged++;
    else run.fail(`the publisher got a packet of the kind ${kind}`);
  }
  if (acknowledged > next) run.fail('more was acknowledged than was sent');
});
const all = Array.from({ length: subscribers }, (_, nr) => subscriber(nr));

function begin() {
  if (++ready <= subscribers) return;
  run.begin(() => [publisher, ...all].forEach(({ socket }) => socket.destroy()));
  send();
}
