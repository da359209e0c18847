// Measures the house, and draws its rooms: `node scripts/house.mjs` prints the figures, `--of FOLDER` those of another checkout.
// `--write` draws docs/look-up/rooms.md from the imports, and `--check` fails where that page is another.
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import ts from 'typescript';

const { values: given } = parseArgs({
  options: { of: { type: 'string' }, write: { type: 'boolean' }, check: { type: 'boolean' } },
});
const HERE = fileURLToPath(new URL('../', import.meta.url));
const ROOT = given.of === undefined ? HERE : resolve(given.of);
const PAGE = join(HERE, 'docs/look-up/rooms.md');

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

/** The edges that say something new: what is imported by way of another file, too, is left out. */
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
    for (const to of all) if (![...all].some((by) => by !== to && reaches(by, to))) kept.push([from, to]);
  return kept;
}

function drawn(edges, alone) {
  const id = (name) => name.replace(/\W/g, '_');
  const lines = reduced(edges).map(([from, to]) => `  ${id(from)}["${from}"] --> ${id(to)}["${to}"]`);
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

function page() {
  const named = [...rooms].filter(([room]) => room !== 'src');
  const inRooms = named.flatMap(([, list]) => list);
  const parts = [
    `# The rooms of the house

<!-- Written by scripts/house.mjs from the imports. Do not change it here. -->

An arrow leads from a file to one that it imports, types included; what it imports by way of another one, too, is left out. An entry point
(\`index\`) is left out as well. [Architecture](architecture.md) says in which order to read a room.

## All of them

${drawn(
  edgesWithin(inRooms, ({ room }) => room, importsOf),
  [],
)}`,
  ];
  for (const [room, list] of named) {
    const own = list.filter(({ path }) => !path.endsWith('index.ts'));
    const edges = edgesWithin(
      own,
      ({ name }) => name,
      (file) => importsOf(file).filter((other) => own.includes(other)),
    );
    const joined = new Set([...edges].flatMap(([from, to]) => [from, ...to]));
    const alone = own.map(({ name }) => name).filter((name) => !joined.has(name));
    parts.push(`## ${room}\n\n${drawn(edges, alone)}`);
  }
  return parts.join('\n\n') + '\n';
}

if (given.write) writeFileSync(PAGE, page());
else if (given.check) {
  if (readFileSync(PAGE, 'utf8') === page()) console.log('docs/look-up/rooms.md shows the imports as they are');
  else {
    console.error('docs/look-up/rooms.md shows other imports than there are: node scripts/house.mjs --write');
    process.exitCode = 1;
  }
} else figures();
