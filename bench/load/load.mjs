// The load generator for TLS, and for a machine without gcc: the command line and the JSON of load.c, in Node. It is slower than the
// servers that it measures may be, so it says what it is.
import { createSocket } from 'node:dgram';
import { connect } from 'node:net';
import * as tls from 'node:tls';
import { parseArgs } from 'node:util';
import { Run, payload, payloadOfLines } from './node-run.mjs';
import { report } from './report.mjs';

const number = (/** @type {string} */ text) => ({ type: /** @type {const} */ ('string'), default: text });
const { values } = parseArgs({
  options: {
    mode: number('tcp'),
    host: number('127.0.0.1'),
    port: { type: 'string' },
    connections: number('1'),
    size: number('64'),
    inflight: number('1'),
    rate: number('0'),
    active: number('0'),
    'warmup-ms': number('0'),
    'duration-ms': number('1000'),
    messages: number('0'),
    'server-pid': number('0'),
    tls: number('no'),
  },
});
if (values.host !== '127.0.0.1' && values.host !== '::1') refuse('only 127.0.0.1 and ::1 may be loaded');
if (!values.port) refuse('--port is missing');
const [port, connections, size, inflight, rate] = [
  values.port,
  values.connections,
  values.size,
  values.inflight,
  values.rate,
].map(Number);
const run = new Run(Number(values['warmup-ms']), Number(values['duration-ms']), Number(values.messages), () =>
  report(run, values),
);
run.serverPid = Number(values['server-pid']);
/** @type {tls.SecureContext | undefined} */
let secureContext;
setTimeout(() => process.exit(2), Number(values['warmup-ms']) + Number(values['duration-ms']) + 60_000).unref();

if (values.mode === 'lines') payloadOfLines(size);
if (values.mode === 'tcp' || values.mode === 'lines') tcp();
else if (values.mode === 'udp') udp();
else if (values.mode === 'idle') idle();
else if (values.mode === 'udp-idle') void udpIdle();
else if (values.mode === 'handshakes') handshakes();
else refuse('--mode must be tcp, lines, udp, idle, udp-idle or handshakes');

/** @param {string} why */
function refuse(why) {
  console.error(`load: ${why}`);
  process.exit(2);
}

/**
 * A socket, under TLS where that is wanted.
 * @param {Buffer} [session] what it goes on from
 * @returns {import('node:net').Socket}
 */
function connectTo(session) {
  const reach = { port: Number(port), host: values.host, noDelay: true };
  return values.tls === 'no' ? connect(reach) : connectTls(session);
}

/** @param {Buffer} [session] */
function connectTls(session) {
  secureContext ??= tls.createSecureContext();
  const reach = { port: Number(port), host: values.host, secureContext, rejectUnauthorized: false };
  return tls.connect({ ...reach, ...(session && { session }) }).setNoDelay();
}

/** Again and again: a connection, a handshake, full or resumed, and one byte there and back. */
function handshakes() {
  /** @type {Set<import('node:net').Socket>} */
  const open = new Set();
  const resumes = values.tls === 'resumed';
  const begin = (/** @type {Buffer | undefined} */ session) => {
    const from = run.now();
    run.underWay++;
    const socket = connectTo(session);
    open.add(socket);
    let next = session;
    socket.on('session', (made) => (next = made));
    socket.on('error', (error) => run.ending || run.fail(error.message));
    socket.once('data', () => {
      if (session && !(/** @type {tls.TLSSocket} */ (socket).isSessionReused()))
        return run.fail('a session was not resumed');
      run.bytesChecked++;
      socket.destroy();
      open.delete(socket);
      run.reply(from);
      if (run.sending) begin(resumes ? next : undefined);
    });
    socket.write('x');
  };
  run.begin(() => open.forEach((socket) => socket.destroy()));
  for (let n = 0; n < connections; n++) begin(undefined);
}

/**
 * One connection: what it sent is one endless stream, checked in place as it comes back.
 * @param {number} seed
 * @param {(done: number) => void} onMessages complete messages since the last call
 */
function open(seed, onMessages) {
  const socket = connectTo();
  let got = 0;
  let sent = 0;
  let done = 0;
  socket.on('data', (data) => {
    if (got + data.length > sent) return run.fail('more bytes came back than were sent');
    for (let at = 0; at < data.length;) {
      const piece = payload(seed, got, data.length - at);
      if (data.compare(piece, 0, piece.length, at, at + piece.length) !== 0) return run.fail('wrong bytes came back');
      at += piece.length;
      got += piece.length;
    }
    run.bytesChecked += data.length;
    const complete = Math.floor(got / size) - done;
    done += complete;
    if (complete > 0) onMessages(complete);
  });
  socket.on('error', (error) => run.fail(error.message));
  socket.on('end', () => run.ending || run.fail('closed by the server'));
  const send = (messages = 1) => {
    socket.cork();
    for (let left = messages * size; left > 0;) {
      const piece = payload(seed, sent, left);
      socket.write(piece);
      sent += piece.length;
      left -= piece.length;
    }
    socket.uncork();
  };
  return { socket, send };
}

