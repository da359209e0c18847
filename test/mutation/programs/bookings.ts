// The bookings of the partition test: all are made in the end, and each that was confirmed is in the book, through resets and partitions.
import assert from 'node:assert/strict';
import { SimulatedNetwork } from '../../../src/testing/index.js';
import { Book, Booker, BookingServer } from '../../testing/support/booking.js';
import type { Exploration } from '../support/exploration.js';

const BOOKINGS = 5;
export const options: Exploration['options'] = {
  network: (parts) => {
    // An answer takes several packets: some of them may have come when another one is lost, and the connection reset.
    const network = new SimulatedNetwork({ ...parts, giveUp: 20_000, segment: 8 });
    return network.conditions({ latency: 20, jitter: 10, split: 'random', loss: 0.05, reset: 0.02 });
  },
};

export const body: Exploration['body'] = async (distiller) => {
  const book = new Book();
  await distiller.join(() => {}, { host: 'server' });
  const server = distiller.infuse(() => new BookingServer(book));
  await distiller.settle();

  const bookers: Booker[] = [];
  const start = (): void => {
    for (let nr = 0; nr < 3; nr++)
      bookers.push(new Booker({ name: `client-${nr}`, bookings: BOOKINGS, every: 5, after: 1 + nr }));
  };
  await distiller.join(start, { host: 'clients' });
  for (let second = 0; second < 60; second++) {
    await distiller.advance('1s');
    if (distiller.chance(0.03, 'partition', 'all')) {
      const partition = distiller.network.partition('server', 'clients');
      await distiller.advance('30s');
      partition.heal();
    }
    for (const { name, confirmed } of bookers)
      for (const nr of confirmed) assert.ok(book.has(name, nr), `${nr} of ${name} was confirmed and is in the book`);
  }
  await distiller.advance('4m');
  for (const { name, confirmed, strange } of bookers) {
    assert.deepEqual(confirmed, [1, 2, 3, 4, 5], `what ${name} has booked`);
    assert.deepEqual(strange, [], `lines that ${name} did not understand`);
  }

  for (const booker of bookers) booker.ttsc__finish();
  await distiller.advance('10s');
  assert.equal(server.server.counts.open, 0, 'connections when all clients have gone');
  const { timers } = distiller.main;
  assert.equal(timers.size, 0, 'timers of connections that have gone');
};
