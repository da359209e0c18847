// The same as load.mjs by one file of JSON, read into Maps of Maps.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ops, tell } from '../micro/report.mjs';
import { mapsOf, pathsOf } from './what.mjs';

const directory = mkdtempSync(join(tmpdir(), 'bench-json-'));
const file = join(directory, 'all.json');
writeFileSync(file, JSON.stringify(pathsOf(ops).map((path, n) => [path, n])));
const started = process.hrtime.bigint();
const root = mapsOf(JSON.parse(readFileSync(file, 'utf8')));
tell(ops, Number(process.hrtime.bigint() - started) / 1e6);
if (root.get('rooms').size !== 100) throw new Error('not all came back');
rmSync(directory, { recursive: true });
