import { expect } from 'chai';
import { type Exit, Program } from '../support/program.js';

const start = async (...args: string[]): Promise<Exit> =>
  new Program(new URL('./programs/settings.ts', import.meta.url), args).exit();

describe('an app whose configuration is wrong', function () {
  this.timeout(30_000);

  it('says so in one plain block on stderr, also where the log is off, starts nothing and has exit code 1', async () => {
    const { code, out, err } = await start('', '--log.defualt=full', '--shutdown.grace', '-1');
    expect(err).to.equal(
      [
        'tasktonic: App cannot start. The configuration is not right:',
        '  - log/defualt is not known (from the command line (--log.defualt)): perhaps default is meant',
        '  - shutdown/grace is -1 (from the command line (--shutdown.grace)): it must be 0 ms or more',
        '  - port is missing: it must be given (--port=...)',
        'See all settings with --help.',
        '',
      ].join('\n'),
    );
    expect({ code, out }).to.deep.equal({ code: 1, out: [] });
  });

  it('names creatingFormula() where only that is wrong', async () => {
    const { code, err } = await start('wrong code');
    expect(err).to.equal(
      'tasktonic: App cannot start. The configuration is not right:\n' +
        '  - shutdown/grace is -1 (from creatingFormula()): it must be 0 ms or more\n',
    );
    expect(code).to.equal(1);
  });

  it('says nothing by itself to who listens for what nobody caught', async () => {
    const { err } = await start('hears it itself');
    expect(err).to.equal('heard it myself\n');
  });

  it('rejects with an error without a stack, for who catches it', async () => {
    const { code, out, err } = await start('catches', '--port=0');
    expect(err).to.contain('The configuration is not right: port is 0').and.not.contain('    at ');
    expect({ code, out }).to.deep.equal({ code: 0, out: ['after run'] });
  });
});

describe('an app that is asked for help', function () {
  this.timeout(30_000);

  it('prints its settings, starts nothing and has exit code 0, whatever else is wrong', async () => {
    const { code, out, err } = await start('', '--prot=1', '--help');
    expect(out[0]).to.match(/^Usage: node \S*settings\.js \[--path=value \.\.\.\]$/);
    expect(out.slice(2, 5)).to.deep.equal([
      'Settings of the app:',
      '  --port',
      '      Where it listens. (1 or more; needed)',
    ]);
    expect(out).to.include('  --shutdown.grace');
    expect(out).not.to.include('after run');
    expect({ code, err }).to.deep.equal({ code: 0, err: '' });
  });

  it('starts as ever where it has a setting of that name, or reads no command line', async () => {
    expect((await start('own help', '--port=1', '--help')).out).to.deep.equal(['started, help is true', 'after run']);
    const without = await start('no command line', '--help');
    expect(without.out).to.deep.equal(['started, help is undefined', 'after run']);
  });

  it('takes what follows -- for no question', async () => {
    expect((await start('', '--port=1', '--', '--help')).out).to.deep.equal([
      'started, help is undefined',
      'after run',
    ]);
  });
});
