import { expect } from 'chai';
import { type Source, TimerSingleShot, Tonic } from '../../src/index.js';
import { runApp, startApp } from '../support/app.js';
import { stillHeld } from '../support/memory.js';

/** Writes down who queued its sparkles, with name and id as they were then. */
class Door extends Tonic<'open'> {
  readonly sources: (Source | undefined)[] = [];
  ttsc__knock(): void {
    this.sources.push(this.source);
  }
}

describe('the source of a sparkle', () => {
  it('is the Tonic whose sparkle queued it, with its id, its name and that sparkle', async () => {
    class Main extends Tonic {
      door!: Door;
      ttse__onStart(): void {
        this.door = new Door();
        this.door.ttsc__knock();
        this.ttsc__again();
      }
      ttsc__again(): void {
        this.door.ttsc__knock();
        this.ttsc__finish();
      }
    }
    let main!: Main;
    await runApp(() => (main = new Main({ name: 'main' })));
    const common = { tonic: main, id: 1, name: 'main' };
    expect(main.door.sources).to.deep.equal([
      { ...common, sparkle: 'ttse__onStart' },
      { ...common, sparkle: 'ttsc__again' },
    ]);
  });

  it('is itself where a Tonic calls its own', async () => {
    class Door extends Tonic {
      heard: Source | undefined;
      ttse__onStart(): void {
        this.ttsc__knock();
      }
      ttsc__knock(): void {
        this.heard = this.source;
        this.ttsc__finish();
      }
    }
    let door!: Door;
    await runApp(() => (door = new Door()));
    expect(door.heard?.tonic).to.equal(door);
  });

  it('is undefined where code outside any sparkle queued it', async () => {
    let door!: Door;
    const app = await startApp(() => (door = new Door()));
    door.ttsc__knock();
    await app.settled();
    expect(door.sources).to.deep.equal([undefined]);
    await app.finish();
  });

  it('is the main Catalyst for what creatingStartingTonics() queues', async () => {
    let door!: Door;
    await runApp(() => {
      door = new Door();
      door.ttsc__knock();
      door.ttsc__finish();
    });
    expect(door.sources).to.have.length(1);
    expect(door.sources[0]).to.include({ name: 'tt_main_catalyst', sparkle: undefined });
  });

  it('is the timer for what a timer calls', async () => {
    class Main extends Tonic {
      heard: Source | undefined;
      readonly timer = new TimerSingleShot({ seconds: 1, name: 'egg', base: this });
      ttse__onEgg(): void {
        this.heard = this.source;
        this.ttsc__finish();
      }
    }
    let main!: Main;
    await runApp(() => (main = new Main()));
    expect(main.heard).to.include({ tonic: main.timer, name: 'egg', sparkle: undefined });
  });

  it("is undefined outside a Tonic's own sparkles, and in those of others", async () => {
    const seen: unknown[] = [];
    class Main extends Tonic {
      ttse__onStart(): void {
        const door = new Door();
        door.ttsc__knock();
        seen.push(door.source);
        this.ttsc__finish();
      }
    }
    let main!: Main;
    await runApp(() => (main = new Main()));
    seen.push(main.source);
    expect(seen).to.deep.equal([undefined, undefined]);
  });

  it('holds in the hooks of a transition that the sparkle asked for', async () => {
    class Turning extends Tonic<'open'> {
      heard: Source | undefined;
      ttsc__turn(): void {
        this.toState('open');
      }
      ttse_open__onEnter(): void {
        this.heard = this.source;
      }
    }
    class Main extends Tonic {
      turning!: Turning;
      ttse__onStart(): void {
        this.turning = new Turning();
        this.turning.ttsc__turn();
        this.ttsc__finish();
      }
    }
    let main!: Main;
    await runApp(() => (main = new Main()));
    expect(main.turning.heard?.tonic).to.equal(main);
  });

  it('does not keep old orders alive', async () => {
    class Payload {}
    const refs: WeakRef<Payload>[] = [];
    class Chain extends Tonic {
      ttsc__next(payload: Payload): void {
        refs.push(new WeakRef(payload));
        if (refs.length < 100) this.ttsc__next(new Payload());
      }
    }
    let chain!: Chain;
    const app = await startApp(() => {
      chain = new Chain();
      chain.ttsc__next(new Payload());
    });
    expect(refs).to.have.length(100);
    expect(await stillHeld(refs)).to.equal(0);
    await app.finish();
  });
});
