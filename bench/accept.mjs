// How long a new connection waits for its first answer while a thousand others are busy: one listener against several on the port.
// `node bench/accept.mjs [listeners] [rounds]`, on Node 22.12 or newer. Not one of the rows: what is measured is the worst, not a rate.
import { fork } from 'node:child_process';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';

const BUSY = 1_000;
const PROBES = 200;
const EVERY = 10;
const role = process.argv[2];

if (role === 'server') await serve(Number(process.argv[3]));
else if (role === 'busy') keepBusy(Number(process.argv[3]));
else await compare(Number(role ?? 16), Number(process.argv[3] ?? 3));

/** @param {number} listeners */
async function serve(listeners) {
  const { Formula, TcpConnection, TcpServer, Tonic } = await import('./servers/tasktonic.mjs');
  class Echo extends TcpConnection {
    ttse__onData(data) {
      this.send(data);
    }
  }
  class Main extends Tonic {
    ttse__onStart() {
      new TcpServer({ port: 0, host: '127.0.0.1', protocol: Echo, listeners });
    }
    ttse__onListening(...args) {
      process.send?.(args.at(-1).port);
    }
  }
  class App extends Formula {
    creatingFormula() {
      return { log: { to: 'off' } };
    }
    creatingStartingTonics() {
      new Main();
    }
  }
  await App.run();
}

/** @param {number} port */
function keepBusy(port) {
  let open = 0;
  for (let n = 0; n < BUSY; n++) {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    const message = Buffer.alloc(64, 1);
    socket.on('connect', () => {
      socket.write(message);
      if (++open === BUSY) process.send?.('busy');
    });
    socket.on('data', () => socket.write(message));
    socket.on('error', () => {});
  }
}

/** @param {number} port @returns {Promise<number>} ms */
function probe(port) {
  return new Promise((resolve, reject) => {
    const began = performance.now();
    const socket = connect({ port, host: '127.0.0.1', noDelay: true }, () => socket.write('?'));
    socket.on('error', reject);
    socket.on('data', () => {
      resolve(performance.now() - began);
      socket.destroy();
    });
  });
}

/** @param {number} listeners @returns {Promise<number[]>} how long each probe took, in ms */
async function measure(listeners) {
  const here = fileURLToPath(import.meta.url);
  const server = fork(here, ['server', String(listeners)]);
  const port = Number(await message(server));
  const busy = fork(here, ['busy', String(port)]);
  await message(busy);
  const probes = [];
  for (let n = 0; n < PROBES; n++) {
    probes.push(probe(port));
    await new Promise((resolve) => setTimeout(resolve, EVERY));
  }
  const took = await Promise.all(probes);
  for (const child of [busy, server]) child.kill('SIGKILL');
  return took;
}

/** @param {import('node:child_process').ChildProcess} child */
function message(child) {
  return new Promise((resolve) => child.once('message', resolve));
}

/** @param {number} several @param {number} rounds */
async function compare(several, rounds) {
  /** @type {Map<number, number[]>} */
  const all = new Map([[1, []], [several, []]]); // prettier-ignore
  for (let round = 0; round < rounds; round++) {
    for (const listeners of [1, several, several, 1]) all.get(listeners)?.push(...(await measure(listeners)));
  }
  for (const [listeners, took] of all) {
    took.sort((a, b) => a - b);
    const at = (/** @type {number} */ share) => took[Math.floor((took.length - 1) * share)]?.toFixed(1).padStart(8);
    console.log(`${String(listeners).padStart(2)} listeners: p50${at(0.5)} p99${at(0.99)} worst${at(1)} ms`);
  }
}
