// Node of several versions, Bun and Deno, each from the package that npm has of it, and CommonJS.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { project, runs } from './project.mjs';
import { WORK, asCommonJs, partsOf } from './works.mjs';

const NODES = [20, 22, 24, 26];

export function runtimes({ isShort }) {
  const nodes = isShort ? [20, 24] : NODES;
  return [
    ...nodes.map((major) => ({ name: `Node ${major}`, run: onNode(major, 'work.mjs') })),
    { name: 'CommonJS, Node 20', run: onNode(20, 'work.cjs') },
    ...(isShort
      ? []
      : [
          { name: 'CommonJS, Node 26', run: onNode(26, 'work.cjs') },
          { name: 'Bun', run: on('bun', ['work.mjs']) },
          { name: 'Bun, CommonJS', run: on('bun', ['work.cjs']) },
          { name: 'Deno', run: on('deno', ['run', '--allow-all', 'work.mjs']) },
          { name: 'Deno, CommonJS', run: on('deno', ['run', '--allow-all', 'work.cjs']) },
        ]),
  ];
}

function onNode(major, file) {
  return async (place) => {
    const node = process.versions.node.startsWith(`${major}.`) ? process.execPath : await runtime(place, 'node', major);
    return works(place, node, [file]);
  };
}

function on(name, words) {
  return async (place) => works(place, await runtime(place, name, 'latest'), words);
}

/** Where npm has put a runtime. */
async function runtime({ scratch }, name, version) {
  const folder = await project(join(scratch, `${name}-${version}`), `${name}@${version}`);
  return join(folder, 'node_modules/.bin', name);
}

async function works({ scratch, tarball }, command, words) {
  const folder = await project(join(scratch, 'user'), tarball);
  writeFileSync(join(folder, 'work.mjs'), WORK);
  writeFileSync(join(folder, 'work.cjs'), asCommonJs(WORK));
  const version = (await runs(folder, command, ['--version'])).match(/\d+\.\d+\.\d+/)?.[0];
  return `${version}: ${partsOf(await runs(folder, command, words))}`;
}
