// Measures the house, and draws its rooms: `node scripts/house.mjs` prints the figures, `--of FOLDER` those of another checkout.
// `--write` draws docs/look-up/rooms*.md from the imports, and `--check` fails where one of these pages is another.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import ts from 'typescript';

const { values: given } = parseArgs({
  options: { of: { type: 'string' }, write: { type: 'boolean' }, check: { type: 'boolean' } },
});
const HERE = fileURLToPath(new URL('../', import.meta.url));
const ROOT = given.of === undefined ? HERE : resolve(given.of);
/** The pages, and the rooms that each draws; the first one also draws all rooms in one picture, and those that no other page has. */
const PAGES = [
  { file: 'rooms.md', title: 'The rooms of the house', of: 'of the sources imports which' },
  { file: 'rooms-core.md', title: 'Inside core', of: 'of `src/core` imports which', rooms: ['core'] },
  {
    file: 'rooms-network.md',
    title: 'Inside the network and the Store',
    of: 'of sockets, HTTP, the Store and the Distiller imports which',
    rooms: ['selector', 'tonics', 'framing', 'http', 'collections', 'store', 'store-client', 'testing'],
  },
];

/** A file of src: its text, what it imports of src, and what it is made of. */
class SourceFile {
  constructor(path) {
    this.path = path;
    this.text = readFileSync(join(ROOT, path), 'utf8');
    this.lines = this.text.split('\n').length - 1;
    this.tree = ts.createSourceFile(path, this.text, ts.ScriptTarget.Latest, true);
    this.imports = new Set();
    this.functions = 0;
    this.publicNames = 0;
    this.#visit(this.tree);
  }

  get room() {
    const [, room, file] = this.path.split('/');
    return file === undefined ? 'src' : room;
  }

  /** Its name within its room. */
  get name() {
    return relative(this.room === 'src' ? 'src' : `src/${this.room}`, this.path).replace(/\.ts$/, '');
  }

  /** What it may be in the picture of its room: itself, or the folder of the room that it is in. */
  get box() {
    const [first, ...below] = this.name.split('/');
    return below.length > 0 ? `${first}/` : first;
  }

  #visit(node) {
    if (ts.isFunctionLike(node) && node.body !== undefined) this.functions++;
    if (ts.isExportDeclaration(node) && node.exportClause !== undefined && ts.isNamedExports(node.exportClause))
      this.publicNames += node.exportClause.elements.length;
    const from = (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) && node.moduleSpecifier?.text;
    if (from && from.startsWith('.')) this.imports.add(join(dirname(this.path), from).replace(/\.js$/, '.ts'));
    ts.forEachChild(node, (child) => this.#visit(child));
  }
}

const files = new Map(
  filesIn(join(ROOT, 'src'))
    .map((path) => relative(ROOT, path))
    .sort()
    .map((path) => [path, new SourceFile(path)]),
);
const rooms = new Map();
for (const file of files.values()) rooms.set(file.room, [...(rooms.get(file.room) ?? []), file]);

function filesIn(folder) {
  return ts.sys.readDirectory(folder, ['.ts']);
}

const sum = (list, value) => list.reduce((total, one) => total + value(one), 0);

/** On how many floors the files of a room stand: each is above all that it imports of the room. */
function floorsOf(room) {
  const floors = new Map();
  const floor = (file) => {
    if (!floors.has(file.path)) {
      floors.set(file.path, 0);
      const below = [...file.imports].map((path) => files.get(path)).filter((other) => other?.room === file.room);
      floors.set(file.path, 1 + Math.max(0, ...below.map(floor)));
    }
    return floors.get(file.path);
  };
  return Math.max(...room.map(floor));
}

/** The members that the framework keeps from its users, by their names; and those that more than one file uses. */
function innerMembers() {
  const users = new Map();
  for (const { path, text } of files.values())
    for (const [name] of text.matchAll(/\b_tt(?:[A-Z]|ss__)\w*/g))
      users.set(name, (users.get(name) ?? new Set()).add(path));
  return [users.size, [...users.values()].filter(({ size }) => size > 1).length];
}

/** What `npm install tasktonic` puts into node_modules, itself included. */
function runtimePackages() {
  const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8'));
  return Object.entries(packages).filter(([at, { dev, devOptional, optional, peer }]) => {
    return at === '' || !(dev || devOptional || optional || peer);
  }).length;
}

