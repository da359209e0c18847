import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { nodeNetwork } from '../../src/index.js';
import { closeWires, wireTo } from '../support/wires.js';
import { Program } from '../support/program.js';
import { onRealSockets } from '../support/stage.js';

describe('SIGHUP, with connections on threads', function () {
  this.timeout(60_000);
  onRealSockets('the threads are those of a process');
  const folder = mkdtempSync(join(tmpdir(), 'tasktonic-'));
  const file = join(folder, 'app.json');
  let program: Program;
  let port: number;

  const write = (text: string): void => writeFileSync(file, text);
  const reload = async (text: string, told: string): Promise<void> => {
    write(text);
    program.signal('SIGHUP');
    await program.wrote(told);
  };

  beforeEach(async () => {
    write('{"limit": 1}');
    program = new Program(new URL('./programs/sighup-threads.ts', import.meta.url), [file]);
    port = Number(/\d+/.exec(await program.wrote(/^port \d+$/))![0]);
  });
  afterEach(async () => {
    closeWires();
    program.signal('SIGKILL');
    await program.exit();
  });
  after(() => rmSync(folder, { recursive: true }));

  it('reaches the connections of every thread, which stay open, and those that come later', async () => {
    const wires = await Promise.all(Array.from({ length: 20 }, async () => wireTo(port)));
    const asked = await Promise.all(wires.map(async (wire) => wire.ask('limit')));
    expect(asked.map((line) => line.split(' ')[1])).to.deep.equal(Array(20).fill('1'));
    const threads = new Set(asked.map((line) => line.split(' ')[0]));
    if (nodeNetwork.canHandOver || nodeNetwork.canReusePort) expect(threads.size).to.equal(2);
    await reload('{"limit": 2}', 'limit is 2');
    const told = await Promise.all(wires.map(async (wire) => wire.next()));
    expect(told).to.deep.equal(asked.map((line) => `${line.split(' ')[0]} changed to 2`));
    const later = await Promise.all(Array.from({ length: 10 }, async () => (await wireTo(port)).ask('limit')));
    expect(later.map((line) => line.split(' ')[1])).to.deep.equal(Array(10).fill('2'));
  });

  it('changes nothing in any of them where the file is wrong', async () => {
    const wires = await Promise.all(Array.from({ length: 8 }, async () => wireTo(port)));
    write('{"limit": "many"}');
    program.signal('SIGHUP');
    await program.complained('limit is "many"');
    for (const wire of wires) expect(await wire.ask('limit')).to.match(/ 1$/);
  });

  it('holds in a thread that starts for one that has died', async function () {
    if (!nodeNetwork.canHandOver && !nodeNetwork.canReusePort) {
      console.log('      skipped: this Node runs all connections of a server on one thread');
      return this.skip();
    }
    await reload('{"limit": 2}', 'limit is 2');
    const wire = await wireTo(port);
    const [dead] = (await wire.ask('limit')).split(' ');
    wire.say('die');
    await wire.closed;
    const seen = new Set<string>();
    while (seen.size < 2) {
      const [thread, limit] = await wireTo(port)
        .then(async (next) => next.ask('limit'))
        .then(
          (line) => line.split(' '),
          () => [],
        );
      if (thread === undefined) continue;
      expect([thread === dead, limit]).to.deep.equal([false, '2']);
      seen.add(thread);
    }
  });
});
