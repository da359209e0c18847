// The command line of the benchmark.
import { parseArgs } from 'node:util';

export const help = `npm run bench -- [options]     (the package must be built: npm run build)

  --quick            some milliseconds a round: checks every result, judges no time; exit code 1 on a wrong result
  --only <regex>     only the rows whose id or title matches
  --rounds <n>       rounds a row (default 9, at least 5 without --quick)
  --duration <ms>    of one measurement (default 2000)
  --warmup <ms>      before it (default 1000)
  --no-limits        without the lines that have no bar (Bun, C epoll)
  --candidate <name> what takes our place: "raw" (the peer against itself: a test of the benchmark), or a file of bench/servers
  --against <dir>    another checkout of TaskTonic, built there: its programs are theirs, so "before" and "after" run in turn
  --out <file>       where the JSON report goes (default bench/results/<date>.json; with --quick, nowhere)
  --list             the rows
`;

/** @param {string[]} argv */
export function readOptions(argv) {
  const { values } = parseArgs({
    args: argv,
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string', default: '' },
      rounds: { type: 'string' },
      duration: { type: 'string' },
      warmup: { type: 'string' },
      'no-limits': { type: 'boolean', default: false },
      candidate: { type: 'string' },
      against: { type: 'string' },
      out: { type: 'string' },
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const quick = values.quick;
  const rounds = whole('--rounds', values.rounds ?? (quick ? '1' : '9'), quick ? 1 : 5, 1000);
  return {
    quick,
    only: new RegExp(values.only, 'i'),
    rounds,
    effort: {
      quick,
      durationMs: whole('--duration', values.duration ?? (quick ? '50' : '2000'), 1, 60_000),
      warmupMs: whole('--warmup', values.warmup ?? (quick ? '10' : '1000'), 0, 60_000),
    },
    limits: !values['no-limits'] && values.against === undefined,
    candidate: values.candidate,
    against: values.against,
    out: values.out,
    list: values.list,
    help: values.help,
  };
}

/**
 * @param {string} name
 * @param {string} text
 * @param {number} low
 * @param {number} high
 */
function whole(name, text, low, high) {
  const value = Number(text);
  if (!Number.isInteger(value) || value < low || value > high)
    throw new Error(`${name} must be a whole number from ${low} to ${high}`);
  return value;
}
