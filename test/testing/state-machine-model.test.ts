import { expect } from 'chai';
import fc from 'fast-check';
import { Tonic } from '../../src/index.js';
import { Distiller } from '../../src/testing/index.js';
import { howMany } from '../support/how-many.js';

const STATES = ['a', 'b', 'c'] as const;
type State = (typeof STATES)[number];

/** What is asked of a machine: an order, and the transitions that its body and the hooks after it ask for. */
interface Step {
  readonly kind: 'go' | 'only' | 'both';
  readonly to: State | undefined;
  readonly reenter: boolean;
  /** What `onEnter` asks for next, if anything. */
  readonly then: State | 'nothing';
}

/** A machine of three states that writes down everything it goes through. */
class Machine extends Tonic<State> {
  readonly seen: string[] = [];
  #next: State | 'nothing' = 'nothing';

  /** Generic: in every state. */
  ttsc__go(step: Step): void {
    this.#change('go', step);
  }
  /** In state `b` only. */
  ttsc_b__only(step: Step): void {
    this.#change('only b', step);
  }
  ttsc__both(step: Step): void {
    this.#change('both', step);
  }
  ttsc_c__both(step: Step): void {
    this.#change('both c', step);
  }
  ttse__onEnter(): void {
    this.seen.push(`enter ${this.state}`);
    const next = this.#next;
    this.#next = 'nothing';
    if (next !== 'nothing') this.toState(next);
  }
  ttse__onExit(): void {
    this.seen.push(`exit ${this.state}`);
  }
  ttse_c__onExit(): void {
    this.seen.push('exit from c itself');
  }
  ttsc__only(_step: Step): void {}

  #change(what: string, { to, reenter, then }: Step): void {
    this.seen.push(`${what} in ${this.state}`);
    this.#next = then;
    this.toState(to, { reenter });
  }
}

/** The rules of design, section 3, and nothing else: written apart from the code that it is held against. */
class Model {
  readonly seen: string[] = [];
  state: State | undefined = undefined;

  take({ kind, to, reenter, then }: Step): void {
    if (kind === 'only' && this.state !== 'b') return;
    const where = kind === 'only' ? ' b' : kind === 'both' && this.state === 'c' ? ' c' : '';
    this.seen.push(`${kind}${where} in ${this.state}`);
    let wanted = to;
    let pending = then;
    let moves = reenter || to !== this.state;
    while (moves) {
      if (this.state !== undefined) this.seen.push(this.state === 'c' ? 'exit from c itself' : `exit ${this.state}`);
      this.state = wanted;
      if (wanted === undefined) return;
      this.seen.push(`enter ${wanted}`);
      const next = pending;
      pending = 'nothing';
      moves = next !== 'nothing' && next !== this.state;
      if (moves) wanted = next as State;
    }
  }
}

const step = fc.record<Step>({
  kind: fc.constantFrom('go', 'only', 'both'),
  to: fc.option(fc.constantFrom(...STATES), { nil: undefined }),
  reenter: fc.boolean(),
  then: fc.constantFrom('nothing', ...STATES),
});

describe('a state machine', () => {
  const least = howMany(20_000, 100_000);

  it(`agrees with a tiny model through ${least} random orders and transitions`, async function () {
    this.timeout(60_000);
    let orders = 0;
    const property = fc.asyncProperty(
      fc.array(step, { minLength: 200, maxLength: 1_400, size: 'max' }),
      fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 20 }),
      async (steps, counts) => {
        const distiller = await Distiller.start(undefined, { trace: false, log: { default: 'off' } });
        const machine = distiller.infuse(() => new Machine());
        await distiller.settle();
        const model = new Model();
        for (const given of steps) machine[`ttsc__${given.kind}`](given);
        // Turned by hand in pieces of any size, it is whole at every stop.
        let done = 0;
        for (const count of counts) {
          const { stopCondition } = await distiller.sparkle({ count });
          const bodies = (): number => machine.seen.filter((line) => / in /.test(line)).length;
          while (done < steps.length && model.seen.filter((line) => / in /.test(line)).length < bodies())
            model.take(steps[done++]!);
          expect(machine.seen).to.deep.equal(model.seen);
          expect(machine.state).to.equal(model.state);
          if (stopCondition[0] === 'idle') break;
        }
        await distiller.settle();
        while (done < steps.length) model.take(steps[done++]!);
        expect(machine.seen).to.deep.equal(model.seen);
        expect(machine.state).to.equal(model.state);
        orders += steps.length;
        await distiller.finish();
      },
    );
    await fc.assert(property, { numRuns: howMany(30, 130), seed: 20_261_124 });
    expect(orders).to.be.above(least);
  });
});
