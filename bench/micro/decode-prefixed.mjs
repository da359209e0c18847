// Frames with their length before them, with lengthPrefixed() of tasktonic/framing.
import { lengthPrefixed } from '../../dist/lib/framing.js';
import { ops, report } from './report.mjs';
import { chunks, varintOf } from './stream.mjs';

const decoder = lengthPrefixed({ bytes: 'varint' }).decoder();
const started = process.hrtime.bigint();
let count = 0;
for (const chunk of chunks(varintOf, ops)) {
  decoder.push(chunk);
  while (decoder.next() !== undefined) count++;
}
report(started, count);
