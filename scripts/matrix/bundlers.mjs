// The ways of docs/use/bundlers.md, each done as the page says; what it makes runs in a folder that has nothing else.
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { install, project, runs } from './project.mjs';
import { WORK, partsOf } from './works.mjs';

const PAGE = new URL('../../docs/use/bundlers.md', import.meta.url);

export function bundlers({ isShort }) {
  const ways = waysOf(readFileSync(PAGE, 'utf8'));
  return (isShort ? ways.slice(0, 1) : ways).map((way) => ({
    name: `bundler ${way.name}`,
    run: (place) => bundles(place, way),
  }));
}

/** The sections of the page that end with commands: npm install, what builds, and what is run. */
function waysOf(page) {
  return page.split(/^## /m).flatMap((section) => {
    const commands = /^```sh\nnpm install --save-dev (.*)\n(.*)\nnode out\/(.*)\n```$/m.exec(section);
    if (commands === null) return [];
    const [, packages, build, result] = commands;
    const [, file, text] = /^<!-- matrix: (.*) -->\n```mjs\n(.*?)^```$/ms.exec(section) ?? [];
    return [{ name: section.split('\n', 1)[0], packages: packages.split(' '), build, result, file, text }];
  });
}

async function bundles({ scratch, tarball }, { packages, build, result, file, text }) {
  const folder = await project(join(scratch, 'bundled'), tarball);
  await install(folder, ...packages);
  rmSync(join(folder, 'out'), { recursive: true, force: true });
  writeFileSync(join(folder, 'app.mjs'), WORK);
  if (file !== undefined) writeFileSync(join(folder, file), text);
  await runs(folder, build, [], { seconds: 120, shell: true });
  const away = join(scratch, `away-${build.replace(/\W+/g, '-')}-${result}`);
  cpSync(join(folder, 'out'), away, { recursive: true });
  return partsOf(await runs(away, process.execPath, [result]));
}
