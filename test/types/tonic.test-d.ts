// Checked by `tsc -p tsconfig.json`, never run: what the compiler must refuse stands under @ts-expect-error, and all else
// must pass.
import {
  type AnyTonic,
  Catalyst,
  Formula,
  type FormulaData,
  type InfusionFailure,
  type RunResult,
  type TimerInfo,
  TimerPausing,
  TimerRepeat,
  TimerSingleShot,
  Tonic,
} from '../../src/index.js';

class Main extends Tonic {
  ttse__onCounted(_n: number): void {}
}

class Door extends Tonic<'locked' | 'open'> {
  declare readonly base: Main;

  ttsc__unlock(_code: string): void {}
  ttsc_open__close(): void {}
  ttse__counted(_n: number): void {}
  ttse__failed(_reason: unknown): void {}
  ttse__onInfusionFailed({ error, restarts, name }: InfusionFailure): void {
    this.log.error(error, '%s, restart %d', name, restarts);
  }

  ttsc__states(): void {
    this.toState('open');
    this.toState(undefined);
    this.toState('locked', { reenter: true });
    // @ts-expect-error a state that it has not
    this.toState('opne');
    // @ts-expect-error no state is not null
    this.toState(null);
    // @ts-expect-error an option that does not exist
    this.toState('open', { again: true });
    const state: 'locked' | 'open' | undefined = this.state;
    // @ts-expect-error there may be no state
    const always: 'locked' | 'open' = this.state;
    void [state, always];
  }

  ttsc__sparkles(other: Door): void {
    other.ttsc__unlock('42');
    // @ts-expect-error an argument of the wrong type
    other.ttsc__unlock(42);
    // @ts-expect-error no argument
    other.ttsc__unlock();
    // @ts-expect-error a sparkle that it has not
    other.ttsc__unlokc('42');
    other.ttsc__toState('open');
    // @ts-expect-error a state that it has not, from outside
    other.ttsc__toState('opne');
    // @ts-expect-error only a sparkle of its own may change its state at once
    new Main().toState(undefined);
    this.base.ttse__onCounted(1);
    // @ts-expect-error the base is a Main
    this.base.ttsc__unlock('42');
  }

  ttsc__references(): void {
    const unlock = this.bind('ttsc__unlock');
    unlock('42');
    // @ts-expect-error an argument of the wrong type
    unlock(42);
    this.bind('ttsc_open__close')();
    // @ts-expect-error a sparkle that it has not
    this.bind('ttsc__unlokc');
    // @ts-expect-error a method that is no sparkle
    this.bind('drained');
    const tonic: AnyTonic = unlock.tonic;
    const key: string = unlock.sparkle;
    void [tonic, key];
  }

  ttsc__raises(): void {
    this.raise.ttsc__unlock('42');
    this.raise.ttsc_open__close();
    this.raise.ttse__onEnter();
    this.raise.ttsc__finish();
    // @ts-expect-error an argument of the wrong type
    this.raise.ttsc__unlock(42);
    // @ts-expect-error no argument
    this.raise.ttsc__unlock();
    // @ts-expect-error a sparkle that it has not
    this.raise.ttsc__unlokc('42');
    // @ts-expect-error a method that is no sparkle
    this.raise.drained();
    // @ts-expect-error nobody raises on behalf of another one
    this.base.raise.ttse__onCounted(1);
    this.generic.ttsc__unlock('42');
    // @ts-expect-error an argument of the wrong type
    this.generic.ttsc__unlock(42);
    // @ts-expect-error a sparkle that it has not
    this.generic.ttsc__unlokc('42');
  }

  ttsc__pipes(promise: Promise<number>): void {
    this.pipe(promise, this.ttse__counted);
    this.pipe(promise, this.ttse__counted, this.ttse__failed);
    this.pipe(promise, this.ttse__counted, this.ttse__failed, { hold: false });
    this.pipe(promise, this.ttse__counted, { onError: this.ttse__failed, timeout: 1_000 });
    this.pipe(promise, this.ttse__counted, undefined, { timeout: 1_000 });
    // @ts-expect-error no such option
    this.pipe(promise, this.ttse__counted, { holds: false });
    // @ts-expect-error not what a rejection is heard by
    this.pipe(promise, this.ttse__counted, { onError: this.ttse__counted });
    this.pipe(promise, this.bind('ttse__counted'));
    this.pipe(promise, this.base.bind('ttse__onCounted'));
    // @ts-expect-error a value of the wrong type
    this.pipe(promise, this.ttsc__unlock);
    // @ts-expect-error a reference with the wrong type
    this.pipe(promise, this.bind('ttsc__unlock'));
    // @ts-expect-error a value is no promise
    this.pipe(42, this.ttse__counted);
    // @ts-expect-error nothing takes the result
    this.pipe(promise);
  }

