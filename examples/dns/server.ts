// A DNS server for one zone: `node dist/examples/dns/server.js --zone examples/dns/example.zone`, then `dig -p 7053 @127.0.0.1 example.org`.
import { readFileSync } from 'node:fs';
import { runServer } from '../shared/program.js';
import { DnsServer } from './dns-server.js';
import { readZone } from './zone-file.js';
import { Zone } from './zone.js';

await runServer({
  name: 'dns',
  about: 'Answers for a zone over UDP and TCP',
  defaults: { host: '127.0.0.1', port: 7053 },
  options: { zone: 'the zone, a master file (RFC 1035)' },
  start(places, { zone }) {
    if (zone === undefined) throw new Error('--zone FILE: which zone?');
    const records = new Zone(readZone(readFileSync(zone, 'utf8')));
    for (const place of places) new DnsServer(records, place);
  },
});
