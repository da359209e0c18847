// The zone that both servers of DNS have, and how they answer.
import { readFileSync } from 'node:fs';
import { Zone } from '../../dist/examples/dns/zone.js';
import { readZone } from '../../dist/examples/dns/zone-file.js';

export { answer } from '../../dist/examples/dns/answer.js';
export const zone = new Zone(
  readZone(readFileSync(new URL('../../examples/dns/example.zone', import.meta.url), 'utf8')),
);
