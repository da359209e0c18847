// `npm run site` builds the site, site/dist, of the guides and of the doc comments, and fails where a link of it leads nowhere.
// `npm run site -- --serve` then shows it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ERRORS, type ErrorCode } from '../src/core/errors.js';
import { apiPage } from './lib/api.js';
import { type BuiltSite, faultsOf } from './lib/check.js';
import { type ErrorRow, errorPage, errorRows, errorsPage, errorsSidebar } from './lib/errors.js';
import { type Surroundings, asPage } from './lib/links.js';
import { type OptionsPage, OptionsSections } from './lib/options.js';
import { addressOf, pageFiles, placeOf, titleOf } from './lib/pages.js';
import { type Item, apiSidebars, shelvesOf } from './lib/sidebar.js';

const ROOT = new URL('../', import.meta.url).pathname;
const SITE = `${ROOT}site/`;
const PAGES = `${SITE}pages/`;
const BUILT = `${SITE}dist/`;

const read = (file: string): string => readFileSync(ROOT + file, 'utf8');
const codes = new Set(Object.keys(ERRORS));
const files = pageFiles(ROOT);

await installPackages();
await rm(PAGES, { recursive: true, force: true });
const described = run('typedoc/bin/typedoc', '--options', 'typedoc.config.mjs', '--logLevel', 'Warn');
await writeGuides();
const errors = await writeErrors();
await described;
await writeApi();
await writeSidebars();
await run('vitepress/bin/vitepress.js', 'build', '.');
checkLinks();
if (process.argv.includes('--serve')) await run('vitepress/bin/vitepress.js', 'preview', '.');

/** TypeScript is that of the project. */
async function installPackages(): Promise<void> {
  const installed = `${SITE}node_modules/.package-lock.json`;
  const isInstalled =
    existsSync(installed) && statSync(installed).mtimeMs > statSync(`${SITE}package-lock.json`).mtimeMs;
  if (!isInstalled) await succeeds('npm', 'ci', '--omit=peer', '--no-audit', '--no-fund', '--loglevel=error');
}

/** The pages that are in the repository. */
async function writeGuides(): Promise<void> {
  const { repository } = JSON.parse(read('package.json')) as { repository: { url: string } };
  const around: Surroundings = {
    pages: new Set(files),
    isThere: (path) => existsSync(ROOT + path),
    repository: repository.url.replace(/^git\+|\.git$/g, ''),
    codes,
  };
  for (const file of files) await writePage(placeOf(file), asPage(read(file), file, around));
  await cp(`${ROOT}docs/images`, `${PAGES}public/images`, { recursive: true });
}

/** A page for each error, and one that lists them. */
async function writeErrors(): Promise<ErrorRow[]> {
  const tables = files.filter((file) => /^docs\/look-up\/errors-/.test(file));
  const rows = tables.flatMap((file) =>
    errorRows(readFileSync(`${PAGES}${placeOf(file)}.md`, 'utf8'), addressOf(file)),
  );
  await writePage('errors/index', errorsPage(rows));
  for (const row of rows)
    await writePage(`errors/${row.code}`, errorPage(row, ERRORS[row.code as ErrorCode], mentionsOf(row)));
  return rows;
}

/** The guides that name an error, but for the tables of errors. */
function mentionsOf({ code }: ErrorRow): { title: string; address: string }[] {
  const named = new RegExp(`\\b${code}\\b`);
  return files
    .filter((file) => file.startsWith('docs/') && !file.startsWith('docs/look-up/errors') && named.test(read(file)))
    .map((file) => ({ title: titleOf(read(file)), address: addressOf(file) }));
}

async function writeApi(): Promise<void> {
  const { PAGES: pages } = (await import(`${ROOT}scripts/options-pages.mjs`)) as { PAGES: OptionsPage[] };
  const options = new OptionsSections(pages);
  for (const file of filesIn(`${PAGES}api`).filter((name) => name.endsWith('.md'))) {
    const page = `${PAGES}api/${file}`;
    await writeFile(page, apiPage(readFileSync(page, 'utf8'), options, codes));
  }
}

async function writeSidebars(): Promise<void> {
  const titled = (file: string): Item => ({ text: titleOf(read(file)), link: addressOf(file) });
  const examples = files.filter((file) => file.startsWith('examples/'));
  const guides: Item[] = [
    ...shelvesOf(read('docs/README.md')),
    { text: 'Programs', collapsed: true, items: examples.map(titled) },
    { text: 'The project', collapsed: true, items: ['CHANGELOG.md', 'CONTRIBUTING.md', 'bench/README.md'].map(titled) },
  ];
  const api = filesIn(`${PAGES}api`).map((file) => `api/${file.replace(/\.md$/, '')}`);
  await writeFile(
    `${PAGES}sidebars.json`,
    JSON.stringify({ '/': guides, '/errors/': errorsSidebar(errors), ...apiSidebars(api) }),
  );
}

function checkLinks(): void {
  const built = filesIn(BUILT);
  const pages = built.filter((file) => file.endsWith('.html'));
  const site: BuiltSite = {
    pages: new Map(pages.map((page) => [page, readFileSync(BUILT + page, 'utf8')])),
    files: new Set(built),
  };
  const faults = faultsOf(site, process.env.SITE_BASE);
  for (const fault of faults) console.error(`site: ${fault}`);
  if (faults.length > 0) process.exit(1);
  console.log(`site: ${pages.length} pages in site/dist`);
}

async function writePage(place: string, text: string): Promise<void> {
  const page = `${PAGES}${place}.md`;
  await mkdir(dirname(page), { recursive: true });
  await writeFile(page, text);
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' });
}

/** Runs a program of the site's packages. */
async function run(program: string, ...args: string[]): Promise<void> {
  await succeeds(process.execPath, `node_modules/${program}`, ...args);
}

async function succeeds(command: string, ...args: string[]): Promise<void> {
  const child = spawn(command, args, { cwd: SITE, stdio: 'inherit' });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} has failed`);
}
