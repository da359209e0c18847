// The same as decode-lines.mjs with node:readline.
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { ops, report } from './report.mjs';
import { chunks, lineOf } from './stream.mjs';

const started = process.hrtime.bigint();
let count = 0;
createInterface({ input: Readable.from(chunks(lineOf, ops)), crlfDelay: Infinity })
  .on('line', () => count++)
  .on('close', () => report(started, count));
