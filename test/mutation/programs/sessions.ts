// Sessions that end by themselves, or are ended: the office never hears of a session that has gone.
import assert from 'node:assert/strict';
import { type TimerInfo, TimerPausing, TimerRepeat, TimerSingleShot, Tonic } from '../../../src/index.js';
import type { Exploration } from '../support/exploration.js';

class Session extends Tonic<'busy' | 'idle'> {
  constructor(
    readonly office: Office,
    readonly nr: number,
  ) {
    super();
  }
  ttse__onStart(): void {
    this.toState('busy');
    new TimerRepeat({ seconds: 3, name: String(this.nr), sparkleBack: this.office.bind('ttse__beat') });
    new TimerSingleShot({ seconds: 20, name: 'end' });
  }
  ttse_busy__onEnter(): void {
    new TimerPausing({ seconds: 5, name: 'rest' });
  }
  ttse__onRest(): void {
    this.toState('idle');
  }
  ttse__onEnd(): void {
    this.ttsc__finish();
  }
  ttse__onFinished(): void {
    this.office.ttsc__left(this.nr);
  }
}

class Office extends Tonic {
  readonly there = new Map<number, Session>();
  beats = 0;
  readonly late: string[] = [];
  ttsc__open(nr: number): void {
    this.there.set(nr, new Session(this, nr));
  }
  ttse__beat({ name }: TimerInfo): void {
    if (this.there.has(Number(name))) this.beats++;
    else this.late.push(name);
  }
  ttsc__evict(nr: number): void {
    this.there.get(nr)?.ttsc__finish();
  }
  ttsc__left(nr: number): void {
    this.there.delete(nr);
  }
}

export const options: Exploration['options'] = { app: () => {} };

export const body: Exploration['body'] = async (distiller) => {
  const office = distiller.infuse(() => new Office());
  for (let nr = 0; nr < 10; nr++) {
    office.ttsc__open(nr);
    await distiller.advance('1.7s');
    if (distiller.chance(0.2, 'evict', `session ${nr}`)) office.ttsc__evict(nr);
  }
  await distiller.advance('40s');
  assert.equal(office.there.size, 0, 'sessions that are left');
  assert.deepEqual(office.late, [], 'sessions that have beaten when they had gone');
  assert.ok(office.beats > 0, 'sessions beat');
  assert.equal(distiller.main.timers.size, 0, 'timers of sessions that have gone');
};
