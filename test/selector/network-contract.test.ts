import { closeSync, openSync } from 'node:fs';
import { expect } from 'chai';
import { type Network, nodeNetwork } from '../../src/index.js';
import { SimulatedHost } from '../../src/testing/index.js';
import { REAL, VirtualBench } from '../support/bench.js';
import { tidyUp } from '../support/net-app.js';
import { type Heard, type Stage, type Step, play } from './network-contract.js';
import { onlyWithAll } from '../support/how-many.js';

afterEach(tidyUp);

/** Real sockets of the loopback interface, in real time, since the contract is that of the kernel: looked at each millisecond. */
const node = (): Stage => ({
  network: nodeNetwork,
  bench: REAL,
  async until(holds, what) {
    for (const began = Date.now(); !holds();) {
      if (Date.now() - began > 8_000) throw new Error(`not so: ${what}`);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  },
});

/** The loopback interface of a simulated host, in virtual time. */
const simulated = (): Stage => {
  const bench = new VirtualBench();
  const network = bench.network.host('here');
  return {
    network,
    bench,
    async until(holds, what) {
      for (let passed = 0; !holds(); passed++) {
        if (passed > 8_000) throw new Error(`not so: ${what}`);
        await bench.pass(1);
      }
    },
  };
};

/** So many that what a process opens besides does not matter. */
const TAKEN = 200;

/** Somebody takes descriptors, until the returned function is called: an app that opens files, or a test. */
function takeDescriptors(network: Network, count: number): () => void {
  if (network instanceof SimulatedHost) {
    network.descriptors -= count;
    return () => void (network.descriptors += count);
  }
  const files = Array.from({ length: count }, () => openSync('/dev/null', 'r'));
  return () => files.forEach((file) => closeSync(file));
}

interface Case {
  readonly it: string;
  readonly script: readonly Step[];
  readonly heard: Heard;
}

const connected: readonly Step[] = [
  ['listen', 'server'],
  ['hears', 'server', 'listening'],
  ['connect', 'c', 'server'],
  ['hears', 'c', 'connected'],
  ['hears', 's1', 'connected'],
];

const halfOpen: readonly Step[] = [
  ['listen', 'server', { halfOpen: true }],
  ['hears', 'server', 'listening'],
  ['connect', 'c', 'server', { halfOpen: true }],
  ['hears', 'c', 'connected'],
  ['hears', 's1', 'connected'],
];

const MUCH = 12_000_000;
const RESET = 'TT_PEER_RESET: read ECONNRESET -104 read';

const cases: readonly Case[] = [
  {
    it: 'brings bytes both ways',
    script: [
      ...connected,
      ['send', 'c', 'ping'],
      ['hears', 's1', 'data ping'],
      ['send', 's1', 'pong'],
      ['hears', 'c', 'data pong'],
      ['close', 'c'],
      ['hears', 's1', 'gone'],
      ['hears', 'c', 'gone'],
    ],
    heard: {
      server: ['listening'],
      c: ['connected', 'data pong', 'gone: closedHere'],
      s1: ['connected', 'data ping', 'end', 'gone: peerEnded'],
    },
  },
  {
    it: 'brings what was sent before the end, and then the end',
    script: [
      ...connected,
      ['send', 's1', 'last words'],
      ['close', 's1'],
      ['hears', 'c', 'gone'],
      ['hears', 's1', 'gone'],
    ],
    heard: {
      server: ['listening'],
      c: ['connected', 'data last words', 'end', 'gone: peerEnded'],
      s1: ['connected', 'gone: closedHere'],
    },
  },
  {
    it: 'lets one side speak on after the other has ended',
    script: [
      ...halfOpen,
      ['send', 'c', 'question'],
      ['end', 'c'],
      ['hears', 's1', 'end'],
      ['send', 's1', 'answer'],
      ['hears', 'c', 'data answer'],
      ['close', 's1'],
      ['hears', 'c', 'gone'],
      ['hears', 's1', 'gone'],
    ],
    heard: {
      server: ['listening'],
      c: ['connected', 'data answer', 'end', 'gone: closedHere'],
      s1: ['connected', 'data question', 'end', 'gone: closedHere'],
    },
  },
  {
    it: 'tells a reset as one',
    script: [...connected, ['abort', 's1'], ['hears', 'c', 'gone'], ['hears', 's1', 'gone']],
    heard: {
      server: ['listening'],
      c: ['connected', RESET, 'gone: peerReset'],
      s1: ['connected', 'gone: aborted'],
    },
  },
  {
    it: 'tells a reset to one that waits for its bytes to leave',
    script: [
      ...connected,
      ['pause', 's1'],
      ['send', 'c', MUCH],
      ['hears', 'c', 'high water'],
      ['abort', 's1'],
      ['hears', 'c', 'gone'],
      ['hears', 's1', 'gone'],
    ],
    heard: {
      server: ['listening'],
      c: ['connected', 'high water', RESET, 'gone: peerReset, with bytes unsent'],
      s1: ['connected', 'gone: aborted'],
    },
  },
  {
    it: 'holds a sender back whose peer does not read, and tells when all has left',
    script: [
      ...connected,
      ['pause', 's1'],
      ['send', 'c', MUCH],
      ['hears', 'c', 'high water'],
      ['resume', 's1'],
      ['has', 's1', MUCH],
      ['hears', 'c', 'drain'],
      ['close', 'c'],
      ['hears', 's1', 'gone'],
      ['hears', 'c', 'gone'],
    ],
    heard: {
      server: ['listening'],
      c: ['connected', 'high water', 'drain', 'gone: closedHere'],
      s1: ['connected', `data of ${MUCH} bytes`, 'end', 'gone: peerEnded'],
    },
  },
  {
    it: 'closes after all that was given before has left',
    script: [...connected, ['send', 'c', MUCH], ['close', 'c'], ['hears', 'c', 'gone'], ['hears', 's1', 'gone']],
    heard: {
      server: ['listening'],
      c: ['connected', 'high water', 'drain', 'gone: closedHere'],
      s1: ['connected', `data of ${MUCH} bytes`, 'end', 'gone: peerEnded'],
    },
  },
  {
    it: 'brings all that was given before a close to a reader that is slow',
    script: [
      ...connected,
      ['slows', 's1'],
      ['send', 'c', MUCH],
      ['close', 'c'],
      ['hears', 's1', 'gone'],
      ['hears', 'c', 'gone'],
    ],
    heard: {
      server: ['listening'],
      c: ['connected', 'high water', 'drain', 'gone: closedHere'],
      s1: ['connected', `data of ${MUCH} bytes`, 'end', 'gone: peerEnded'],
    },
  },
  {
    it: 'brings an answer to one that has ended and reads slowly',
    script: [
      ...halfOpen,
      ['slows', 'c'],
      ['end', 'c'],
      ['hears', 's1', 'end'],
      ['send', 's1', MUCH],
      ['close', 's1'],
      ['hears', 'c', 'gone'],
      ['hears', 's1', 'gone'],
    ],
    heard: {
      server: ['listening'],
      c: ['connected', `data of ${MUCH} bytes`, 'end', 'gone: closedHere'],
      s1: ['connected', 'end', 'high water', 'drain', 'gone: closedHere'],
    },
  },
  {
    it: 'brings a late answer to one that has ended, before the other side ends too',
    script: [
      ['listen', 'server'],
      ['hears', 'server', 'listening'],
      ['connect', 'c', 'server', { halfOpen: true }],
      ['hears', 'c', 'connected'],
      ['hears', 's1', 'connected'],
      ['owes', 's1'],
      ['end', 'c'],
      ['hears', 's1', 'end'],
      ['answers', 's1', 'late'],
      ['hears', 'c', 'gone'],
      ['hears', 's1', 'gone'],
    ],
    heard: {
      server: ['listening'],
      c: ['connected', 'data late', 'end', 'gone: closedHere'],
      s1: ['connected', 'end', 'gone: peerEnded'],
    },
  },
  {
    it: 'brings a late answer to one that has ended after its peer was told to close',
    script: [
      ...halfOpen,
      ['owes', 's1'],
      ['end', 'c'],
      ['hears', 's1', 'end'],
      ['send', 's1', 'first, '],
      ['answers', 's1', 'then'],
      ['hears', 'c', 'data first, then'],
      ['close', 's1'],
      ['hears', 'c', 'gone'],
      ['hears', 's1', 'gone'],
    ],
    heard: {
      server: ['listening'],
      c: ['connected', 'data first, then', 'end', 'gone: closedHere'],
      s1: ['connected', 'end', 'gone: closedHere'],
    },
  },
  {
    it: 'tells data and then a reset that follows at once, and no end',
    script: [
      ...connected,
      ['send', 'c', 'last words'],
      ['abort', 'c'],
      ['hears', 's1', 'gone'],
      ['hears', 'c', 'gone'],
    ],
    heard: {
      server: ['listening'],
      c: ['connected', 'gone: aborted'],
      s1: ['connected', 'data last words', RESET, 'gone: peerReset'],
    },
  },
  {
    it: 'tells a reset to one whose side is closing',
    script: [
      ...connected,
      ['pause', 'c'],
      ['send', 's1', MUCH],
      ['hears', 's1', 'high water'],
      ['close', 's1'],
      ['abort', 'c'],
      ['hears', 's1', 'gone'],
      ['hears', 'c', 'gone'],
    ],
    heard: {
      server: ['listening'],
      c: ['connected', 'gone: aborted'],
      s1: ['connected', 'high water', 'gone: peerReset, with bytes unsent'],
    },
  },
  {
    it: 'tells a reset after the end of the peer to one that writes',
    script: [
      ...halfOpen,
      ['end', 'c'],
      ['hears', 's1', 'end'],
      ['abort', 'c'],
      ['hears', 'c', 'gone'],
      ['send', 's1', 'anybody?'],
      ['hears', 's1', 'gone'],
    ],
    heard: {
      server: ['listening'],
      c: ['connected', 'gone: aborted'],
      s1: ['connected', 'end', 'TT_PEER_RESET: write EPIPE -32 write', 'gone: peerReset, with bytes unsent'],
    },
  },
  {
    it: 'tells a reset as soon as it is connected',
    script: [
      ['listen', 'server'],
      ['hears', 'server', 'listening'],
      ['connect', 'c', 'server'],
      ['hears', 'c', 'connected'],
      ['abort', 'c'],
      ['hears', 's1', 'gone'],
      ['hears', 'c', 'gone'],
    ],
    heard: {
      server: ['listening'],
      c: ['connected', 'gone: aborted'],
      s1: ['connected', RESET, 'gone: peerReset'],
    },
  },
  {
    it: 'connects to a name by whichever of its addresses somebody listens at',
    script: [
      ['listen', 'server'],
      ['hears', 'server', 'listening'],
      ['connect', 'c', 'server', { host: 'localhost' }],
      ['hears', 'c', 'connected'],
      ['hears', 's1', 'connected'],
      ['close', 's1'],
      ['hears', 'c', 'gone'],
      ['hears', 's1', 'gone'],
    ],
    heard: {
      server: ['listening'],
      c: ['connected', 'end', 'gone: peerEnded'],
      s1: ['connected', 'gone: closedHere'],
    },
  },
  {
    it: 'refuses where nobody listens',
    script: [
      ['connect', 'c', 'nobody'],
      ['hears', 'c', 'gone'],
    ],
    heard: { c: ['TT_CONNECTION_REFUSED: connect ECONNREFUSED 127.0.0.1:PORT -111 connect', 'gone: error'] },
  },
  {
    it: 'finds no host with a name that nobody has',
    script: [
      ['connect', 'c', 'nobody', { host: 'no.such.invalid' }],
      ['hears', 'c', 'gone'],
    ],
    heard: { c: ['TT_NO_SUCH_HOST: getaddrinfo ENOTFOUND no.such.invalid -3008 getaddrinfo', 'gone: error'] },
  },
  {
    it: 'connects from no address that is not its own',
    script: [
      ['listen', 'server'],
      ['hears', 'server', 'listening'],
      ['connect', 'c', 'server', { localAddress: '192.0.2.1' }],
      ['hears', 'c', 'gone'],
    ],
    heard: {
      server: ['listening'],
      c: ['TT_ADDRESS_NOT_AVAILABLE: bind EADDRNOTAVAIL 192.0.2.1 -99 bind', 'gone: error'],
    },
  },
  {
    it: 'listens on no address that is not its own',
    script: [
      ['listen', 'server', { host: '192.0.2.1' }],
      ['hears', 'server', 'TT_'],
    ],
    heard: { server: ['TT_ADDRESS_NOT_AVAILABLE: listen EADDRNOTAVAIL: address not available 192.0.2.1 -99 listen'] },
  },
  {
    it: 'turns away more than it may have',
    script: [
      ['listen', 'server', { maxConnections: 1 }],
      ['hears', 'server', 'listening'],
      ['connect', 'c', 'server'],
      ['hears', 's1', 'connected'],
      ['connect', 'd', 'server'],
      ['hears', 'd', 'gone'],
      ['hears', 'server', 'turned away'],
    ],
    heard: {
      server: ['listening', 'turned away: maxConnections'],
      c: ['connected', 'gone: finished'],
      s1: ['connected', 'gone: finished'],
      d: ['connected', 'end', 'gone: peerEnded'],
    },
  },
  {
    it: 'turns everybody away while it is paused',
    script: [
      ['listen', 'server'],
      ['hears', 'server', 'listening'],
      ['pause', 'server'],
      ['connect', 'c', 'server'],
      ['hears', 'c', 'gone'],
      ['hears', 'server', 'turned away'],
    ],
    heard: { server: ['listening', 'turned away: paused'], c: ['connected', 'end', 'gone: peerEnded'] },
  },
  {
    it: 'brings datagrams whole',
    script: [
      ['bind', 'u'],
      ['bind', 'w'],
      ['hears', 'u', 'listening'],
      ['hears', 'w', 'listening'],
      ['sendTo', 'u', 'w', 'one'],
      ['hears', 'w', 'one'],
      ['sendTo', 'u', 'w', 2_000],
      ['hears', 'w', '2000 bytes'],
      ['sendTo', 'w', 'u', 'back'],
      ['hears', 'u', 'back'],
    ],
    heard: {
      u: ['listening', 'back from 127.0.0.1'],
      w: ['listening', 'one from 127.0.0.1', '2000 bytes from 127.0.0.1'],
    },
  },
  {
    it: 'tells a socket with one peer that nobody is there, and goes on',
    script: [
      ['bind', 'u', { toPortOf: 'nobody' }],
      ['hears', 'u', 'listening'],
      ['send', 'u', 'x'],
      ['hears', 'u', 'TT_'],
    ],
    heard: { u: ['listening', 'TT_CONNECTION_REFUSED: recvmsg ECONNREFUSED -111 recvmsg'] },
  },
  {
    it: 'lets a socket with one peer hear that one alone',
    script: [
      ['bind', 'peer'],
      ['bind', 'stranger'],
      ['hears', 'peer', 'listening'],
      ['hears', 'stranger', 'listening'],
      ['bind', 'u', { toPortOf: 'peer' }],
      ['hears', 'u', 'listening'],
      ['sendTo', 'stranger', 'u', 'psst'],
      ['sendTo', 'peer', 'u', 'hello'],
      ['hears', 'u', 'hello'],
    ],
    heard: { peer: ['listening'], stranger: ['listening'], u: ['listening', 'hello from 127.0.0.1'] },
  },
  {
    it: 'binds a datagram socket to no address that is not its own',
    script: [
      ['bind', 'u', { host: '192.0.2.1' }],
      ['hears', 'u', 'TT_'],
    ],
    heard: { u: ['TT_ADDRESS_NOT_AVAILABLE: bind EADDRNOTAVAIL 192.0.2.1 -99 bind'] },
  },
];

for (const [name, stage] of [
  ['the network of Node', node],
  ['the simulated network', simulated],
] as const) {
  describe(`the contract of a Network, kept by ${name}`, () => {
    for (const { it: sentence, script, heard } of cases) {
      it(sentence, async () => {
        expect(await play(script, stage())).to.deep.equal(heard);
      });
    }

    it('tells how many connections there may be, and again when descriptors are taken or come back', async function () {
      onlyWithAll(this, 'a look at descriptors each second');
      const { network, until } = stage();
      const told: number[] = [];
      const unwatch = network.watchCapacity((most) => told.push(most));
      const [first] = told as [number];
      if (first === Infinity) {
        console.log('      skipped: this system does not tell how many descriptors there may be');
        return this.skip();
      }
      const giveBack = takeDescriptors(network, TAKEN);
      await until(() => told.at(-1)! <= first - TAKEN / 2, 'it has told that there are fewer');
      giveBack();
      await until(() => told.at(-1)! > first - TAKEN / 2, 'it has told that there are more');
      unwatch();
      return undefined;
    });
  });
}
