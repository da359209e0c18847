// Whether work.mjs, however it was made, did all its parts and logged them.
import { readFileSync } from 'node:fs';

export const WORK = readFileSync(new URL('work.mjs', import.meta.url), 'utf8');

const PARTS = ['service', 'store', 'tcp', 'thread', 'timer', 'udp'];
const HEARD = /^\{"level":30,.*"thread":1,.*"msg":"squares in a thread"\}$/m;

/** The same program as a module of CommonJS. */
export function asCommonJs(text) {
  const exported = [...text.matchAll(/^export class (\w+)/gm)].map(([, name]) => `exports.${name} = ${name};\n`);
  return (
    text
      .replace(/^import (\{.*\}) from (.*);$/gm, 'const $1 = require($2);')
      .replace('import.meta.url', "require('node:url').pathToFileURL(__filename).href")
      .replace(/^export class/gm, 'class')
      .replace(/^if \(isMainThread\)/m, (run) => exported.join('') + run) + '\n'
  );
}

/** @returns the parts that went well. @throws what the program wrote, where one did not. */
export function partsOf(output) {
  const parts = /^went well: (.*)$/m.exec(output)?.[1] ?? '';
  if (parts !== PARTS.join(' ')) throw new Error(`went well: ${parts || 'nothing'}\n${output}`);
  if (!HEARD.test(output)) throw new Error(`no line of the log is there:\n${output}`);
  return `${parts} log`;
}
