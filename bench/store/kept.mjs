// Sets of a Store that is kept, awaited in groups. The first word is the durability, the second how many are in a group.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runAlone } from '../micro/app.mjs';
import { ops, report } from '../micro/report.mjs';
import { Tonic } from '../servers/tasktonic.mjs';
import { Store, pathsOf } from './what.mjs';

const GROUP = Number(process.argv[3]);
const directory = mkdtempSync(join(tmpdir(), 'bench-store-'));
const paths = pathsOf(10_000);

class Main extends Tonic {
  done = 0;

  ttse__onStart() {
    this.store = this.use(Store, { persist: { directory, durability: process.argv[2] } });
    this.started = process.hrtime.bigint();
    this.ttse__onSaved();
  }

  ttse__onSaved() {
    if (this.done >= ops) {
      report(this.started, ops);
      return this.ttsc__finish();
    }
    for (let n = 0; n < GROUP; n++, this.done++) this.store.set(paths[this.done % paths.length], this.done);
    return this.pipe(this.store.saved(), this.ttse__onSaved);
  }
}

await runAlone(Main);
rmSync(directory, { recursive: true });