function figures() {
  const all = [...files.values()];
  const table = [...rooms].map(([room, list]) => [
    room, list.length, sum(list, ({ lines }) => lines), sum(list, ({ functions }) => functions), floorsOf(list),
  ]); // prettier-ignore
  table.push(['in all', all.length, sum(all, ({ lines }) => lines), sum(all, ({ functions }) => functions), '']);
  console.log(['room', 'files', 'lines', 'functions', 'floors'].map(cell).join(''));
  for (const row of table) console.log(row.map(cell).join(''));
  const longest = all.sort((a, b) => b.lines - a.lines).slice(0, 10);
  console.log(`\nlongest files: ${longest.map(({ path, lines }) => `${path} ${lines}`).join(', ')}`);
  console.log(
    `public names: ${sum(
      all.filter(({ path }) => path.endsWith('/index.ts')),
      ({ publicNames }) => publicNames,
    )}`,
  );
  const [members, shared] = innerMembers();
  console.log(`inner members: ${members}, used in more than one file: ${shared}`);
  const checks = all.map(({ path, text }) => [path, text.match(/'TT_BAD_OPTION'|badOption\(/g)?.length ?? 0]);
  // What refuses by a description stands there.
  const described = /errors\.ts$|^src\/core\/options\//;
  const withChecks = checks.filter(([path, count]) => count > 0 && !described.test(path));
  console.log(`checks of options by hand: ${sum(withChecks, ([, count]) => count)} in ${withChecks.length} files`);
  console.log(`packages that an install brings: ${runtimePackages()}`);
}

const cell = (text, at) => (at === 0 ? String(text).padEnd(16) : String(text).padStart(10));

/**
 * The edges that say something new: what is imported by way of another one, too, is left out. Folders may import each other, by different
 * files; then each of their edges says something.
 */
function reduced(edges) {
  const reaches = (from, to, seen = new Set()) =>
    [...(edges.get(from) ?? [])].some((next) => {
      if (next === to) return true;
      if (seen.has(next)) return false;
      seen.add(next);
      return reaches(next, to, seen);
    });
  const kept = [];
  for (const [from, all] of edges)
    for (const to of all) {
      const isBesides = (by) => by !== to && !reaches(by, from) && reaches(by, to) && !reaches(to, by);
      if (![...all].some(isBesides)) kept.push([from, to]);
    }
  return kept;
}

/** A picture of some arrows, and of what stands alone. */
function drawn(arrows, alone = []) {
  const id = (name) => name.replace(/\W/g, '_');
  const lines = arrows.map(([from, to]) => `  ${id(from)}["${from}"] --> ${id(to)}["${to}"]`);
  return ['```mermaid', 'graph LR', ...alone.map((name) => `  ${id(name)}["${name}"]`), ...lines, '```'].join('\n');
}

function edgesWithin(list, nameOf, targetsOf) {
  const edges = new Map();
  for (const file of list)
    for (const other of targetsOf(file)) {
      if (nameOf(other) === nameOf(file)) continue;
      edges.set(nameOf(file), (edges.get(nameOf(file)) ?? new Set()).add(nameOf(other)));
    }
  return edges;
}

const importsOf = (file) => [...file.imports].map((path) => files.get(path)).filter((other) => other !== undefined);

/** A room by its files, or by the folders in it, where there are fewer arrows between these. */
function roomDrawn(list) {
  const own = list.filter(({ path }) => !path.endsWith('index.ts'));
  const within = (file) => importsOf(file).filter((other) => own.includes(other));
  const [byFile, byFolder] = [({ name }) => name, ({ box }) => box].map((nameOf) => {
    const edges = edgesWithin(own, nameOf, within);
    return { nameOf, edges, arrows: reduced(edges) };
  });
  const { nameOf, edges, arrows } = byFolder.arrows.length < byFile.arrows.length ? byFolder : byFile;
  const joined = new Set([...edges].flatMap(([from, to]) => [from, ...to]));
  const alone = [...new Set(own.map(nameOf))].filter((name) => !joined.has(name));
  return drawn(arrows, alone);
}

function textOf({ file, title, of, rooms: drawnHere }) {
  const elsewhere = PAGES.flatMap((page) => page.rooms ?? []);
  const here = [...rooms].filter(([room]) =>
    drawnHere === undefined ? room !== 'src' && !elsewhere.includes(room) : drawnHere.includes(room),
  );
  const others = PAGES.filter((page) => page.file !== file).map((page) => `[${page.title}](${page.file})`);
  const inRooms = [...rooms].filter(([room]) => room !== 'src').flatMap(([, list]) => list);
  const all = `## All of them\n\n${drawn(reduced(edgesWithin(inRooms, ({ room }) => room, importsOf)))}`;
  return [
    `# ${title}

<!-- Written by scripts/house.mjs from the imports. Do not change it here. -->

Which part ${of}? An arrow leads from a file to one that it imports, types included; what it imports by way of another one, too,
is left out. A folder within a room (\`client/\`) is one box where that makes the picture smaller, and an entry point (\`index\`) is left out.
[Architecture](architecture.md) says in which order to read a room. Other rooms: ${others.join(', ')}.`,
    ...(drawnHere === undefined ? [all] : []),
    ...here.map(([room, list]) => `## ${room}\n\n${roomDrawn(list)}`),
  ]
    .join('\n\n')
    .concat('\n');
}

/** Writes a page, or tells whether it is as it would be written. */
function check({ file, ...page }) {
  const place = join(HERE, 'docs/look-up', file);
  const text = textOf({ file, ...page });
  if (given.write) writeFileSync(place, text);
  else if (existsSync(place) && readFileSync(place, 'utf8') === text)
    console.log(`docs/look-up/${file} shows the imports as they are`);
  else {
    console.error(`docs/look-up/${file} shows other imports than there are: node scripts/house.mjs --write`);
    process.exitCode = 1;
  }
}

if (given.write || given.check) PAGES.forEach(check);
else figures();
