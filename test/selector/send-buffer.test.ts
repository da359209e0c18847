import { expect } from 'chai';
import fc from 'fast-check';
import type { Bytes } from '../../src/index.js';
import { LARGEST_WRITE, SendBuffer, type Sink } from '../doors/selector.js';
import { collectGarbage } from '../support/memory.js';
import { howMany } from '../support/how-many.js';

/** A kernel that takes so many bytes at once; a piece that does not fit is pending until there is room for all of it. */
class Kernel implements Sink {
  pending = 0;
  room = Infinity;
  readonly got: Buffer[] = [];
  readonly pieces: number[] = [];
  tells = false;
  readonly buffer = new SendBuffer(this);

  give(piece: Bytes | readonly Bytes[], size: number, tells: boolean): void {
    const parts = typeof piece === 'string' || piece instanceof Uint8Array ? [piece] : piece;
    this.got.push(...parts.map((part) => Buffer.from(part)));
    this.pieces.push(size);
    this.tells = tells;
    this.pending += size;
    this.#take();
  }
  /** Room for so many more: the pending piece leaves when it fits, and the buffer is asked for the next one where that was asked for. */
  takes(bytes: number): void {
    this.room += bytes;
    const was = this.pending;
    this.#take();
    if (was > 0 && this.pending === 0 && this.tells) this.buffer.pump(false);
  }
  get text(): string {
    return Buffer.concat(this.got).toString();
  }
  /** As Node counts: a write has left when all of it has. */
  #take(): void {
    const taken = Math.min(this.room, this.pending - this.#taken);
    this.room -= taken;
    this.#taken += taken;
    if (this.#taken === this.pending) this.pending = this.#taken = 0;
  }
  #taken = 0;
}

function put(buffer: SendBuffer, ...parts: Bytes[]): void {
  for (const part of parts) buffer.put(part, Buffer.byteLength(part));
}

/** As `postMessage` with a transfer list does it. */
function moveAway(bytes: Uint8Array<ArrayBuffer>): void {
  structuredClone(bytes.buffer, { transfer: [bytes.buffer] });
}

describe('what waits to be sent', () => {
  it('leaves as one piece where it is one part, uncopied', () => {
    const given: unknown[] = [];
    const buffer = new SendBuffer({ pending: 0, give: (piece) => void given.push(piece) });
    const bytes = Buffer.from('hello');
    put(buffer, bytes);
    buffer.pump(false);
    expect(given).to.have.lengthOf(1);
    expect(given[0]).to.equal(bytes);
    expect(buffer.size).to.equal(0);
  });

  it('needs a buffer only as long as something waits or is pending: then another connection has that', () => {
    const kernel = new Kernel();
    const buffer = SendBuffer.take(kernel);
    kernel.room = 3;
    put(buffer, 'waits');
    expect(buffer.giveBack()).to.equal(false);
    buffer.pump(false);
    expect([buffer.size, kernel.pending, buffer.giveBack()]).to.deep.equal([0, 5, false]);
    kernel.takes(2);
    expect(buffer.giveBack()).to.equal(true);
    const other = new Kernel();
    const again = SendBuffer.take(other);
    expect(again).to.equal(buffer);
    put(again, 'for another');
    again.pump(false);
    expect([kernel.text, other.text]).to.deep.equal(['waits', 'for another']);
  });

  it('keeps a buffer that has lost something until that was told', () => {
    const buffer = SendBuffer.take(new Kernel());
    const bytes = new Uint8Array(8);
    put(buffer, bytes);
    moveAway(bytes);
    buffer.pump(false);
    expect([buffer.giveBack(), buffer.takeLost(), buffer.giveBack()]).to.deep.equal([false, 8, true]);
  });

  it('leaves in one write where several small parts were given', () => {
    const kernel = new Kernel();
    put(kernel.buffer, 'one ', Buffer.from('two '), 'thrée');
    expect(kernel.buffer.size).to.equal(14);
    kernel.buffer.pump(false);
    expect(kernel.text).to.equal('one two thrée');
    expect(kernel.pieces).to.deep.equal([14]);
  });

  it('leaves whole, though the kernel is full, where somebody else writes behind it', () => {
    const kernel = new Kernel();
    kernel.room = 100;
    put(kernel.buffer, Buffer.alloc(LARGEST_WRITE * 2 + 5), 'the end');
    kernel.buffer.pump(false);
    kernel.buffer.handAll();
    expect(kernel.buffer.size).to.equal(0);
    expect(kernel.pieces.reduce((sum, size) => sum + size)).to.equal(LARGEST_WRITE * 2 + 12);
  });

  it('leaves in bounded pieces, one at a time while the kernel is full', () => {
    const kernel = new Kernel();
    kernel.room = 100;
    put(kernel.buffer, Buffer.alloc(LARGEST_WRITE * 3 + 5));
    kernel.buffer.pump(false);
    expect(kernel.pieces).to.deep.equal([LARGEST_WRITE]);
    expect(kernel.buffer.size).to.equal(LARGEST_WRITE * 2 + 5);
    kernel.takes(LARGEST_WRITE);
    expect(kernel.pieces).to.deep.equal([LARGEST_WRITE, LARGEST_WRITE]);
    kernel.takes(Infinity);
    expect(kernel.pieces).to.deep.equal([LARGEST_WRITE, LARGEST_WRITE, LARGEST_WRITE, 5]);
    expect(kernel.buffer.size + kernel.pending).to.equal(0);
  });

  it('cuts a long text between its bytes, and loses none', () => {
    const kernel = new Kernel();
    const text = '€'.repeat(LARGEST_WRITE);
    put(kernel.buffer, text);
    kernel.buffer.pump(false);
    expect(kernel.text).to.equal(text);
    expect(Math.max(...kernel.pieces)).to.equal(LARGEST_WRITE);
  });

  it('counts what was moved away as lost, and sends its neighbours', () => {
    const kernel = new Kernel();
    const moved = new Uint8Array(8);
    put(kernel.buffer, 'A', moved, 'Z');
    moveAway(moved);
    kernel.buffer.pump(false);
    expect(kernel.text).to.equal('AZ');
    expect(kernel.buffer.takeLost()).to.equal(8);
    expect(kernel.buffer.takeLost()).to.equal(0);
    expect(kernel.buffer.size).to.equal(0);
  });

  it('keeps only so many bytes, and counts each byte once where some were moved away', () => {
    for (const most of [1_500, 2_000, 2_500, 3_500]) {
      const kernel = new Kernel();
      const parts = [0, 1, 2, 3].map((n) => new Uint8Array(1_000).fill(65 + n));
      put(kernel.buffer, ...parts);
      moveAway(parts[0]!);
      moveAway(parts[2]!);
      const forgotten = kernel.buffer.keepOnly(most);
      kernel.buffer.pump(false);
      const lost = kernel.buffer.takeLost();
      expect([forgotten, lost + kernel.text.length], String(most)).to.deep.equal([4_000 - most, most]);
      expect(kernel.text, String(most)).to.match(/^B+D*$/);
    }
  });

  it('counts what was moved away alone, in the middle of large parts, and when part of it has left', () => {
    const kernel = new Kernel();
    const alone = new Uint8Array(8);
    put(kernel.buffer, alone);
    moveAway(alone);
    kernel.buffer.pump(false);
    expect(kernel.buffer.takeLost()).to.equal(8);
    const large = [0, 1, 2].map(() => new Uint8Array(20_000).fill(65));
    put(kernel.buffer, ...large);
    moveAway(large[1]!);
    kernel.buffer.pump(false);
    expect(kernel.text).to.equal('A'.repeat(40_000));
    expect(kernel.buffer.takeLost()).to.equal(20_000);
    kernel.room = 0;
    const halfGone = new Uint8Array(LARGEST_WRITE * 2);
    put(kernel.buffer, halfGone, 'end');
    kernel.buffer.pump(false);
    moveAway(halfGone);
    kernel.takes(Infinity);
    expect(kernel.buffer.takeLost()).to.equal(LARGEST_WRITE);
    expect(kernel.text.endsWith('end')).to.be.true;
  });

  it('keeps single bytes, however many, in less than twenty bytes each', () => {
    const count = howMany(200_000, 1_000_000);
    const { buffer } = new Kernel();
    collectGarbage();
    const before = process.memoryUsage();
    for (let n = 0; n < count; n++) buffer.put(Buffer.from('x'), 1);
    collectGarbage();
    const after = process.memoryUsage();
    expect(buffer.size).to.equal(count);
    expect(after.heapUsed + after.external - before.heapUsed - before.external).to.be.below(20 * count);
  });

  it('takes no notice of empty parts', () => {
    const kernel = new Kernel();
    put(kernel.buffer, '', Buffer.alloc(0));
    kernel.buffer.pump(true);
    expect(kernel.pieces).to.be.empty;
  });

  it('has another piece behind one that tells nobody that it has left', () => {
    const kernel = new Kernel();
    kernel.room = 0;
    put(kernel.buffer, 'first');
    kernel.buffer.pump(false);
    expect(kernel.tells).to.be.false;
    put(kernel.buffer, 'second');
    kernel.buffer.pump(false);
    put(kernel.buffer, 'third');
    kernel.buffer.pump(false);
    kernel.takes(Infinity);
    expect(kernel.text).to.equal('firstsecondthird');
  });

  it('goes on by itself behind a small piece, when that has left', () => {
    const kernel = new Kernel();
    kernel.room = 0;
    put(kernel.buffer, Buffer.alloc(100), Buffer.alloc(LARGEST_WRITE));
    kernel.buffer.pump(false);
    expect([kernel.pieces, kernel.tells]).to.deep.equal([[100], true]);
    kernel.takes(100);
    expect(kernel.pieces).to.deep.equal([100, LARGEST_WRITE]);
  });

  it('tells of a few KiB that they have left, though nobody asked', () => {
    const kernel = new Kernel();
    for (const [size, tells] of [
      [4_095, false],
      [4_096, true],
    ] as const) {
      put(kernel.buffer, Buffer.alloc(size));
      kernel.buffer.pump(false);
      expect(kernel.tells, `${size} bytes`).to.equal(tells);
    }
  });

  it('keeps its first bytes where the rest is given up, and no byte more', () => {
    const first = Buffer.alloc(LARGEST_WRITE + 10, 'a');
    for (const [most, kept] of [
      [0, ''],
      [7, 'a'.repeat(7)],
      [LARGEST_WRITE + 10, first.toString()],
      [LARGEST_WRITE + 12, `${first.toString()}bc`],
      [LARGEST_WRITE + 14, `${first.toString()}bcde`],
      [Infinity, `${first.toString()}bcde`],
    ] as const) {
      const kernel = new Kernel();
      put(kernel.buffer, first, 'bcd', 'e');
      expect(kernel.buffer.keepOnly(most), `of ${most}`).to.equal(LARGEST_WRITE + 14 - kept.length);
      expect(kernel.buffer.size).to.equal(kept.length);
      kernel.buffer.pump(false);
      expect(kernel.text === kept, `what is left of ${most}`).to.be.true;
    }
  });

  it('keeps every byte in its order, however it is given and taken', () => {
    const part = fc.oneof(
      fc.string(),
      fc.uint8Array({ maxLength: 700 }),
      fc.nat(200_000).map((n) => Buffer.alloc(n, n)),
    );
    const step = fc.oneof(part, fc.nat(100_000), fc.constant('pump' as const));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const kernel = new Kernel();
        kernel.room = 0;
        const all: Buffer[] = [];
        for (const does of steps) {
          if (typeof does === 'number') kernel.takes(does);
          else if (does === 'pump') kernel.buffer.pump(false);
          else {
            put(kernel.buffer, does);
            all.push(Buffer.from(does));
          }
        }
        kernel.buffer.pump(false);
        kernel.takes(Infinity);
        kernel.buffer.pump(false);
        expect(Buffer.concat(kernel.got).equals(Buffer.concat(all))).to.be.true;
        expect(kernel.buffer.size + kernel.pending).to.equal(0);
      }),
      { numRuns: 200 },
    );
  });
});
