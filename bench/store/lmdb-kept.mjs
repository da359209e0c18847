// The same as kept.mjs with lmdb: what is put in one turn it writes as one transaction. It waits for the disk where `disk` is asked for.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { open } from 'lmdb';
import { ops, report } from '../micro/report.mjs';
import { pathsOf } from './what.mjs';

const GROUP = Number(process.argv[3]);
const directory = mkdtempSync(join(tmpdir(), 'bench-lmdb-'));
const paths = pathsOf(10_000);
const db = open({ path: directory, noSync: process.argv[2] !== 'disk' });
const started = process.hrtime.bigint();
for (let done = 0; done < ops;) {
  let last;
  for (let n = 0; n < GROUP; n++, done++) last = db.put(paths[done % paths.length], done);
  await last;
}
report(started, ops);
await db.close();
rmSync(directory, { recursive: true });
