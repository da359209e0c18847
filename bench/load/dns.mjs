// The load for DNS over UDP: peers with one question in flight each. The command line and the JSON of load.c.
import { createSocket } from 'node:dgram';
import { parseArgs } from 'node:util';
import { Run } from './node-run.mjs';
import { report } from './report.mjs';

const text = (/** @type {string} */ value) => ({ type: /** @type {const} */ ('string'), default: value });
const { values } = parseArgs({
  options: {
    mode: text('dns'),
    port: { type: 'string' },
    connections: text('20'),
    size: text('0'),
    inflight: text('1'),
    messages: text('0'),
    'warmup-ms': text('0'),
    'duration-ms': text('1000'),
    'server-pid': text('0'),
  },
});
const run = new Run(Number(values['warmup-ms']), Number(values['duration-ms']), Number(values.messages), () =>
  report(run, values),
);
run.serverPid = Number(values['server-pid']);

const LOST_AFTER_NS = 250e6;
/** `mail.example.org A`, and the last bytes of its answer: 192.0.2.25. */
const question = Buffer.from('0000010000010000000000000' + '46d61696c076578616d706c65036f72670000010001', 'hex');
const address = Buffer.from([0, 4, 192, 0, 2, 25]);

function peer() {
  const socket = createSocket('udp4');
  const asked = Buffer.from(question);
  let number = 0;
  let sentAt = 0;
  const send = () => {
    asked.writeUInt16BE((number = (number + 1) % 65_536));
    sentAt = run.now();
    run.underWay++;
    socket.send(asked);
  };
  socket.on('message', (data) => {
    if (data.readUInt16BE() !== number) return void run.stale++;
    if (data.readUInt16BE(6) !== 1 || !data.subarray(-6).equals(address)) return run.fail('a wrong answer came');
    run.bytesChecked += data.length;
    run.reply(sentAt);
    if (run.sending) send();
    else sentAt = Infinity;
  });
  socket.on('error', (error) => run.fail(error.message));
  socket.connect(Number(values.port), '127.0.0.1', send);
  const overdue = setInterval(() => {
    if (run.now() - sentAt < LOST_AFTER_NS) return;
    run.lost++;
    run.underWay--;
    sentAt = Infinity;
    if (run.sending) (run.resent++, send());
  }, 60);
  return { close: () => (clearInterval(overdue), socket.close()) };
}

const peers = Array.from({ length: Number(values.connections) }, peer);
run.begin(() => peers.forEach((one) => one.close()));
