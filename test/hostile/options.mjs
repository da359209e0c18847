// The command line.
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';

export const help = `npm run hostile -- [options]     (the package must be built: npm run build)

  --tls           over TLS: peers that do not finish handshakes, or spoil what comes after
  --http          over HTTP and WebSocket; without one of these two: lines over TCP
  --peers <n>     how many, of all kinds in equal parts (default 10,000 over TCP, else 50 of each kind; at most as the descriptors allow)
  --seconds <n>   how long each run lasts (default 60 over TCP, else 30)
  --rounds <n>    of four runs, the twin and ours in turn: A B B A (default 1)
  --seed <n>      of all chance in the load (default 1)
  --judge-times   also judges times and memory: they say something on a machine where nothing else runs
  --no-twin       ours alone, one run
  --short         for CI: a few peers of each kind, a few seconds, ours alone; the last lines are how many judgements hold and how many don't
`;

/** What else a server has open, and connections that have ended there but are not closed yet. */
const RESERVE = 0.6;

/** @param {string[]} argv */
export function readOptions(argv) {
  const { values } = parseArgs({
    args: argv,
    options: {
      peers: { type: 'string' },
      seconds: { type: 'string' },
      rounds: { type: 'string', default: '1' },
      seed: { type: 'string', default: '1' },
      'judge-times': { type: 'boolean', default: false },
      'no-twin': { type: 'boolean', default: false },
      short: { type: 'boolean', default: false },
      tls: { type: 'boolean', default: false },
      http: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const { short, tls, http } = values;
  if (tls && http) throw new Error('--tls and --http are two runs');
  /** @type {'plain' | 'tls' | 'http'} */
  const field = tls ? 'tls' : http ? 'http' : 'plain';
  return {
    help: values.help,
    short,
    field,
    /** What is to be other than as always. */
    asked: {
      ...(values.peers && { peers: whole('--peers', values.peers, 9, 10_000) }),
      ...(values.seconds && { seconds: whole('--seconds', values.seconds, 1, 600) }),
    },
    most: Math.floor(descriptors() * RESERVE),
    rounds: whole('--rounds', values.rounds, 1, 100),
    seed: whole('--seed', values.seed, 0, 2 ** 32 - 1),
    twin: !short && !values['no-twin'],
    judgeTimes: values['judge-times'],
  };
}

/** How many a process may have; Node raises its own limit to this. */
function descriptors() {
  const { stdout } = spawnSync('sh', ['-c', 'ulimit -Hn'], { encoding: 'utf8' });
  const limit = Number(stdout);
  return Number.isInteger(limit) && limit > 0 ? limit : 20_000;
}

/** @param {string} name @param {string} text @param {number} low @param {number} high */
function whole(name, text, low, high) {
  const value = Number(text);
  if (!Number.isInteger(value) || value < low || value > high)
    throw new Error(`${name} must be a whole number from ${low} to ${high}`);
  return value;
}
