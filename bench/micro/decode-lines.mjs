// Lines out of a stream, with lines() of tasktonic/framing.
import { lines } from '../../dist/lib/framing.js';
import { ops, report } from './report.mjs';
import { chunks, lineOf } from './stream.mjs';

const decoder = lines().decoder();
const started = process.hrtime.bigint();
let count = 0;
for (const chunk of chunks(lineOf, ops)) {
  decoder.push(chunk);
  while (decoder.next() !== undefined) count++;
}
report(started, count);