  ttsc__supervises(): void {
    const supervised = this.supervise(() => new Door(), { strategy: 'restart', limit: 3, within: 60_000 });
    supervised.current.ttsc__unlock('42');
    // @ts-expect-error a strategy that does not exist
    this.supervise(() => new Door(), { strategy: 'retry' });
    // @ts-expect-error an option that does not exist
    this.supervise(() => new Door(), { limits: 3 });
    // @ts-expect-error it makes no Tonic
    this.supervise(() => 42);
  }

  ttsc__timers(): void {
    new TimerSingleShot({ seconds: 1, name: 'lightsOff' });
    new TimerRepeat({ minutes: 1.5, sparkleBack: this.ttse__tick });
    new TimerPausing({ hours: 1, sparkleBack: this.bind('ttse__tick') }).pause();
    // @ts-expect-error a unit that does not exist
    new TimerSingleShot({ second: 1 });
    // @ts-expect-error a period is a number
    new TimerSingleShot({ seconds: '1' });
    // @ts-expect-error a sparkle with the wrong argument
    new TimerSingleShot({ seconds: 1, sparkleBack: this.ttsc__unlock });
    // @ts-expect-error a repeating timer does not pause
    new TimerRepeat({ seconds: 1 }).pause();
  }
  ttse__tick({ count, missed, timer }: TimerInfo): void {
    this.log.info({ count, missed }, timer.name);
  }

  ttsc__options(): void {
    new Tonic({ name: 'door', logMode: 'full', drainTimeout: 100, base: this });
    // @ts-expect-error an option that does not exist
    new Tonic({ nmae: 'door' });
    // @ts-expect-error a log mode that does not exist
    new Tonic({ logMode: 'loud' });
    // @ts-expect-error a base is a Tonic
    new Tonic({ base: 'main' });
    new Catalyst({ queueLimit: 10, turnOrders: 10, turnTime: 10 });
    // @ts-expect-error an option that does not exist
    new Catalyst({ queuelimit: 10 });
    this.logMode = 'quiet';
    // @ts-expect-error a log mode that does not exist
    this.logMode = 'loud';
  }

  ttsc__source(): void {
    const name: string | undefined = this.source?.name;
    const sparkle: string | undefined = this.source?.sparkle;
    // @ts-expect-error there may be no source
    const id: number = this.source.id;
    // @ts-expect-error it is told, not set
    this.id = 3;
    void [name, sparkle, id];
  }
}

class Machine extends Tonic<'on'> {
  static override readonly states = ['on'] as const;
  static override readonly events = ['onBell'] as const;
  // @ts-expect-error onStart takes nothing
  ttse__onStart(_now: number): void {}
}

class App extends Formula {
  protected override creatingFormula(): FormulaData {
    return {
      project: { name: 'app', version: '1' },
      log: { to: 'screen', default: 'full', level: 'debug' },
      shutdown: { grace: 5_000 },
      mine: { anything: 1 },
    };
  }
  protected override creatingStartingTonics(): void {
    new Main();
  }
}
class Wrong extends Formula {
  protected override creatingFormula(): FormulaData {
    // @ts-expect-error a log mode that does not exist
    return { log: { default: 'loud' } };
  }
}
class WithPort extends App {
  constructor(readonly port: number) {
    super();
  }
}

const result: Promise<RunResult> = App.run();
const withPort: Promise<RunResult> = WithPort.run(7007);
// @ts-expect-error its constructor wants a port
const withoutPort: Promise<RunResult> = WithPort.run();
// @ts-expect-error an abstract Formula cannot be run
const abstract: Promise<RunResult> = Formula.run();
void [result, withPort, withoutPort, abstract, Door, Machine, Wrong];
