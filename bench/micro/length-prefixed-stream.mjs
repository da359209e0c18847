// The same as decode-prefixed.mjs with length-prefixed-stream.
import { Readable } from 'node:stream';
import lps from 'length-prefixed-stream';
import { ops, report } from './report.mjs';
import { chunks, varintOf } from './stream.mjs';

const started = process.hrtime.bigint();
let count = 0;
Readable.from(chunks(varintOf, ops))
  .pipe(lps.decode())
  .on('data', () => count++)
  .on('end', () => report(started, count));
