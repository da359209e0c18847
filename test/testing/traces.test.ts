import { expect } from 'chai';
import { Formula, SelectorCatalyst, Tonic } from '../../src/index.js';
import { Distiller, type TraceFilter } from '../../src/testing/index.js';
import { timeText } from '../doors/testing.js';
import { expectThrow } from '../support/errors.js';
import { Door } from './support/door.js';

class Clerk extends Tonic {
  ttsc__file(_paper: unknown, ..._more: unknown[]): void {}
  ttsc__pass(on: Clerk): void {
    on.ttsc__file('from a colleague');
  }
  ttsc__fail(): void {
    throw new TypeError('no ink');
  }
  ttse__onFailure(): void {}
}

describe('a trace', () => {
  let distiller: Distiller;
  let clerk: Clerk;

  beforeEach(async () => {
    distiller = await Distiller.start(undefined, { seed: 7, probes: { Door: ['tries'] } });
    clerk = distiller.infuse(() => new Clerk({ name: 'clerk' }));
    await distiller.settle();
  });
  afterEach(async () => {
    await distiller.finish();
  });

  it('has all of a sparkle', async () => {
    const door = distiller.infuse(() => new Door({ name: 'door' }));
    await distiller.advance(10);
    door.ttsc__unlock('42');
    const { sparkleTrace } = await distiller.sparkle({ count: 1 });
    expect(sparkleTrace[0]).to.deep.equal({
      nr: distiller.trace.length - 1,
      host: 'main',
      id: door.id,
      tonic: 'door',
      sparkle: 'ttsc__unlock',
      args: ['42'],
      source: undefined,
      extra: false,
      atEnter: { at: 10, state: 'locked', probes: { tries: 0 } },
      atExit: { at: 10, state: 'open', probes: { tries: 1 }, catalystRuns: true },
      error: undefined,
    });
  });

  it('names who queued a sparkle', async () => {
    const other = distiller.infuse(() => new Clerk({ name: 'other' }));
    clerk.ttsc__pass(other);
    const { sparkleTrace } = await distiller.sparkle({ tillSparkleIn: ['ttsc__file'] });
    expect(sparkleTrace.at(-1)?.source).to.deep.equal({ id: clerk.id, name: 'clerk', sparkle: 'ttsc__pass' });
  });

  it('has what was thrown', async () => {
    clerk.ttsc__fail();
    const { sparkleTrace } = await distiller.sparkle();
    expect(sparkleTrace.map(({ sparkle, error }) => [sparkle, error])).to.deep.equal([
      ['ttsc__fail', 'TypeError: no ink'],
      ['ttse__onFailure', undefined],
    ]);
  });

  it('has arguments as they were, whatever becomes of them', async () => {
    const paper = { title: 'plan', pages: [1, 2], bytes: Buffer.from('ab') };
    clerk.ttsc__file(paper, 1n, undefined, 'x');
    await distiller.settle();
    paper.title = 'changed';
    paper.pages.push(3);
    paper.bytes[0] = 0;
    const [copied, ...more] = distiller.trace.at(-1)!.args;
    expect(copied).to.deep.equal({ title: 'plan', pages: [1, 2], bytes: Buffer.from('ab') });
    expect(more).to.deep.equal([1n, undefined, 'x']);
    expect(() => ((copied as { title: string }).title = 'forged')).to.throw(TypeError);
  });

  it('is frozen', async () => {
    clerk.ttsc__file('a');
    await distiller.settle();
    const entry = distiller.trace.at(-1) as { sparkle: string; atExit: { state: string } };
    expect(() => (entry.sparkle = 'forged')).to.throw(TypeError);
    expect(() => (entry.atExit.state = 'forged')).to.throw(TypeError);
  });

  it('tells at the exit whether the Catalyst still runs', async () => {
    class Main extends SelectorCatalyst {
      ttsc__go(): void {}
      ttse__onFinished(): void {}
    }
    class Small extends Formula {
      protected override creatingMainCatalyst(): unknown {
        return new Main();
      }
      protected override creatingStartingTonics(): void {
        new Clerk();
      }
    }
    const small = await Distiller.start(Small);
    (small.main as Main).ttsc__go();
    await small.finish();
    const runs = small.trace.map(({ sparkle, atExit }) => [sparkle, atExit?.catalystRuns]);
    expect(runs).to.deep.include.members([
      ['ttsc__go', true],
      ['ttse__onFinished', false],
    ]);
  });

  it('is bounded, and counts what it has dropped', async () => {
    const bounded = await Distiller.start(undefined, { trace: 3 });
    const tonic = bounded.infuse(() => new Clerk());
    for (let nr = 1; nr <= 10; nr++) tonic.ttsc__file(nr);
    await bounded.settle();
    expect(bounded.trace.map(({ args }) => args[0])).to.deep.equal([8, 9, 10]);
    expect(bounded.dropped).to.equal(7);
    expect(String(bounded)).to.include('10 sparkles (7 are not kept)');
    await bounded.finish();
  });

  it('can be switched off, and is then made for sparkle() alone', async () => {
    const off = await Distiller.start(undefined, { trace: false });
    const tonic = off.infuse(() => new Clerk());
    tonic.ttsc__file(1);
    await off.settle();
    tonic.ttsc__file(2);
    expect((await off.sparkle()).sparkleTrace.map(({ args }) => args[0])).to.deep.equal([2]);
    expect(off.trace).to.deep.equal([]);
    await off.finish();
  });

  it('is a table to be read', async () => {
    const door = distiller.infuse(() => new Door({ name: 'door' }));
    await distiller.settle();
    door.ttsc__unlock('42');
    await distiller.advance('90m');
    expect(String(distiller).split('\n')).to.deep.equal([
      'seed 7, time 1:30:00.000, 4 sparkles',
      'nr  time  tonic  state           sparkle',
      ' 1     0  door   -> locked       ttse__onStart() <- tt_main_catalyst { tries: 0 }',
      ' 2     0  door   locked            ttse__onEnter() <- tt_main_catalyst { tries: 0 }',
      " 3     0  door   locked -> open  ttsc__unlock('42') { tries: 1 }",
      ' 4     0  door   open              ttse__onEnter() { tries: 1 }',
    ]);
  });

  describe('of which some is asked for', () => {
    let door: Door;
    const shown = (which: TraceFilter): string[] =>
      distiller
        .toString(which)
        .split('\n')
        .slice(2)
        .map((line) => line.trim().split(/ +/)[0]!);

    beforeEach(async () => {
      const other = distiller.infuse(() => new Clerk());
      door = distiller.infuse(() => new Door({ name: 'door' }));
      await distiller.settle();
      other.ttsc__file('a');
      clerk.ttsc__file('b');
      door.ttsc__unlock('42');
      await distiller.settle();
    });

    it('shows that of a Tonic by its name or id, and counts it', () => {
      expect(shown('door')).to.deep.equal(['1', '2', '5', '6']);
      expect(shown(door.id)).to.deep.equal(['1', '2', '5', '6']);
      expect(distiller.toString('clerk').split('\n')[0]).to.equal('seed 7, time 0, 6 sparkles, 1 shown');
    });

    it('shows that of several Tonics, of a class where they have no names of their own', () => {
      expect(shown(['clerk', 'Clerk'])).to.deep.equal(['3', '4']);
      expect(shown('Clerk')).to.deep.equal(['3']);
    });

    it('shows what a function says yes to', () => {
      expect(shown(({ extra, atExit }) => extra && atExit?.state === 'open')).to.deep.equal(['6']);
    });

    it('refuses any other filter', () => {
      expectThrow(() => distiller.toString({} as never), 'TT_BAD_OPTION');
      expectThrow(() => distiller.toString([undefined] as never), 'TT_BAD_OPTION');
    });

    it('is printed so', () => {
      const { write } = process.stdout;
      let printed = '';
      process.stdout.write = ((text: string) => (printed += text)) as never;
      try {
        distiller.print('clerk');
      } finally {
        process.stdout.write = write;
      }
      expect(printed)
        .to.equal(`${distiller.toString('clerk')}\n`)
        .and.to.include("ttsc__file('b')");
    });
  });

  for (const [ms, text] of [
    [0, '0'],
    [12.3456, '12.346'],
    [999, '999'],
    [1_000, '1.000'],
    [62_004.5, '1:02.004500'],
    [3_600_000, '1:00:00.000'],
    [90_061_001, '25:01:01.001'],
  ] as const) {
    it(`shows ${ms} ms as ${text}`, () => {
      expect(timeText(ms)).to.equal(text);
    });
  }
});
