import { expect } from 'chai';
import { type Remote, Tonic } from '../../src/index.js';
import { Distiller, SeededRandom } from '../../src/testing/index.js';

/** Uses services, which may be one itself. */
abstract class Body extends Tonic {
  ttsc__use(which: number): void {
    this.see(which);
  }
  ttsc__stop(): void {
    this.ttsc__finish();
  }
  ttsc__break(): void {
    throw new Error('broken');
  }
  see(which: number): Remote<Body> {
    return which === 0 ? this.use(Sun) : this.use(Moon);
  }
  ttse__onSunCompleted(): void {}
  ttse__onMoonCompleted(): void {}
}

class Sun extends Body {
  static override readonly service = 'sun';
}

class Moon extends Body {
  static override readonly service = 'moon';
}

class Gazer extends Body {}

class Boss extends Tonic {
  ttsc__do(body: () => void): void {
    body();
  }
  ttse__onInfusionFailed(): void {}
}

describe('services that are used, stopped and broken in any order', () => {
  it('end with their last user, and leave the app free to end', async () => {
    for (let seed = 1; seed <= 60; seed++) {
      const random = new SeededRandom(seed);
      const below = (n: number): number => random.below(n);
      const distiller = await Distiller.start(undefined, { seed });
      const boss = distiller.infuse(() => new Boss({ name: 'boss' }));
      const gazers: Gazer[] = [];
      const step = (): void => {
        if (gazers.length === 0 || below(3) === 0) gazers.push(new Gazer());
        const body = gazers[below(gazers.length)]!.see(below(2));
        [() => body.ttsc__use(below(2)), () => body.ttsc__stop(), () => body.ttsc__break()][below(3)]!();
        if (below(3) === 0) gazers.splice(below(gazers.length), 1)[0]!.ttsc__finish();
      };
      for (let steps = 0; steps < 20; steps++) {
        boss.ttsc__do(step);
        await distiller.sparkle({ count: 1 + below(6) });
      }
      boss.ttsc__do(() => gazers.forEach((gazer) => gazer.ttsc__finish()));
      await distiller.settle();
      expect(
        Array.from(distiller.ledger, ({ name }) => name),
        `with seed ${seed}`,
      ).to.deep.equal(['tt_main_catalyst', 'boss']);
      expect((await distiller.finish()).leftOpen).to.deep.equal([]);
    }
  });
});
