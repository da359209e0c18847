import { expect } from 'chai';
import * as v from 'valibot';
import { type ConfigurationSources, Formula, type FormulaData, Tonic } from '../../src/index.js';
import { distilled, Distiller, explore } from '../../src/testing/index.js';
import { expectRejection } from '../support/errors.js';

const settings = v.object({
  server: v.object({ port: v.pipe(v.number(), v.maxValue(65_535)), host: v.optional(v.string(), 'localhost') }),
  peers: v.optional(v.array(v.object({ name: v.string() }))),
});

class Service extends Formula {
  protected override creatingFormula(): FormulaData {
    return {
      server: { port: 1, host: 'code' },
      peers: [{ name: 'a' }, { name: 'b' }],
      start: [{ tonic: 'TcpServer', options: { port: 1, name: 'server', protocol: () => new Tonic() } }],
    };
  }
  protected override creatingConfiguration(): ConfigurationSources {
    return { env: { prefix: 'APP_', from: { APP_SERVER__PORT: '2' } }, args: ['--server.port=3'], schema: settings };
  }
}

async function configured(config: FormulaData): Promise<Distiller> {
  return Distiller.start(Service, { config });
}

describe('configuration that a test gives', () => {
  it('comes before every other source, member by member', async () => {
    const distiller = await configured({ server: { port: 4 } });
    const { config } = distiller.runtime;
    expect([config.get('server'), config.source('server/port')]).to.deep.equal([{ port: 4, host: 'code' }, 'the test']);
    await distiller.finish();
  });

  it('may be given by path, down to an element of a list', async () => {
    const distiller = await configured({ 'server/host': 'far', 'peers/1/name': 'c', 'log/slowSparkle': 5 });
    const { config } = distiller.runtime;
    expect(config.get('peers')).to.deep.equal([{ name: 'a' }, { name: 'c' }]);
    expect([config.get('server/host'), config.get('server/port'), config.get('log/slowSparkle')]).to.deep.equal([
      'far',
      3,
      5,
    ]);
    await distiller.finish();
  });

  it('reaches the Tonics that are started by name', async () => {
    const distiller = await configured({ 'start/0/options/port': 7007 });
    await distiller.advance('1s');
    expect(distiller.lines.find(({ tonic }) => tonic === 'server')?.['port']).to.equal(7007);
    await distiller.finish();
  });

  it('leaves what the Formula gave as it was', async () => {
    const data = { server: { port: 5 } };
    class Shared extends Formula {
      protected override creatingFormula(): FormulaData {
        return data;
      }
    }
    const distiller = await Distiller.start(Shared, { config: { server: { port: 6 }, 'server/host': 'x' } });
    expect(distiller.runtime.get('server')).to.deep.equal({ port: 6, host: 'x' });
    expect(data).to.deep.equal({ server: { port: 5 } });
    await distiller.finish();
  });

  it('is checked as any other, and all that is wrong is told', async () => {
    const wrong = {
      'server/port': 70_000,
      log: { defualt: 'full' } as object,
      'log/entrys': true,
      'peers/5/name': 'x',
      'server//port': 1,
    };
    const { details } = await expectRejection(configured(wrong), 'TT_BAD_CONFIGURATION');
    expect(details['problems'])
      .to.include('server/port is 70000 (from the test)')
      .and.to.include('log/defualt is not known (from the test): perhaps default is meant')
      .and.to.include('log/entrys is not known (from the test): perhaps entries is meant')
      .and.to.include('the list has 2 elements')
      .and.to.include('a name in it is empty');
  });

  for (const name of ['__proto__/x', 'server/constructor', 'prototype'])
    it(`refuses the name ${name}`, async () => {
      const { details } = await expectRejection(configured({ [name]: 1 }), 'TT_BAD_CONFIGURATION');
      expect(details['problems']).to.include('is not allowed');
      expect(({} as { x?: number }).x).to.be.undefined;
    });

  it('is an object', async () => {
    await expectRejection(configured('port=5' as never), 'TT_BAD_OPTION');
  });

  it('is that of each app where several join', async () => {
    const distiller = await configured({ 'server/port': 4 });
    const second = await distiller.join(Service, { host: 'second', config: { 'server/port': 9 } });
    expect([distiller.runtime.get('server/port'), second.runtime.get('server/port')]).to.deep.equal([4, 9]);
    await distiller.finish();
  });

  it(
    'goes with distilled()',
    distilled(Service, { config: { 'server/port': 4 } }, ({ runtime }) => {
      expect(runtime.get('server/port')).to.equal(4);
    }),
  );

  it('goes with explore()', async () => {
    const ports: unknown[] = [];
    const app = (): void => void new Tonic();
    await explore({ runs: 2, app, config: { port: 8 } }, ({ runtime }) => void ports.push(runtime.get('port')));
    expect(ports).to.deep.equal([8, 8]);
  });
});
