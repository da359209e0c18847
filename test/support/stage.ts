import { type Clock, type Network, nodeClock, nodeNetwork } from '../../src/index.js';
import { SeededRandom, SimulatedNetwork } from '../../src/testing/index.js';
import { ManualClock } from './manual-clock.js';
import { socketsOn } from './simulated-sockets.js';
import { type Sockets, nodeSockets } from './sockets.js';

/**
 * Where a test about sockets plays: the network of its apps, their clock, and the sockets of their peers.
 *
 * By default a simulated host, whose loopback answers in no time, and whose clock moves only while somebody waits
 * ({@link passTime}). With `TT_NETWORK=real` the same tests play on the sockets and the clock of this machine.
 */
export interface Stage {
  readonly isReal: boolean;
  readonly network: Network;
  readonly clock: Clock;
  readonly sockets: Sockets;
}

const REAL: Stage = { isReal: true, network: nodeNetwork, clock: nodeClock, sockets: nodeSockets };

/** No test waits longer than this in virtual time for what it wants to hear. */
const PATIENCE = 5_000;

let wantsReal = process.env['TT_NETWORK'] === 'real';
let current: Stage | undefined;

/** The stage of the running test. */
export function stage(): Stage {
  return (current ??= wantsReal ? REAL : simulated());
}

/** From now on the stage is a new one of this kind, until it is cleared. */
export function playOn(kind: 'simulated' | 'real'): void {
  current = kind === 'real' ? REAL : simulated();
}

/** The next test has a stage of its own. */
export function clearStage(): void {
  current = undefined;
}

/**
 * Within the `describe` that calls it the stage is this machine, always.
 * @param why what of the machine these tests are about.
 */
export function onRealSockets(why: string): void {
  if (why === '') throw new Error('say why');
  let before: boolean;
  globalThis.before(() => {
    before = wantsReal;
    wantsReal = true;
    clearStage();
  });
  globalThis.after(() => {
    wantsReal = before;
    clearStage();
  });
}

/** Lets the time of the stage pass, from one thing that waits for it to the next, until `over`. */
export async function passTime(over: () => boolean): Promise<void> {
  const clock = current?.clock;
  if (!(clock instanceof ManualClock)) return;
  const last = clock.now() + PATIENCE;
  do await clock.settled();
  while (!over() && clock === current?.clock && (await clock.step(last)));
}

function simulated(): Stage {
  const clock = new ManualClock();
  // Segments as large as those of a loopback interface.
  const settings = { clock, random: new SeededRandom(1), lookup: 0, segment: 65_483 };
  const network = new SimulatedNetwork(settings).host('here');
  return { isReal: false, network, clock, sockets: socketsOn(network) };
}
