import { expect } from 'chai';
import { Catalyst, TimerSingleShot, Tonic } from '../../../src/index.js';
import { Distiller } from '../../../src/testing/index.js';

/** Holds its end, as a socket does: some of it leaves every second and a half, so many times; then it stands still, or has gone. */
class Slow extends Tonic {
  #open = true;
  #deadline = -Infinity;

  constructor(
    private pieces: number,
    private readonly goes: boolean,
  ) {
    super({ name: 'slow' });
  }
  override _ttHoldsEnd(): boolean {
    if (this.#open && this.#deadline === -Infinity) this.#progress();
    return this.#open;
  }
  override _ttDeadline(): number {
    return this.#open ? this.#deadline : -Infinity;
  }
  #progress(): void {
    const { clock } = this._ttScheduler;
    this.#deadline = clock.now() + 2_000;
    if (this.pieces-- > 0) clock.setTimer(() => this.#progress(), 1_500);
    else if (this.goes) {
      this.#open = false;
      this._ttss__end();
    }
  }
}

/** Drains for so long. */
class Draining extends Tonic {
  constructor(private readonly seconds: number) {
    super({ name: 'draining', drainTimeout: 12_000 });
  }
  ttse__onDraining(): void {
    new TimerSingleShot({ seconds: this.seconds });
  }
  ttse__onTimer(): void {
    this.drained();
  }
}

export class Worker extends Catalyst {
  static override readonly module = import.meta.url;
  constructor(
    options: { name: string },
    private readonly part: 'slow' | 'stuck' | 'draining' | 'worker',
  ) {
    super(options);
  }
  ttse__onStart(): void {
    if (this.part === 'draining') new Draining(11);
    else if (this.part === 'worker') Worker.spawn({ name: 'nested' }, 'slow');
    else new Slow(12, this.part === 'slow');
  }
}

class Boss extends Tonic {
  constructor(private readonly part: ConstructorParameters<typeof Worker>[1]) {
    super({ name: 'boss' });
  }
  ttse__onStart(): void {
    Worker.spawn({ name: 'far' }, this.part);
  }
}

/** How long it took until the base of the thread had finished, and what was aborted. */
async function endOf(
  part: ConstructorParameters<typeof Worker>[1],
  seed = 1,
): Promise<{ seconds: number; aborted: unknown[] }> {
  const distiller = await Distiller.start(undefined, { seed });
  const boss = distiller.infuse(() => new Boss(part));
  await distiller.settle();
  boss.ttsc__finish();
  let seconds = 0;
  while (!boss.finished && seconds < 100) {
    seconds++;
    await distiller.advance(1_000);
  }
  const aborted = distiller.lines.filter(({ code }) => code === 'TT_ABORTED').map(({ tonic }) => tonic);
  await distiller.finish();
  return { seconds, aborted };
}

/** Which thread's message comes first, the seed decides: none of these orders may matter. */
const SEEDS = [1, 2, 3, 4, 5, 6];

describe('the deadline of a thread', () => {
  it('is no earlier than that of what lives in it and gets on', async () => {
    for (const seed of SEEDS) expect(await endOf('slow', seed)).to.deep.equal({ seconds: 18, aborted: [] });
  });

  it('passes soon after that of what gets on no more', async () => {
    for (const seed of SEEDS) {
      const { seconds, aborted } = await endOf('stuck', seed);
      expect(seconds).to.be.within(20, 22);
      expect(aborted).to.deep.equal(['far']);
    }
  });

  it('is no earlier than that of a part with a longer one', async () => {
    for (const seed of SEEDS) expect(await endOf('draining', seed)).to.deep.equal({ seconds: 11, aborted: [] });
  });

  it('holds through a thread that another one has started', async () => {
    for (const seed of SEEDS) expect(await endOf('worker', seed)).to.deep.equal({ seconds: 18, aborted: [] });
  });
});
