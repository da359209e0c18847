import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, mkdtempSync, openSync, readFileSync, readSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { built } from '../support/built.js';
import { onlyWithAll } from '../support/how-many.js';

const PROGRAM = fileURLToPath(built(new URL('./programs/outputs.ts', import.meta.url).href));

/** What an output is, and how a test reads it. */
interface Reader {
  /** What the program has as its standard output. */
  readonly stdout: number | 'pipe';
  /** Reads all, to its end. */
  read(child: ChildProcess): Promise<string>;
}

describe('the log on standard output', function () {
  this.timeout(60_000);
  let folder: string;
  let opened: number[];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tt-'));
    opened = [];
  });
  afterEach(() => {
    for (const child of started.splice(0)) child.kill('SIGKILL');
    opened.forEach(closeSync);
    rmSync(folder, { recursive: true });
  });

  /** A pipe that a shell would make, of which the test has the end that is read. */
  function pipe(this: void): Reader {
    const path = join(folder, 'pipe');
    expect(spawnSync('mkfifo', [path]).status).to.equal(0);
    const end = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
    opened.push(end);
    const stdout = openSync(path, constants.O_WRONLY);
    opened.push(stdout);
    return { stdout, read: async (child) => readPipe(end, child) };
  }

  /** As child processes of Node have it: a socket. */
  const socket = (): Reader => ({ stdout: 'pipe', read: async (child) => text(child.stdout!) });

  const OUTPUTS = { pipe, socket };
  const CODES = { end: 0, exit: 3, uncaught: 1 };

  for (const [kind, make] of Object.entries(OUTPUTS))
    for (const [how, code] of Object.entries(CODES)) {
      it(`that is a ${kind} has every line in its order, though its reader is slow and the process ends by ${how}`, async function () {
        if (kind === 'socket' && how !== 'end') onlyWithAll(this, 'each way to end, for each kind of output');
        const reader = make();
        const child = start(reader.stdout, ['json', how, '2000', '30000']);
        await child.said('said all');
        const lines = (await reader.read(child.process)).trimEnd().split('\n');
        const [session, ...own] = lines.map((line) => JSON.parse(line) as { n?: number; msg: string });
        expect(session!.msg).to.equal('session');
        expect(own.filter(({ n }) => n !== undefined).map(({ n }) => n)).to.deep.equal(numbers(2000));
        expect(own[2000]!.msg).to.equal('the last words');
        if (how === 'uncaught') expect(own[2001]!.msg).to.equal('nobody caught: the end');
        expect(await child.ended).to.equal(code);
      });

      it(`that is a ${kind} nobody reads holds neither the loop nor the end of a process that ends by ${how}`, async function () {
        if (kind === 'socket' && how !== 'end') onlyWithAll(this, 'each way to end, for each kind of output');
        const child = start(make().stdout, ['screen', how, '2000', '100']);
        await child.said('said all');
        expect(await child.ended).to.equal(code);
        expect(child.err).to.match(/^tasktonic: \d+ lines of the log were not read from standard output$/m);
      });
    }

  it('has bounded memory: beyond it the oldest lines are dropped, and one tells how many', async () => {
    const reader = pipe();
    const child = start(reader.stdout, ['screen', 'exit', '4000', '30000', '200000']);
    await child.said('said all');
    const lines = (await reader.read(child.process)).trimEnd().split('\n');
    const at = lines.findIndex((line) => line.includes('lines lost: the reader of standard output is too slow'));
    const lost = Number(/ (\d+) lines lost/.exec(lines[at]!)![1]);
    const own = lines.map((line) => Number(/"n":(\d+)/.exec(line)?.[1])).filter((n) => !Number.isNaN(n));
    expect(lost).to.be.above(1_000);
    expect(own).to.deep.equal([...numbers(at), ...numbers(4_000).slice(at + lost)]);
    expect(lines.at(-1)).to.include('the last words');
  });

  it('that is a file is added to it where it stands, and read by nobody is no trouble', async () => {
    const path = join(folder, 'file');
    writeFileSync(path, 'before\n');
    const stdout = openSync(path, 'a');
    opened.push(stdout);
    const child = start(stdout, ['json', 'exit', '2000']);
    expect(await child.ended).to.equal(3);
    const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
    expect(lines).to.have.length(2003);
    expect(lines[0]).to.equal('before');
    expect(lines[2002]).to.include('the last words');
  });

  it('whose reader has gone harms nothing', async () => {
    const child = start('pipe', ['json', 'end', '2000']);
    child.process.stdout!.destroy();
    expect(await child.ended).to.equal(0);
    expect(child.err).to.equal('said all\nover\n');
  });
});

const started: ChildProcess[] = [];
const numbers = (count: number): number[] => Array.from({ length: count }, (_, n) => n + 1);

/** Starts the program; what it says on stderr is heard at once. */
function start(stdout: number | 'pipe', args: readonly string[]) {
  const child = spawn(process.execPath, [PROGRAM, ...args], { stdio: ['ignore', stdout, 'pipe'] });
  started.push(child);
  const heard = { process: child, err: '', ended: once(child, 'exit').then(([code]) => code as number), said };
  child.stderr!.on('data', (data: Buffer) => (heard.err += data.toString()));
  async function said(line: string): Promise<void> {
    const over = heard.ended.then(() => {
      if (!heard.err.includes(line)) throw new Error(`it ended without "${line}": ${heard.err}`);
    });
    while (!heard.err.includes(`${line}\n`)) await Promise.race([once(child.stderr!, 'data'), over]);
  }
  return heard;
}

/** Reads a pipe that the test itself holds open, so that no end is told: until the program has ended and nothing is left. */
async function readPipe(fd: number, child: ChildProcess): Promise<string> {
  const bytes = Buffer.alloc(65_536);
  let all = '';
  for (;;) {
    const isOver = child.exitCode !== null;
    let count = 0;
    try {
      count = readSync(fd, bytes);
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code !== 'EAGAIN') throw thrown;
    }
    if (count === 0 && isOver) return all;
    if (count === 0) await sleep(1);
    all += bytes.toString('latin1', 0, count);
  }
}
