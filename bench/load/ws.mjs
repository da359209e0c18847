// The load for WebSockets: the command line and the JSON of load.c. It writes frames itself, so that it costs less than the servers do.
//
// ws            so many messages in flight on each connection, each compared with what comes back
// ws-idle       opens them, one message each, and waits
// ws-broadcast  one connection asks, and all hear it: then it asks again
import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { parseArgs } from 'node:util';
import { Run, payload } from './node-run.mjs';
import { report } from './report.mjs';

const number = (/** @type {string} */ text) => ({ type: /** @type {const} */ ('string'), default: text });
const { values } = parseArgs({
  options: {
    mode: number('ws'),
    port: { type: 'string' },
    connections: number('50'),
    size: number('64'),
    inflight: number('1'),
    messages: number('0'),
    'warmup-ms': number('0'),
    'duration-ms': number('1000'),
    'server-pid': number('0'),
  },
});
const [port, connections, size, inflight] = [values.port, values.connections, values.size, values.inflight].map(Number);
const run = new Run(Number(values['warmup-ms']), Number(values['duration-ms']), Number(values.messages), () =>
  report(run, values),
);
run.serverPid = Number(values['server-pid']);

const BINARY = 0x82;
const MASKED = 0x80;
const message = Buffer.from(payload(0, 0, size));
if (size > 125) throw new Error('a message has at most 125 bytes here');
/** With a mask of zeros, which changes nothing: what is measured is the server. */
const asked = Buffer.concat([Buffer.from([BINARY, MASKED | size, 0, 0, 0, 0]), message]);
const answer = Buffer.concat([Buffer.from([BINARY, size]), message]);
/** As many as one read brings. */
const answers = Buffer.concat(Array.from({ length: Math.ceil(65_536 / answer.length) + 1 }, () => answer));

class Link {
  /** Bytes of the answer at hand. */
  #got = 0;
  #head = '';
  /** When each in flight was sent, the oldest first. @type {number[]} */
  sent = [];

  /**
   * @param {() => void} onOpen
   * @param {(link: Link, done: number) => void} onMessages
   */
  constructor(onOpen, onMessages) {
    this.socket = connect({ port, host: '127.0.0.1', noDelay: true });
    this.socket.on('error', (error) => run.fail(error.message));
    this.socket.on('end', () => run.ending || run.fail('closed by the server'));
    this.socket.on('data', (data) => {
      const bytes = this.#head.endsWith('\r\n\r\n') ? data : this.#opening(data, onOpen);
      if (bytes.length > 0) this.#take(bytes, onMessages);
    });
    const key = randomBytes(16).toString('base64');
    this.socket.write(
      `GET / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: ${key}\r\nSec-WebSocket-Version: 13\r\n\r\n`,
    );
  }

  /**
   * @param {Buffer} data
   * @param {() => void} onOpen
   */
  #opening(data, onOpen) {
    this.#head += data.toString('latin1');
    const end = this.#head.indexOf('\r\n\r\n');
    if (end < 0) return data.subarray(data.length);
    const rest = Buffer.from(this.#head.slice(end + 4), 'latin1');
    this.#head = this.#head.slice(0, end + 4);
    if (this.#head.startsWith('HTTP/1.1 101')) onOpen();
    else run.fail(`no WebSocket: ${this.#head.split('\r\n')[0]}`);
    return rest;
  }

  /**
   * @param {Buffer} data
   * @param {(link: Link, done: number) => void} onMessages
   */
  #take(data, onMessages) {
    if (data.compare(answers, this.#got, this.#got + data.length) !== 0) return run.fail('wrong bytes came back');
    run.bytesChecked += data.length;
    const all = this.#got + data.length;
    this.#got = all % answer.length;
    const done = Math.floor(all / answer.length);
    if (done > 0) onMessages(this, done);
  }

  /** @param {number} messages */
  send(messages) {
    const now = run.now();
    for (let n = 0; n < messages; n++) this.sent.push(now);
    this.socket.write(messages === 1 ? asked : Buffer.concat(Array.from({ length: messages }, () => asked)));
  }
}

/**
 * Opens all, some at a time.
 * @param {(link: Link, done: number) => void} onMessages
 * @param {(links: Link[]) => void} onOpen
 */
function openAll(onMessages, onOpen) {
  /** @type {Link[]} */
  const links = [];
  let open = 0;
  const next = () => links.push(new Link(opened, onMessages));
  const opened = () => {
    if (++open === connections) onOpen(links);
    else if (links.length < connections) next();
  };
  for (let n = 0; n < Math.min(64, connections); n++) next();
}

function echo() {
  openAll(
    (link, done) => {
      for (const at of link.sent.splice(0, done)) run.reply(at);
      if (!run.sending) return;
      run.underWay += done;
      link.send(done);
    },
    (links) => {
      run.begin(() => links.forEach(({ socket }) => socket.destroy()));
      run.underWay = connections * inflight;
      for (const link of links) link.send(inflight);
    },
  );
}

function idle() {
  let answered = 0;
  openAll(
    () => {
      if (++answered === connections) console.log(JSON.stringify({ open: connections }));
    },
    (links) => {
      for (const link of links) link.send(1);
      process.stdin.resume().on('end', () => {
        run.ending = true;
        for (const { socket } of links) socket.destroy();
        report(run, values);
      });
    },
  );
}

function broadcast() {
  let missing = 0;
  let began = 0;
  /** @type {Link[]} */
  let all = [];
  const ask = () => {
    missing = connections;
    run.underWay += connections;
    began = run.now();
    all[0]?.send(1);
  };
  openAll(
    (_link, done) => {
      for (let n = 0; n < done; n++) run.reply(began);
      if ((missing -= done) === 0 && run.sending) ask();
    },
    (links) => {
      all = links;
      run.begin(() => links.forEach(({ socket }) => socket.destroy()));
      ask();
    },
  );
}

setTimeout(() => process.exit(2), Number(values['warmup-ms']) + Number(values['duration-ms']) + 60_000).unref();
if (values.mode === 'ws-idle') idle();
else if (values.mode === 'ws-broadcast') broadcast();
else echo();
