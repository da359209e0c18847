import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect } from 'chai';
import { Connecting, type Outcome, opening } from '../support/connecting.js';
import { onRealSockets } from '../support/stage.js';
import { own } from '../support/tls.js';
import { newFolder, removeFolders } from '../support/unix.js';
import { Upgrading } from '../support/upgrades.js';

// Two upgrades under load, all kinds of it together, in two or three seconds; UPGRADE_SECONDS=10 is the long run, a kind after the other,
// which prints its figures.
const SECONDS = Number(process.env['UPGRADE_SECONDS'] ?? 2);
const isLong = process.env['UPGRADE_SECONDS'] !== undefined;
/** Connects a second: of each kind in the long run; together in the short one. */
const CONNECTS = 500;

/** How wrk says that not all went well. */
const ERRORS = /Socket errors.*|Non-2xx.*/;

describe(`two upgrades under ${CONNECTS} connects a second`, function () {
  this.timeout(180_000);
  onRealSockets('processes hand sockets of this machine to each other');
  const services: Upgrading[] = [];
  afterEach(() => services.splice(0).forEach((service) => service.end()));
  afterEach(removeFolders);

  const start = async (catalysts?: number) => {
    const path = join(newFolder(), 's.sock');
    // Long enough on a machine that is busy: what a connection has to do takes milliseconds.
    const upgrade = { drainDelay: 3_000 };
    const many = catalysts === undefined ? {} : { catalysts };
    const service = new Upgrading({ tcp: 0, tls: 0, http: 0, path, cert: own, upgrade, ...many });
    services.push(service);
    await service.listens();
    const { tcp, tls, http } = service.ports;
    const kinds = { tcp: opening.tcp(tcp!), tls: opening.tls(tls!), unix: opening.unix(path) };
    return { service, kinds, http: http! };
  };

  /** Upgrades twice while the time goes by; tells the numbers of all processes. */
  const upgradedTwice = async (service: Upgrading): Promise<number[]> => {
    const part = (SECONDS * 1_000) / 4;
    await later(part);
    const second = await service.upgrade();
    await later(part);
    const last = await service.upgrade(second);
    if (isLong) await service.said('ended', second);
    await later(part * (isLong ? 2 : 1));
    return [service.program.pid, second, last];
  };

  const check = (outcome: Outcome, pids: readonly number[], kind: string): void => {
    const { begun, answered, by, failed, slowest } = outcome;
    if (isLong)
      console.log(
        `      ${kind}: ${begun} begun, ${answered} answered, by ${[...by.values()].join(' + ')}; slowest ${slowest.toFixed(0)} ms`,
      );
    expect(Object.fromEntries(failed), `${kind}: what failed`).to.deep.equal({});
    expect(answered, `${kind}: answered`).to.equal(begun);
    expect([...by.keys()].map(Number), `${kind}: by whom`).to.have.members(pids);
  };

  if (isLong)
    for (const kind of ['tcp', 'tls', 'unix'] as const)
      it(`neither refuse, reset nor leave one unanswered: ${kind}, for ${SECONDS} s`, async () => {
        const { service, kinds } = await start();
        const connecting = new Connecting(CONNECTS, kinds[kind]);
        const pids = await upgradedTwice(service);
        check(await connecting.stop(), pids, kind);
      });

  it(`neither refuse, reset nor leave one unanswered: ${isLong ? 'HTTP' : 'TCP, TLS, UNIX sockets, HTTP'}`, async () => {
    const { service, kinds, http } = await start();
    const loads = isLong
      ? []
      : [
          { kind: 'tcp', load: new Connecting(CONNECTS * 0.4, kinds.tcp) },
          { kind: 'tls', load: new Connecting(CONNECTS * 0.2, kinds.tls) },
          { kind: 'unix', load: new Connecting(CONNECTS * 0.4, kinds.unix) },
        ];
    const asked = overHttp(http);
    const pids = await upgradedTwice(service);
    for (const { kind, load } of loads) check(await load.stop(), pids, kind);
    const said = await asked;
    if (said === undefined) return;
    const errors = ERRORS.exec(said)?.[0];
    if (isLong) console.log(`      ${/\d+ requests in .*/.exec(said)?.[0]}; ${errors ?? 'no error'}`);
    expect(/(\d+) requests in/.exec(said)?.[1], said).to.not.equal('0');
    expect(errors, said).to.equal(undefined);
  });
});

async function later(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms));
}

/** What wrk has said when it has ended, which takes as long as the upgrades; `undefined` where it is missing. */
async function overHttp(port: number): Promise<string | undefined> {
  if (spawnSync('wrk', ['--version']).error === undefined) {
    const seconds = Math.ceil(SECONDS);
    return outputOf(spawn('wrk', ['-t1', '-c8', `-d${seconds}s`, `http://127.0.0.1:${port}/`]));
  }
  console.log('      skipped: HTTP, since this machine has no wrk');
  return undefined;
}

async function outputOf(program: ChildProcess): Promise<string> {
  let text = '';
  program.stdout!.on('data', (data) => (text += String(data)));
  await once(program, 'close');
  return text;
}
