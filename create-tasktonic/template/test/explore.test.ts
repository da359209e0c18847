import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { explore } from 'tasktonic/testing';
import Service from '../src/main.ts';
import { Client } from './client.ts';

/** Runs with many seeds, on a network that is slow, cuts lines anywhere and resets connections: the first run that fails is shown. */
test('whatever the network does, answers come in order', async () => {
  await explore({ runs: 25 }, async (distiller) => {
    await distiller.join(Service, { host: 'server', config: { server: { host: '0.0.0.0' } } });
    await distiller.settle();
    const app = await distiller.join(() => {}, { host: 'client' });
    distiller.network.between('client', 'server', { latency: 20, jitter: 10, split: 'random', reset: 0.02 });
    const client = app.infuse(() => new Client({ host: 'server', port: 7007 }));
    client.ttsc__say('ann');
    for (let nr = 1; nr <= 5; nr++) client.ttsc__say(`note ${nr}`);
    await distiller.advance('10s');
    const all = ['Who are you?', 'Welcome, ann', '1 kept', '2 kept', '3 kept', '4 kept', '5 kept'];
    assert.deepEqual(client.heard, all.slice(0, client.heard.length));
    if (!client.lost) assert.equal(client.heard.length, all.length);
    client.ttsc__finish();
  });
});
