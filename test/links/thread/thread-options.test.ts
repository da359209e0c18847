import { expect } from 'chai';
import { Catalyst, type ThreadOptions } from '../../../src/index.js';
import { expectCode, expectThrow } from '../../support/errors.js';
import { type Boss, HearingBoss, endApps, start } from './programs/life-boss.js';
import { Optioned } from './programs/life-workers.js';

async function bossOf(): Promise<Boss> {
  return (await start(() => new HearingBoss())).boss;
}

describe('the options of a thread', () => {
  afterEach(endApps);

  it('are for Node, where they are execArgv', async () => {
    const boss = await bossOf();
    const worker = await boss.inside(() => Optioned.spawn());
    worker.ttsc__tellOptions();
    expect(await boss.heard.on('options')).to.deep.equal([['--no-deprecation'], true]);
  });

  it('fail the thread where Node refuses them', async () => {
    class Refused extends Optioned {
      static override readonly module = import.meta.url;
      static override readonly thread = { execArgv: ['--no-such-option'] };
    }
    const { boss } = await start(() => new HearingBoss());
    await boss.inside(() => Refused.spawn());
    const { error } = await boss.failure();
    expectCode(error, 'TT_THREAD_FAILED');
    expect(error.cause).to.have.property('code', 'ERR_WORKER_INVALID_EXEC_ARGV');
  });

  const refused: [Record<string, unknown>, string][] = [
    [
      { wachdog: 500, drainTimeout: 1 },
      'wachdog of Crew.thread is not right: there is no such option (did you mean watchdog?)',
    ],
    [{ watchdog: 0 }, 'watchdog of Crew.thread is not right: it is 0, and must be 1 ms or more'],
    [{ watchdog: true }, 'watchdog of Crew.thread is not right: it is true, and must be 1 ms or more, or false'],
    [{ drainTimeout: NaN }, 'drainTimeout of Crew.thread is not right: it is NaN, and must be 0 ms or more'],
    [{ execArgv: '--expose-gc' }, 'execArgv of Crew.thread is not right: it is "--expose-gc", and must be a list'],
    [{ resourceLimits: { maxHeap: 7 } }, 'resourceLimits.maxHeap of Crew.thread is not right: there is no such option'],
    [
      { resourceLimits: { stackSizeMb: -1 } },
      'resourceLimits.stackSizeMb of Crew.thread is not right: it is -1, and must be a number, more than 0',
    ],
  ];
  for (const [thread, problem] of refused) {
    it(`are refused as ${JSON.stringify(thread)}, at the call, and nothing is left of it`, async () => {
      class Crew extends Catalyst {
        static override readonly module = import.meta.url;
        static override readonly thread = thread as ThreadOptions;
      }
      const boss = await bossOf();
      await boss.inside(() => {
        expect(expectThrow(() => Crew.spawn(), 'TT_BAD_OPTION').message).to.equal(`The option ${problem}.`);
        expect(boss.infusions.size).to.equal(0);
      });
    });
  }
});
