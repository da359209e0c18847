// Orders between Catalysts that share a thread: each is carried out, though the one that gets it waits.
import assert from 'node:assert/strict';
import { Catalyst, SelectorCatalyst, type TimerInfo, TimerSingleShot, Tonic } from '../../../src/index.js';
import { SeededRandom } from '../../../src/testing/index.js';
import type { Exploration } from '../support/exploration.js';

const QUEUE_LIMIT = 50;

class Hand extends Tonic {
  constructor(readonly boss: Boss) {
    super();
  }
  /** Answers at once, or when some time has passed. */
  ttsc__do(nr: number, seconds: number): void {
    if (seconds === 0) this.boss.ttsc__done(nr);
    else new TimerSingleShot({ seconds, name: String(nr), sparkleBack: this.ttse__due });
  }
  ttse__due({ name }: TimerInfo): void {
    this.boss.ttsc__done(Number(name));
  }
}

class Room extends Catalyst {
  hand: Hand | undefined;
  constructor(readonly boss: Boss) {
    super({ queueLimit: QUEUE_LIMIT });
  }
  ttse__onStart(): void {
    this.hand = new Hand(this.boss);
  }
}

class NetRoom extends SelectorCatalyst {
  hand: Hand | undefined;
  constructor(readonly boss: Boss) {
    super({ queueLimit: QUEUE_LIMIT });
  }
  ttse__onStart(): void {
    this.hand = new Hand(this.boss);
  }
}

class Boss extends Tonic {
  readonly done: number[] = [];
  refused = 0;
  rooms: (Room | NetRoom)[] = [];
  ttse__onStart(): void {
    this.rooms = [new Room(this), new NetRoom(this)];
  }
  ttsc__order(nr: number, seconds: number): void {
    this.rooms[nr % 2]!.hand!.ttsc__do(nr, seconds);
  }
  ttsc__done(nr: number): void {
    this.done.push(nr);
  }
  /** More at once than a room takes. */
  ttsc__flood(orders: number): void {
    const [room] = this.rooms;
    for (let nr = 0; nr < orders; nr++) {
      try {
        room!.hand!.ttsc__do(-1, 0);
      } catch {
        this.refused++;
      }
    }
  }
}

export const options: Exploration['options'] = { app: () => {} };

export const body: Exploration['body'] = async (distiller) => {
  const random = new SeededRandom(distiller.seed);
  const boss = distiller.infuse(() => new Boss());
  distiller.always(() => {
    for (const { queue } of boss.rooms) assert.ok(queue.size <= QUEUE_LIMIT, `${queue.size} orders wait`);
  });
  await distiller.settle();
  let nr = 0;
  for (let round = 0; round < 10; round++) {
    for (let orders = random.below(4); orders > 0; orders--) boss.ttsc__order(nr++, random.below(3));
    await distiller.advance(random.below(2_000));
  }
  await distiller.advance('5s');
  const inOrder = (a: number, b: number): number => a - b;
  assert.deepEqual(
    [...boss.done].sort(inOrder),
    Array.from({ length: nr }, (_, at) => at),
    'orders that were carried out',
  );
  if (distiller.chance(0.1, 'flood', 'room')) {
    boss.ttsc__flood(QUEUE_LIMIT + random.below(QUEUE_LIMIT));
    await distiller.settle();
  }
};