/**
 * Opens all, a few at a time, each confirmed by a first message; see open_all in tcp.c.
 * @param {(link: ReturnType<typeof open>, done: number) => void} onMessages
 * @param {(links: ReturnType<typeof open>[]) => void} onOpen
 */
function openAll(onMessages, onOpen) {
  /** @type {ReturnType<typeof open>[]} */
  const links = [];
  let confirmed = 0;
  const next = () => {
    let first = true;
    const link = open(links.length, (done) => {
      if (!first) return onMessages(link, done);
      first = false;
      if (++confirmed === connections) onOpen(links);
      else if (links.length < connections) next();
    });
    links.push(link);
    link.send();
  };
  for (let i = 0; i < Math.min(64, connections); i++) next();
}

function tcp() {
  /** @type {Map<object, number[]>} */
  const issued = new Map();
  // What is sent together leaves in one write, as load.c does it.
  const issue = (/** @type {ReturnType<typeof open>} */ link, messages = 1) => {
    const now = run.now();
    for (let n = 0; n < messages; n++) issued.get(link)?.push(now);
    run.underWay += messages;
    link.send(messages);
  };
  openAll(
    (link, done) => {
      const times = issued.get(link) ?? [];
      for (let i = 0; i < done; i++) run.reply(times.shift() ?? 0);
      if (run.sending && rate === 0) issue(link, done);
    },
    (links) => {
      run.begin(() => links.forEach((link) => link.socket.destroy()));
      for (const link of links) issued.set(link, []);
      if (rate > 0) return atRate(links, issued, issue);
      for (const link of links) issue(link, inflight);
    },
  );
}

/**
 * So many messages a second, to one connection after the other.
 * @param {ReturnType<typeof open>[]} links
 * @param {Map<object, number[]>} issued
 * @param {(link: ReturnType<typeof open>) => void} issue
 */
function atRate(links, issued, issue) {
  const started = run.now();
  let sent = 0;
  const timer = setInterval(() => {
    if (!run.sending) return clearInterval(timer);
    for (const due = ((run.now() - started) / 1e9) * rate; sent < due; sent++) {
      const link = links[sent % connections];
      if ((issued.get(link)?.length ?? 0) >= inflight) return run.fail('the rate is not kept');
      issue(link);
    }
  }, 1);
}

function idle() {
  openAll(
    () => run.fail('an idle connection was disturbed'),
    (links) => {
      console.log(JSON.stringify({ open: connections }));
      const end = () => {
        run.ending = true;
        for (const { socket } of links) values.tls === 'no' ? socket.resetAndDestroy() : socket.destroy();
        report(run, values);
      };
      const hold = setTimeout(end, Number(values['duration-ms']));
      process.stdin.resume().on('end', () => (clearTimeout(hold), end()));
    },
  );
}

function udp() {
  if (size < 8 || inflight !== 1) refuse('udp: at least 8 bytes, one in flight');
  const peers = Array.from({ length: connections }, (_, seed) => peer(seed));
  run.begin(() => peers.forEach((one) => one.close()));
}

/** Peers that have an answer each, and then are still. */
async function udpIdle() {
  /** @type {import('node:dgram').Socket[]} */
  const sockets = [];
  while (sockets.length < connections) {
    const some = Array.from({ length: Math.min(100, connections - sockets.length) }, () => createSocket('udp4'));
    await Promise.all(some.map(answered));
    sockets.push(...some);
  }
  console.log(JSON.stringify({ open: connections }));
  const end = () => {
    run.ending = true;
    for (const socket of sockets) socket.close();
    report(run, values);
  };
  const hold = setTimeout(end, Number(values['duration-ms']));
  process.stdin.resume().on('end', () => (clearTimeout(hold), end()));
}

/** @param {import('node:dgram').Socket} socket */
function answered(socket) {
  return new Promise((resolve, reject) => {
    const ask = () => socket.send(payload(0, 0, size), port, values.host);
    const again = setInterval(ask, 250);
    socket.once('error', reject).once('message', () => (clearInterval(again), resolve(undefined)));
    ask();
  });
}

/** @param {number} seed */
function peer(seed) {
  const socket = createSocket(values.host === '::1' ? 'udp6' : 'udp4');
  const message = Buffer.concat([Buffer.alloc(8), payload(seed, 0, size - 8)], size);
  let number = 0;
  let sentAt = 0;
  const send = () => {
    message.writeDoubleLE(++number);
    sentAt = run.now();
    run.underWay++;
    socket.send(message);
  };
  socket.on('message', (data) => {
    if (data.length === size && data.readDoubleLE() < number) return void run.stale++;
    if (!data.equals(message)) return run.fail('wrong bytes came back');
    run.bytesChecked += data.length;
    run.reply(sentAt);
    if (run.sending) send();
    else sentAt = Infinity;
  });
  socket.on('error', (error) => run.fail(error.message));
  socket.connect(port, values.host, send);
  const overdue = setInterval(() => {
    if (run.now() - sentAt < 250e6) return;
    run.lost++;
    run.underWay--;
    sentAt = Infinity;
    if (run.sending) (run.resent++, send());
  }, 60);
  return { close: () => (clearInterval(overdue), socket.close()) };
}
