// How long a Store takes to have so many paths again that were kept. Writes them first, and ends that app.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runAlone } from '../micro/app.mjs';
import { ops, tell } from '../micro/report.mjs';
import { Tonic } from '../servers/tasktonic.mjs';
import { Store, pathsOf } from './what.mjs';

const directory = mkdtempSync(join(tmpdir(), 'bench-store-'));
const persist = { directory };
const limits = { paths: 2_000_000 };

class Writer extends Tonic {
  left = pathsOf(ops);

  ttse__onStart() {
    this.store = this.use(Store, { persist, ...limits });
    this.ttse__onSaved();
  }

  ttse__onSaved() {
    if (this.left.length === 0) return this.ttsc__finish();
    const paths = this.left.splice(-1_000);
    this.store.group(() => paths.forEach((path, n) => this.store.set(path, n)));
    return this.pipe(this.store.saved(), this.ttse__onSaved);
  }
}

class Reader extends Tonic {
  ttse__onStart() {
    const started = process.hrtime.bigint();
    const store = this.use(Store, { persist, ...limits });
    const ms = Number(process.hrtime.bigint() - started) / 1e6;
    const last = store.get(`rooms/${(ops - 1) % 100}/${ops - 1}`);
    if (last === undefined) throw new Error('not all came back');
    tell(ops, ms);
    this.ttsc__finish();
  }
}

await runAlone(Writer);
await runAlone(Reader);
rmSync(directory, { recursive: true });
