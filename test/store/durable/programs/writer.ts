import { writeSync } from 'node:fs';
import { Durable, Op, type StoreOps } from '../../../doors/durable.js';
// Writes numbers to a directory until it is killed, and says of each group that it is acknowledged. Its arguments: the directory, what is
// to survive, and how many it says to be enough.

const [, , directory, durability, enough] = process.argv;
const told = {
  warn: (error: Error) => writeSync(2, `${error.message}\n`),
  failed: (error: Error) => writeSync(2, `${error.message}\n`),
};
const durable = Durable.open(
  { directory: directory!, durability: durability as 'process' | 'disk', snapshotEvery: 20_000 },
  told,
);
const values = new Map<string, unknown>();
let { version } = durable.load((ops) => apply(ops));

function apply(ops: StoreOps): void {
  for (let at = 0; at < ops.length; at += 3) values.set(ops[at + 1] as string, ops[at + 2]);
}

function append(): void {
  version++;
  const batch = [Op.set, 'first', version, Op.set, `n${version % 500}`, version, Op.set, 'last', version];
  durable.append(version, batch);
  apply(batch);
}

function* contents(): Generator<StoreOps> {
  const paths = [...values.keys()];
  for (let at = 0; at < paths.length; at += 50)
    yield paths.slice(at, at + 50).flatMap((path) => [Op.set, path, values.get(path)]);
}

for (let group = 1; ; group = (group % 40) + 1) {
  for (let n = 0; n < group; n++) append();
  const last = version;
  await durable.saved();
  writeSync(1, `acknowledged ${last}\n${last >= Number(enough) ? 'enough\n' : ''}`);
  if (durable.snapshotDue) void durable.snapshot(contents());
}
