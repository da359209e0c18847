// TypeScript of several versions: each compiles a user's program together with all types of the package, and the program is run.
import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { project, runs } from './project.mjs';

const VERSIONS = ['5.4', '5.5', '5.6', '5.7', '5.8', '5.9', '6.0', '7.0'];
const RESOLUTIONS = { nodenext: 'nodenext', bundler: 'esnext' };
const CONSUMER = new URL('consumer.ts', import.meta.url);

export function compilers({ isShort }) {
  const versions = isShort ? [VERSIONS[0], VERSIONS.at(-1)] : VERSIONS;
  const resolutions = isShort ? ['nodenext'] : Object.keys(RESOLUTIONS);
  return versions.map((version) => ({
    name: `TypeScript ${version}`,
    run: (place) => compiles(place, versions, version, resolutions),
  }));
}

async function compiles({ scratch, tarball }, versions, version, resolutions) {
  const compilers = versions.map((each) => `typescript-${each}@npm:typescript@${each}`);
  const folder = await project(join(scratch, 'typed'), tarball, '@types/node@20', 'temporal-polyfill', ...compilers);
  copyFileSync(CONSUMER, join(folder, 'consumer.ts'));
  for (const resolution of resolutions) {
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(settings(resolution)));
    await runs(folder, process.execPath, [`node_modules/typescript-${version}/bin/tsc`, '-p', '.'], { seconds: 120 });
  }
  const output = await runs(folder, process.execPath, ['out/consumer.js']);
  if (!output.includes('went well: ask store tcp thread\n')) throw new Error(output);
  return `${resolutions.join(', ')}, and what it made runs`;
}

function settings(moduleResolution) {
  const how = { module: RESOLUTIONS[moduleResolution], moduleResolution, target: 'es2022', lib: ['es2022'] };
  const strict = { strict: true, exactOptionalPropertyTypes: true, noImplicitOverride: false, skipLibCheck: false };
  return { compilerOptions: { ...how, ...strict, types: ['node'], outDir: 'out' }, files: ['consumer.ts'] };
}
