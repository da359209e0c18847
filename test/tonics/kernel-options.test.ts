import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import type { ConnectionOptions } from '../../src/index.js';
import { built } from '../support/built.js';

/** Why system calls cannot be seen here; `undefined` where they can. */
function whyNoTrace(): string | undefined {
  const { error, status, stderr } = spawnSync('strace', ['-o', '/dev/null', 'true'], { encoding: 'utf8' });
  if (error !== undefined) return 'strace is not there';
  return status === 0 ? undefined : `strace may not trace: ${stderr.trim()}`;
}

/** What is asked of the kernel for the two sockets of a connection between a client and a server with these options. */
function asked(options: ConnectionOptions): { client: readonly string[]; accepted: readonly string[] } {
  const program = fileURLToPath(built(new URL('./programs/connected-pair.ts', import.meta.url).href));
  const { status, stderr } = spawnSync(
    'strace',
    ['-f', '-e', 'trace=connect,accept4,setsockopt', process.execPath, program, JSON.stringify(options)],
    { encoding: 'utf8' },
  );
  expect(status, stderr).to.equal(0);
  const client = /connect\((\d+), {sa_family=AF_INET,/.exec(stderr)?.[1];
  const accepted = /accept4\(.*\) = (\d+)/.exec(stderr)?.[1];
  const of = (fd: string | undefined): string[] =>
    [...stderr.matchAll(/setsockopt\((\d+), \w+, (TCP_NODELAY|SO_KEEPALIVE|TCP_KEEPIDLE), \[(\d+)\]/g)]
      .filter(([, owner]) => owner === fd)
      .map(([, , name, value]) => `${name} ${value}`)
      .sort();
  return { client: of(client), accepted: of(accepted) };
}

describe('the options of a connection reach the kernel', function () {
  // Under strace a process is slow to start, and the machine may be busy.
  this.timeout(60_000);

  before(function () {
    const why = whyNoTrace();
    if (why === undefined) return;
    console.log(`      skipped: ${why}`);
    this.skip();
  });

  const NAGLE_OFF = 'TCP_NODELAY 1';
  const KEEP = 'SO_KEEPALIVE 1';

  for (const [what, options, wanted] of [
    ['by default', {}, [KEEP, 'TCP_KEEPIDLE 60', NAGLE_OFF]],
    ['as they are given', { noDelay: true, keepAlive: 5_000 }, [KEEP, 'TCP_KEEPIDLE 5', NAGLE_OFF]],
    ['where they are off', { noDelay: false, keepAlive: false }, []],
    ['from the least that it takes', { keepAlive: 1_000 }, [KEEP, 'TCP_KEEPIDLE 1', NAGLE_OFF]],
    ['up to the longest that it takes', { keepAlive: 32_767_000 }, [KEEP, 'TCP_KEEPIDLE 32767', NAGLE_OFF]],
  ] as const) {
    it(`${what}, of a client and of what a server has accepted`, () => {
      const { client, accepted } = asked(options);
      expect(client.filter((call) => !call.endsWith(' 0'))).to.deep.equal(wanted);
      expect(accepted.filter((call) => !call.endsWith(' 0'))).to.deep.equal(wanted);
    });
  }
});
