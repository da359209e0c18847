// Node of several versions, Bun and Deno, each from the package that npm has of it, and CommonJS.
import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { lastLine, project, runs } from './project.mjs';
import { WORK, asCommonJs, partsOf } from './works.mjs';

const NODES = [20, 22, 24, 26];
/** What the README says that an app needs. */
const DENO = ['run', '--allow-net', '--allow-read', '--allow-env', '--allow-sys', '--no-prompt'];
const STRANGER = new URL('stranger.mjs', import.meta.url);

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
          { name: 'Deno', run: on('deno', [...DENO, 'work.mjs']) },
          { name: 'Deno, CommonJS', run: on('deno', [...DENO, 'work.cjs']) },
          { name: 'Bun, UDP of one peer', run: hears('bun', [], 'friend') },
          // The README says so; where this changes, it has to.
          { name: 'Deno, UDP of one peer', run: hears('deno', DENO, 'stranger, friend') },
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

/** Runs stranger.mjs, which tells what it has heard. */
function hears(name, words, expected) {
  return async (place) => {
    const command = await runtime(place, name, 'latest');
    const folder = await project(join(place.scratch, 'user'), place.tarball);
    copyFileSync(STRANGER, join(folder, 'stranger.mjs'));
    const told = lastLine(await runs(folder, command, [...words, 'stranger.mjs']));
    if (told !== `heard: ${expected}`) throw new Error(`${told}, and not ${expected}`);
    return told;
  };
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
