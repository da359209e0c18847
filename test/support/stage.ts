import { type Network, nodeNetwork } from '../../src/index.js';
import { type Bench, REAL as REAL_BENCH, VirtualBench, playsOn } from './bench.js';
import { socketsOn } from './simulated-sockets.js';
import { type Sockets, nodeSockets } from './sockets.js';

/**
 * Where a test about sockets plays: the network of its apps, the bench that they run on, and the sockets of their peers.
 *
 * By default a simulated host, whose loopback answers in no time, and whose clock moves only while somebody waits. With `TT_NETWORK=real` the same tests play on the sockets and the clock of this machine.
 */
export interface Stage {
  readonly isReal: boolean;
  readonly network: Network;
  readonly bench: Bench;
  readonly sockets: Sockets;
}

const REAL: Stage = { isReal: true, network: nodeNetwork, bench: REAL_BENCH, sockets: nodeSockets };

let wantsReal = process.env['TT_NETWORK'] === 'real';
let current: Stage | undefined;

/** The stage of the running test. */
export function stage(): Stage {
  return (current ??= made(wantsReal));
}

/** From now on the stage is a new one of this kind, until it is cleared. */
export function playOn(kind: 'simulated' | 'real'): void {
  current = made(kind === 'real');
}

/** The next test has a stage of its own; where it starts nothing there it waits for what is of this machine. */
export function clearStage(): void {
  current = undefined;
  playsOn(REAL_BENCH);
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

function made(isReal: boolean): Stage {
  if (isReal) return (playsOn(REAL_BENCH), REAL);
  // Segments as large as those of a loopback interface.
  const bench = playsOn(new VirtualBench({ trace: false, simulated: { lookup: 0, segment: 65_483 } }));
  const network = bench.network.host('here');
  return { isReal: false, network, bench, sockets: socketsOn(network) };
}
