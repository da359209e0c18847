import { expect } from 'chai';
import { type Period, TimerRepeat, TimerSingleShot, Tonic } from '../../src/index.js';
import { Distiller, type DistillerOptions } from '../../src/testing/index.js';
import { expectCode, expectRejection } from '../support/errors.js';
import { onlyWithAll } from '../support/how-many.js';

/** It has a timer that fires each so many seconds, so many times. */
class Ticker extends Tonic {
  heard = 0;
  readonly #period: Period;
  readonly #times: number;
  constructor(period: Period, times = Infinity, drainTimeout = 5_000) {
    super({ name: 'ticker', drainTimeout });
    this.#period = period;
    this.#times = times;
  }
  ttse__onStart(): void {
    new TimerRepeat({ ...this.#period, name: 'tick' });
  }
  ttse__onTick({ timer }: { timer: TimerRepeat }): void {
    if (++this.heard >= this.#times) timer.stop();
  }
}

describe('time that would take for ever', () => {
  let distiller: Distiller;
  const started = async (make: () => Tonic, options: DistillerOptions = {}): Promise<void> => {
    distiller = await Distiller.start(() => void make(), { seed: 1, trace: false, ...options });
    await distiller.settle();
  };
  afterEach(async () => distiller.finish());

  it('is told in a moment, with the timer, where advance() would fire it beyond all measure', async () => {
    await started(() => new Ticker({ seconds: 1e-6 }));
    const { message } = await expectRejection(distiller.advance('1h'), 'TT_TAKES_FOR_EVER');
    expect(message).to.match(
      /^advance\(\) would pass 3\d{9} instants of virtual time, more than 10000000; it is the timer tick of ticker, with a period of 0\.001 ms: let it fire less often, let less time pass at once, or raise "instantLimit"\.$/,
    );
    expect(distiller.clock.now()).to.be.below(1_000);
  });

  it('is told of a timer that nobody hears, too', async function () {
    onlyWithAll(this, 'instants without end');
    class Deaf extends Tonic {
      ttse__onStart(): void {
        new TimerRepeat({ seconds: 1e-6, name: 'tick' });
      }
    }
    await started(() => new Deaf({ name: 'deaf' }));
    const { message } = await expectRejection(distiller.advance('1h'), 'TT_TAKES_FOR_EVER');
    expect(message).to.contain('the timer tick of deaf,');
  });

  it('is told of one that is made anew each time', async () => {
    class Again extends Tonic {
      ttse__onStart(): void {
        new TimerSingleShot({ seconds: 1e-6, name: 'again' });
      }
      ttse__onAgain(): void {
        this.ttse__onStart();
      }
    }
    await started(() => new Again(), { instantLimit: 1_000_000 });
    const { message } = await expectRejection(distiller.advance('1d'), 'TT_TAKES_FOR_EVER');
    expect(message).to.contain('the timer again of 01.Again, with a period of 0.001 ms');
  });

  it('is no matter where it is not so long', async () => {
    await started(() => new Ticker({ seconds: 1e-6 }));
    await distiller.advance(60);
    expect(distiller.find<Ticker>('ticker')!.heard).to.be.within(59_999, 60_000);
  });

  it('is no matter where it was a burst that is over', async () => {
    await started(() => new Ticker({ seconds: 0.0001 }, 50_000));
    await distiller.advance('30d');
    expect(distiller.find<Ticker>('ticker')!.heard).to.equal(50_000);
  });

  it('is no matter where it is a burst on the network', async () => {
    await started(() => new Ticker({ hours: 1 }), { instantLimit: 10_000 });
    // One instant after the other, much faster than any timer of the app.
    for (let n = 0; n < 5_000; n++) distiller.clock.setTimer(() => {}, n / 1_000);
    await distiller.advance('30d');
    expect(distiller.find<Ticker>('ticker')!.heard).to.equal(720);
  });

  it('is measured by what the test says', async () => {
    await started(() => new Ticker({ seconds: 1 }), { instantLimit: 1_000 });
    await distiller.advance('10m');
    const { message } = await expectRejection(distiller.advance('20m'), 'TT_TAKES_FOR_EVER');
    expect(message).to.contain('more than 1000; it is the timer tick of ticker, with a period of 1000 ms');
  });

  for (const [what, call] of Object.entries({
    'until()': async () => distiller.until(new Promise(() => {})),
    'sparkle()': async () => distiller.sparkle({ tillStateIn: ['never'] }),
  })) {
    it(`ends ${what}, too`, async () => {
      await started(() => new Ticker({ seconds: 1 }), { instantLimit: 1_000 });
      expectCode(
        await call().then(
          () => undefined,
          (thrown: unknown) => thrown,
        ),
        'TT_TAKES_FOR_EVER',
      );
    });
  }

  it('does not keep an app from its end', async () => {
    class Stuck extends Ticker {
      ttse__onDraining(): void {}
    }
    await started(() => new Stuck({ seconds: 1 }, Infinity, Infinity), { instantLimit: 1_000 });
    const { leftOpen } = await distiller.finish();
    expect(leftOpen).to.include('ticker');
  });

  it('is refused as an invalid limit', async () => {
    await started(() => new Ticker({ seconds: 1 }));
    await expectRejection(
      Distiller.start(() => {}, { instantLimit: 0 }),
      'TT_BAD_OPTION',
    );
  });
});
