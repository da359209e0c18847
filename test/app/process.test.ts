import { expect } from 'chai';
import { Program } from '../support/program.js';

const start = (behaviour: string, log = 'json'): Program =>
  new Program(new URL('../core/programs/app.ts', import.meta.url), [behaviour, log]);

/** What the program itself said, without its log. */
const said = (lines: readonly string[]): string[] => lines.filter((line) => !line.startsWith('{'));
const logged = (lines: readonly string[]): Record<string, unknown>[] =>
  lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as Record<string, unknown>);

describe('the process of an app', function () {
  this.timeout(30_000);

  it('ends by itself with exit code 0 when the app has finished, and the code after run() runs then', async () => {
    const { code, out, err } = await start('ends').exit();
    expect(said(out)).to.deep.equal(['ready', 'draining', 'finished', 'after run: 0 undefined']);
    expect({ code, err }).to.deep.equal({ code: 0, err: '' });
  });

  it('has exit code 1 where a failure reached the main Catalyst, and still ends in order', async () => {
    const { code, out } = await start('throws').exit();
    expect(said(out)).to.deep.equal(['finished', 'after run: 1 undefined']);
    expect(code).to.equal(1);
    expect(logged(out).map(({ msg }) => msg)).to.include('boom');
  });

  it('says on one line of stderr why it failed, where the log is off', async () => {
    const { code, out, err } = await start('throws', 'off').exit();
    expect(out).to.deep.equal(['finished', 'after run: 1 undefined']);
    expect(err).to.match(/^tasktonic: App failed: main failed and its base [^\n]*: boom\n$/);
    expect(code).to.equal(1);
  });

  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    it(`finishes in order on ${signal}, with exit code 0`, async () => {
      const program = start('waits');
      await program.wrote('ready');
      program.signal(signal);
      const { code, out } = await program.exit();
      expect(said(out)).to.deep.equal(['ready', 'draining', 'finished', `after run: 0 ${signal}`]);
      expect(code).to.equal(0);
    });
  }

  it('ends at once on a second signal', async () => {
    const program = start('never drains');
    await program.wrote('ready');
    program.signal('SIGTERM');
    await program.wrote('draining');
    program.signal('SIGINT');
    const { code, out } = await program.exit();
    expect(said(out)).to.deep.equal(['ready', 'draining']);
    expect(code).to.equal(130);
  });

  it('ends when the grace period is over, names what hung, and has exit code 1', async () => {
    const program = start('never drains');
    await program.wrote('ready');
    program.signal('SIGTERM');
    const { code, out } = await program.exit();
    expect(said(out)).to.deep.equal(['ready', 'draining', 'finished', 'after run: 1 SIGTERM']);
    expect(code).to.equal(1);
    const aborted = logged(out).filter(({ code }) => code === 'TT_ABORTED');
    expect(aborted.map(({ tonic }) => tonic)).to.deep.equal(['main', 'tt_main_catalyst']);
    const counted = logged(out).find(({ code }) => code === 'TT_GRACE_EXCEEDED');
    expect(counted!['msg']).to.match(/ms after SIGTERM: 2 Tonics were aborted \(Main, \w+\)/);
  });

  it('leaves signals to others where it is told to', async () => {
    const program = start('ignores signals');
    await program.wrote('ready');
    program.signal('SIGTERM');
    const { signal, out } = await program.exit();
    expect(signal).to.equal('SIGTERM');
    expect(said(out)).to.deep.equal(['ready']);
  });

  it('is told what keeps it open after the end', async () => {
    const { code, out } = await start('stays open').exit();
    const line = logged(out).find(({ holding }) => holding !== undefined);
    expect(line?.['msg']).to.contain('kept open by Timeout');
    expect(code).to.equal(0);
  });

  for (const behaviour of ['throws outside', 'rejects outside']) {
    it(`dies as Node has it where code that ${behaviour} of sparkles is not caught, and the log says so`, async () => {
      const { code, out, err } = await start(behaviour).exit();
      expect(code).to.equal(1);
      expect(err).to.contain('outside');
      const line = logged(out).find(({ level }) => level === 60);
      expect(line?.['msg']).to.equal('nobody caught: outside');
      expect(said(out)).not.to.include('after run: 0 undefined');
    });
  }
});
