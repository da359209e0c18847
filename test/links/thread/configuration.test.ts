import { expect } from 'chai';
import { readConfiguration } from '../../doors/config.js';
import { plainData } from '../../doors/core.js';
import { Boss, endApps, start } from './programs/life-boss.js';
import { ConfigReader } from './programs/life-config.js';

describe('the configuration in a thread', () => {
  afterEach(endApps);

  it('is that of the app, with the sources and without what cannot cross', async () => {
    const { app, boss } = await start(() => new Boss());
    const args = ['--server.port=7007', '--server.password=hunter2'];
    const config = readConfiguration({ mine: { list: [1, () => {}, { of: Boss }], stream: process.stdout } }, { args });
    Object.assign(app.main.runtime, { config });
    const worker = await boss.inside(() => ConfigReader.spawn());
    const read: [string, unknown, string | undefined][] = [
      ['server/port', '7007', 'the command line (--server.port)'],
      ['mine/list', [1, undefined, {}], 'creatingFormula()'],
      ['mine/stream', undefined, undefined],
      ['log/default', 'quiet', 'a default'],
    ];
    for (const [path] of read) worker.ttsc__read(path);
    await boss.heard.on('read', read.length);
    expect(boss.heard.all('read')).to.deep.equal(read);
    worker.ttsc__dump();
    const [dump] = await boss.heard.on('dump');
    expect(dump).to.contain('server/password = (a secret)').and.to.not.contain('hunter2');
  });

  it('may be circular', () => {
    const ring: Record<string, unknown> = { a: [1] };
    ring['self'] = ring;
    const plain = plainData({ ring }) as Record<string, unknown>;
    expect(plain['ring']).to.not.equal(ring);
    expect(structuredClone(plain)).to.deep.equal({ ring });
  });
});
