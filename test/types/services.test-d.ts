// What the compiler allows of services. Compiled by `npm run typecheck`; never run.
import { Formula, type Remote, Tonic } from '../../src/index.js';

class Clock extends Tonic {
  static override readonly service = 'clock';
  readonly zone: string;
  constructor(zone: string, _precision?: number) {
    super();
    this.zone = zone;
  }
  ttsc__tell(_to: number): void {}
}

abstract class Store extends Tonic {
  static readonly abstractService = 'store';
  abstract ttsc__put(key: string): void;
}

class Plain extends Tonic {}

class User extends Tonic {
  ttse__onStart(): void {
    const clock: Remote<Clock> = this.use(Clock, 'UTC', 3);
    clock.ttsc__tell(1);
    // @ts-expect-error its sparkles only
    void clock.zone;
    // @ts-expect-error a sparkle that does not exist
    clock.ttsc__lose();
    // @ts-expect-error the wrong argument
    clock.ttsc__tell('one');
    // @ts-expect-error its constructor wants a zone
    this.use(Clock);
    // @ts-expect-error a zone is a text
    this.use(Clock, 1);
    // @ts-expect-error a class that is no service
    this.use(Plain);
    const store: Remote<Store> = this.use(Store);
    store.ttsc__put('x');
    // @ts-expect-error the main Catalyst's user only asks
    void this.ledger.enter;
  }
}

class Outsider {
  ask(user: User): void {
    // @ts-expect-error a Tonic asks for itself
    user.use(Clock, 'UTC');
  }
}

class App extends Formula {
  protected override creatingStartingTonics(): void {
    this.use(Clock, 'UTC').ttsc__tell(1);
    // @ts-expect-error what only stands for a service cannot be started
    this.use(Store);
  }
}

void [Outsider, App];
