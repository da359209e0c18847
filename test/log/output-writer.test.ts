import { expect } from 'chai';
import { type Output, OutputWriter } from '../doors/log.js';
import { VirtualBench } from '../support/bench.js';

/** What has room for so many bytes as a test says. */
class Narrow implements Output {
  room = 0;
  taken = '';
  tries = 0;
  closed = 0;
  error: Error | undefined;
  write(data: string | Uint8Array): number {
    this.tries++;
    if (this.error !== undefined) throw this.error;
    const bytes = Buffer.from(data as string).subarray(0, this.room);
    this.room -= bytes.length;
    this.taken += bytes.toString();
    return bytes.length;
  }
  close(): void {
    this.closed++;
  }
}

const MOST = 40;
const PATIENCE = 1_000;

function opened() {
  const bench = new VirtualBench();
  const output = new Narrow();
  const leftOver: number[] = [];
  const note = (dropped: number): string => `${dropped} lost\n`;
  const means = { clock: bench.clock, open: () => output, most: MOST, endTimeout: PATIENCE, note };
  const writer = new OutputWriter({ ...means, leftOver: (lines) => leftOver.push(lines) });
  return { bench, output, writer, leftOver };
}

describe('what writes to an output', () => {
  it('gives each line at once, while there is room', () => {
    const { output, writer } = opened();
    output.room = 100;
    writer.write('one\n');
    writer.write('two\n');
    expect([output.taken, output.tries]).to.deep.equal(['one\ntwo\n', 2]);
  });

  it('gives the rest of a line, and those behind it, when there is room again', async () => {
    const { bench, output, writer } = opened();
    output.room = 2;
    for (const line of ['one\n', 'two\n', 'three\n']) writer.write(line);
    expect(output.taken).to.equal('on');
    output.room = 6;
    await bench.pass(100);
    expect(output.taken).to.equal('one\ntwo\n');
    output.room = 100;
    await bench.pass(100);
    expect(output.taken).to.equal('one\ntwo\nthree\n');
  });

  it('looks for room ever more seldom, and not at all when nothing waits', async () => {
    const { bench, output, writer } = opened();
    writer.write('one\n');
    await bench.pass(10_000);
    expect(output.tries).to.be.within(100, 200);
    output.room = 100;
    await bench.pass(100);
    const { tries } = output;
    await bench.pass(10_000);
    expect(output.tries).to.equal(tries);
  });

  it('drops the oldest beyond its bound, and tells how many in their place', async () => {
    const { bench, output, writer } = opened();
    output.room = 2;
    for (let n = 10; n < 20; n++) writer.write(`line ${n}\n`);
    expect(writer.lost).to.equal(4);
    output.room = 1_000;
    await bench.pass(100);
    expect(output.taken).to.equal('line 10\n4 lost\nline 15\nline 16\nline 17\nline 18\nline 19\n');
    expect(writer.lost).to.equal(4);
  });

  it('ends when all has left, and lets go of the output until the next line', async () => {
    const { bench, output, writer, leftOver } = opened();
    writer.write('one\n');
    const ended = writer.flush();
    await bench.pass(100);
    output.room = 100;
    await bench.until(ended);
    expect([output.taken, output.closed, leftOver]).to.deep.equal(['one\n', 1, []]);
    writer.write('two\n');
    await bench.until(writer.flush());
    expect([output.taken, output.closed]).to.deep.equal(['one\ntwo\n', 2]);
  });

  it('ends without what nobody takes, after its endTimeout, and waits for it no second time', async () => {
    const { bench, output, writer, leftOver } = opened();
    for (const line of ['one\n', 'two\n']) writer.write(line);
    const before = bench.now();
    await bench.until(writer.flush());
    expect([bench.now() - before, leftOver, writer.lost]).to.deep.equal([PATIENCE, [2], 2]);
    writer.write('three\n');
    await bench.until(writer.flush());
    expect(bench.now() - before).to.equal(PATIENCE);
    expect(output.taken).to.equal('');
  });

  it('begins a new line where half of one was left', async () => {
    const { bench, output, writer } = opened();
    output.room = 2;
    writer.write('one\n');
    await bench.until(writer.flush());
    output.room = 100;
    writer.write('two\n');
    writer.write('three\n');
    expect(output.taken).to.equal('on\ntwo\nthree\n');
  });

  it('throws what the system says, and tries again with the next line', () => {
    const { output, writer } = opened();
    output.error = new Error('the disk is full');
    expect(() => writer.write('one\n')).to.throw('the disk is full');
    output.error = undefined;
    output.room = 100;
    writer.write('two\n');
    expect(output.taken).to.equal('two\n');
  });

  it('loses what waits where the system refuses it later', async () => {
    const { bench, output, writer } = opened();
    writer.write('one\n');
    writer.write('two\n');
    output.error = new Error('the disk is full');
    await bench.pass(100);
    expect(writer.lost).to.equal(2);
    output.error = undefined;
    output.room = 100;
    writer.write('three\n');
    expect(output.taken).to.equal('three\n');
  });
});
