import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect } from 'chai';
import { Connecting, type Outcome, opening } from '../support/connecting.js';
import { onRealSockets } from '../support/stage.js';
import { own } from '../support/tls.js';
import { newFolder, removeFolders } from '../support/unix.js';
import { Upgrading } from '../support/upgrades.js';

// Two upgrades under load, all kinds of it together, in two or three seconds. TT_UPGRADE=10 is the long run, a kind after the other, which
// prints its figures: a line that says HELD BACK had less load than it says.
const SECONDS = Number(process.env['TT_UPGRADE'] ?? 2);
const isLong = process.env['TT_UPGRADE'] !== undefined;
/** Connects a second: of each kind in the long run; together in the short one. */
const CONNECTS = 500;
/** Long enough on a machine that is busy: what a connection has to do takes milliseconds. */
const DELAY = isLong ? 5_000 : 30_000;
/** How many of a kind are open at once in the short run: a busy machine has less load then, instead of what it cannot do in time. */
const FEW = 40;

/** What wrk is told, by how it uses connections. */
const HTTP = { 'with connections that are kept': [], 'with Connection: close': ['-H', 'Connection: close'] };
/** How wrk says that not all went well. */
const ERRORS = /Socket errors.*|Non-2xx.*/;

describe(`two upgrades under ${CONNECTS} connects a second`, function () {
  this.timeout(180_000);
  onRealSockets('processes hand sockets of this machine to each other');
  const services: Upgrading[] = [];
  afterEach(() => services.splice(0).forEach((service) => service.end()));
  afterEach(removeFolders);

  const start = async () => {
    const path = join(newFolder(), 's.sock');
    const service = new Upgrading({ tcp: 0, tls: 0, http: 0, path, cert: own, upgrade: { drainDelay: DELAY } });
    services.push(service);
    await service.listens();
    const { tcp, tls, http } = service.ports;
    const kinds = {
      TCP: opening.tcp(tcp!),
      TLS: opening.tls(tls!),
      'TLS that resumes': opening.resuming(tls!),
      'UNIX sockets': opening.unix(path),
    };
    return { service, kinds, http: `http://127.0.0.1:${http}/` };
  };

  /** Upgrades twice while the time goes by; tells the numbers of all processes. */
  const upgradedTwice = async (service: Upgrading, ...loads: readonly Connecting[]): Promise<number[]> => {
    const part = (SECONDS * 1_000) / 4;
    await later(part);
    const second = await service.upgrade();
    await Promise.all([later(part), ...loads.map(async (load) => load.answeredBy(second))]);
    const last = await service.upgrade(second);
    if (isLong) await service.said('ended', second);
    await Promise.all([later(part * (isLong ? 2 : 1)), ...loads.map(async (load) => load.answeredBy(last))]);
    return [service.program.pid, second, last];
  };

  const check = (outcome: Outcome, pids: readonly number[], kind: string): void => {
    const { begun, answered, resumed, heldBack, by, failed, slowest } = outcome;
    if (isLong) {
      const more = [
        resumed > 0 && `${resumed} resumed`,
        heldBack > 0 && `${heldBack} HELD BACK: the machine is too slow`,
      ];
      const whole = `${begun} begun, ${answered} answered, by ${[...by.values()].join(' + ')}`;
      console.log(`      ${[whole, ...more].filter(Boolean).join(', ')}; slowest ${slowest.toFixed(0)} ms`);
    }
    expect(Object.fromEntries(failed), `${kind}: what failed`).to.deep.equal({});
    expect(answered, `${kind}: answered`).to.equal(begun);
    expect([...by.keys()].map(Number), `${kind}: by whom`).to.have.members(pids);
    // All but those that began before the first one had its session: on a busy machine that takes a while.
    if (kind === 'TLS that resumes') expect(resumed, kind).to.be.above(begun / 2);
  };

  if (isLong)
    for (const kind of ['TCP', 'TLS', 'TLS that resumes', 'UNIX sockets'] as const)
      it(`neither refuse, reset nor leave one unanswered: ${kind}, for ${SECONDS} s`, async () => {
        const { service, kinds } = await start();
        const connecting = new Connecting(CONNECTS, kinds[kind]);
        const pids = await upgradedTwice(service, connecting);
        check(await connecting.stop(), pids, kind);
      });
  else
    it('neither refuse, reset nor leave one unanswered: TCP, TLS, UNIX sockets, HTTP', async () => {
      const { service, kinds, http } = await start();
      const loads = {
        TCP: new Connecting(CONNECTS * 0.4, kinds.TCP, FEW),
        'TLS that resumes': new Connecting(CONNECTS * 0.2, kinds['TLS that resumes'], FEW),
        'UNIX sockets': new Connecting(CONNECTS * 0.4, kinds['UNIX sockets'], FEW),
      };
      const told = Object.values(HTTP).map(async (words) => overHttp(http, words));
      const pids = await upgradedTwice(service, ...Object.values(loads));
      for (const [kind, load] of Object.entries(loads)) check(await load.stop(), pids, kind);
      for (const one of told) checkHttp(await one);
    });

  if (isLong)
    for (const [how, words] of Object.entries(HTTP))
      it(`leave wrk no error over HTTP, ${how}`, async () => {
        const { service, http } = await start();
        const told = overHttp(http, words);
        await upgradedTwice(service);
        checkHttp(await told);
      });
});

/** What wrk tells when it has ended, which takes as long as the upgrades; `undefined` where it is missing. */
async function overHttp(url: string, words: readonly string[]): Promise<string | undefined> {
  if (spawnSync('wrk', ['--version']).error === undefined)
    return outputOf(spawn('wrk', ['-t1', '-c8', `-d${Math.ceil(SECONDS)}s`, '--timeout', '60s', ...words, url]));
  console.log('      skipped: HTTP, since this machine has no wrk');
  return undefined;
}

function checkHttp(told: string | undefined): void {
  if (told === undefined) return;
  const errors = ERRORS.exec(told)?.[0];
  const [, requests] = /(\d+) requests in/.exec(told) ?? [];
  if (isLong) {
    console.log(`      ${requests} requests in ${SECONDS} s; ${errors ?? 'no error'}`);
    expect(Number(requests), told).to.be.above(0);
  }
  expect(errors, told).to.equal(undefined);
}

async function later(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms));
}

async function outputOf(program: ChildProcess): Promise<string> {
  let text = '';
  program.stdout!.on('data', (data) => (text += String(data)));
  await once(program, 'close');
  return text;
}
