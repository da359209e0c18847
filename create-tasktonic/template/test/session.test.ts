import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { distilled } from 'tasktonic/testing';
import Service from '../src/main.ts';
import { Client } from './client.ts';

test(
  'a guest leaves notes, and has them read',
  distilled(Service, async (distiller) => {
    const client = distiller.infuse(() => new Client({ host: '127.0.0.1', port: 7007 }));
    for (const line of ['ann', 'note buy milk', 'note call bob', 'read', 'bye']) client.ttsc__say(line);
    await distiller.advance('1s');
    assert.deepEqual(client.heard, [
      'Who are you?',
      'Welcome, ann',
      '1 kept',
      '2 kept',
      'buy milk; call bob',
      'Goodbye, ann',
    ]);
  }),
);

test(
  'a stranger is asked who he is before anything else',
  distilled(Service, async (distiller) => {
    const client = distiller.infuse(() => new Client({ host: '127.0.0.1', port: 7007 }));
    client.ttsc__say('');
    client.ttsc__say('read');
    await distiller.advance('1s');
    assert.deepEqual(client.heard, ['Who are you?', 'Who are you?', 'Welcome, read']);
    client.ttsc__finish();
  }),
);
