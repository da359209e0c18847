import { expect } from 'chai';
import { type Answer, type InfusionFailure, Tonic } from '../../src/index.js';
import { Distiller } from '../../src/testing/index.js';
import { ODD_VALUES } from '../support/odd-values.js';

/** Fails in one of many ways, with a value that the test gives. */
class Failing extends Tonic<'on' | 'off'> {
  ttsc__throw(value: unknown): void {
    throw value;
  }
  ttsc__pipe(value: unknown): void {
    this.pipe(Promise.reject(value), this.ttsc__throw);
  }
  ttsc__enter(value: unknown): void {
    this.value = value;
    this.toState('on');
  }
  ttse_on__onEnter(): void {
    throw this.value;
  }
  ttsc__answer(value: unknown, answer: Answer<number>): void {
    answer.fail(value as Error);
  }
  ttsc__end(value: unknown): void {
    this.value = value;
    this.ttsc__finish();
  }
  ttse__onFinished(): void {
    if (this.value !== undefined) throw this.value;
  }
  private value: unknown = undefined;
}

class Base extends Tonic {
  readonly failures: InfusionFailure[] = [];
  readonly errors: unknown[] = [];
  failing!: Failing;

  ttse__onStart(): void {
    this.failing = new Failing({ name: 'failing' });
  }
  ttsc__ask(value: unknown): void {
    this.ask(this.failing).ttsc__answer(value).then(this.ttse__onAnswer, this.ttse__onNoAnswer);
  }
  ttse__onAnswer(): void {}
  ttse__onNoAnswer(error: unknown): void {
    this.errors.push(error);
  }
  ttse__onInfusionFailed(failure: InfusionFailure): void {
    this.failures.push(failure);
  }
}

describe('whatever is thrown', () => {
  for (const way of ['ttsc__throw', 'ttsc__pipe', 'ttsc__enter', 'ttsc__end'] as const) {
    it(`ends one Tonic, is told to its base and is logged: ${way}`, async () => {
      for (const [what, make] of Object.entries(ODD_VALUES)) {
        // It would end as meant.
        if (way === 'ttsc__end' && what === 'nothing') continue;
        const distiller = await Distiller.start(() => void new Base({ name: 'base' }));
        await distiller.settle();
        const base = distiller.find<Base>('base')!;
        base.failing[way](make());
        await distiller.settle();
        expect(base.failures, what).to.have.length(1);
        const { error } = base.failures[0]!;
        expect(error, what).to.be.instanceOf(Error);
        expect(typeof error.message + typeof error.stack, what).to.equal('stringstring');
        if (/^an error (with|that|whose (cause|constructor))/i.test(what))
          expect(error.message, what).to.equal('db down');
        expect(distiller.lines.filter(({ err }) => err !== undefined).length, what).to.be.above(0);
        expect(base.finished, what).to.be.false;
        expect(await distiller.finish(), what).to.include({ exitCode: 0, error: undefined });
      }
    });
  }

  it('as why there is no answer is heard by the one who asked', async () => {
    for (const [what, make] of Object.entries(ODD_VALUES)) {
      const distiller = await Distiller.start(() => void new Base({ name: 'base' }));
      await distiller.settle();
      const base = distiller.find<Base>('base')!;
      base.ttsc__ask(make());
      await distiller.settle();
      expect(base.errors, what).to.have.length(1);
      expect(base.errors[0], what).to.be.instanceOf(Error);
      expect(base.failures, what).to.deep.equal([]);
      expect(await distiller.finish(), what).to.include({ exitCode: 0, error: undefined });
    }
  });

  it('in a Formula is the error of the run', async () => {
    for (const [what, make] of Object.entries(ODD_VALUES)) {
      const distiller = await Distiller.start(() => {
        class Top extends Tonic {
          ttsc__throw(value: unknown): void {
            throw value;
          }
        }
        new Top().ttsc__throw(make());
      });
      await distiller.settle();
      const { exitCode, error } = await distiller.finish();
      expect(exitCode, what).to.equal(1);
      expect(error, what).to.be.instanceOf(Error);
    }
  });
});
