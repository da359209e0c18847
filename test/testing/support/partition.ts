import { Distiller, type NetworkEvent, SimulatedNetwork } from '../../../src/testing/index.js';
import { Book, Booker, BookingServer } from './booking.js';

const CLIENT_HOSTS = ['east', 'west', 'north', 'south'];
const BOOKINGS = 10;
/** Between two bookings of a client, in seconds. */
const EVERY = 15;

export interface PartitionOptions {
  readonly seed: number;
  readonly clients: number;
  /** How many entries the trace may have. */
  readonly trace: number | false;
}

/** What is there when the network is whole again and all bookings are made. */
export interface PartitionRun {
  readonly distiller: Distiller;
  readonly bookers: readonly Booker[];
  readonly book: Book;
  readonly server: BookingServer;
  /** How many connections the server had when the partition began, when it ended, and at last. */
  readonly open: readonly number[];
  readonly events: readonly NetworkEvent[];
}

/**
 * Clients on four hosts book places at a server, a booking each 15 s. After a minute the network is cut for two, then it heals, and they
 * go on until each has its ten.
 */
export async function runPartition({ seed, clients, trace }: PartitionOptions): Promise<PartitionRun> {
  const events: NetworkEvent[] = [];
  let network: SimulatedNetwork | undefined;
  const distiller = await Distiller.start(undefined, {
    seed,
    trace,
    host: 'server',
    log: { level: 'warn' },
    network: (parts) => {
      // A stream whose peer is silent for 20 s is given up, as with TCP_USER_TIMEOUT, tcp(7).
      network = new SimulatedNetwork({ ...parts, giveUp: 20_000, onEvent: (event) => events.push(event) });
      return network.conditions({ latency: 20, jitter: 10 });
    },
  });
  const book = new Book();
  const server = distiller.infuse(() => new BookingServer(book));
  await distiller.settle();

  const bookers: Booker[] = [];
  for (const [place, host] of CLIENT_HOSTS.entries()) {
    const start = (): void => {
      for (let nr = place; nr < clients; nr += CLIENT_HOSTS.length) {
        const after = 1 + (nr % 100) * (EVERY / 100);
        bookers.push(new Booker({ name: `client-${nr}`, bookings: BOOKINGS, every: EVERY, after }));
      }
    };
    await distiller.join(start, { host, log: { level: 'error' } });
  }

  const open: number[] = [];
  const countOpen = (): void => void open.push(server.server.counts.open);
  await distiller.advance('1m');
  countOpen();
  const partition = network!.partition('server', CLIENT_HOSTS);
  await distiller.advance('2m');
  countOpen();
  partition.heal();
  await distiller.advance('4m');
  countOpen();
  return { distiller, bookers, book, server, open, events };
}
