// Joins what the compiler made of src into a few files, dist/lib. Node opens all files of a package at once: as sixty files
// it could not be imported with 40 descriptors (ulimit -n), and took three times as long.
// The types go beside them, to dist/types, as files of their own: those that an entry reaches.
import { existsSync, readdirSync, statSync } from 'node:fs';
import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rollup } from 'rollup';
import ts from 'typescript';
import { mapOfLines } from './map-of-lines.mjs';

const root = new URL('../', import.meta.url).pathname;
/** Written last: what is older than it is bundled. The compiler writes only what has changed. */
const done = `${root}dist/.bundled`;
if (isDone()) process.exit();

/** The modules of src that the main entry reaches. */
let startOf;

const input = {
  index: 'dist/src/index.js',
  testing: 'dist/src/testing/index.js',
  calendar: 'dist/src/calendar/index.js',
  framing: 'dist/src/framing/index.js',
  collections: 'dist/src/collections/index.js',
  store: 'dist/src/store/index.js',
  http: 'dist/src/http/index.js',
  diagram: 'dist/src/diagram/index.js',
  'eslint-plugin': 'dist/src/eslint-plugin/index.js',
  cli: 'dist/src/cli/index.js',
};

/** What browsers load is a file of its own: it shares nothing with the others. */
const forBrowsers = { 'store-client': 'dist/src/store-client/index.js' };

/**
 * What loads modules while an app runs is a file of its own. A loader such as tsx makes each file anew that has such an import in it,
 * and the map that it adds costs the first stack of a process 150 ms where the file is large.
 */
const LOADS = /\/(?:load-module|load-pino)\.js$/;

/**
 * The options are checked with valibot. Of its 200 KB a start needs a tenth: that tenth is in our files, and Node neither looks for a
 * package nor reads the rest. It stays a dependency for its types, which ours name.
 */
const valibot = fileURLToPath(import.meta.resolve('valibot'));

/** So that a stack trace leads to the TypeScript. */
const compilerMaps = {
  name: 'compiler-maps',
  resolveId: (id) => (id === 'valibot' ? { id: valibot, moduleSideEffects: false } : undefined),
  async load(id) {
    const code = await readFile(id, 'utf8');
    return id === valibot
      ? { code, map: { mappings: '' } }
      : { code, map: JSON.parse(await readFile(`${id}.map`, 'utf8')) };
  },
};

/** Comments are read at each start, and are a quarter of the code. Names and lines stay as they are: stacks and the log show them. */
const withoutComments = {
  name: 'without-comments',
  async renderChunk(code, { fileName, moduleIds, name }) {
    // What the small one says to bundlers are comments.
    if (fileName === 'loads.js') return undefined;
    const { outputText, sourceMapText } = ts.transpileModule(code, {
      fileName,
      compilerOptions: { target: 'esnext', module: 'esnext', removeComments: true, sourceMap: true },
    });
    const bare = outputText.replace(/\/\/# sourceMappingURL=.*\s*$/, '');
    const ours = name === 'index' || name === 'shared' ? withoutFacades(bare) : bare;
    // The licence of valibot wants to be where it is. At the end, so that no line moves.
    const notice = moduleIds.includes(valibot) ? await licenceOf(valibot) : '';
    return { code: ours + notice, map: JSON.parse(sourceMapText) };
  },
};

/**
 * For the `import` of one of its own modules Node copies all that the module exports, and loads for that what the module would load when
 * first used: a fifteenth of a start. `getBuiltinModule` copies nothing. Each stays on its line, so that the map fits. Not so in the other
 * files: who watches a program by replacing `node:http` sees only what is imported.
 */
function withoutFacades(code) {
  return code
    .replace(/^import '(node:.*)';$/gm, '')
    .replace(
      /^import \{(.*)\} from '(node:.*)';$/gm,
      (_, names, module) => `const {${names.replaceAll(' as ', ': ')}} = process.getBuiltinModule('${module}');`,
    );
}

await rm(`${root}dist/lib`, { recursive: true, force: true });
await bundled(input, {
  manualChunks: (id, graph) => (LOADS.test(id) ? 'loads' : isOfStart(id, graph) ? 'shared' : undefined),
  chunkFileNames: ({ name }) => (name === 'loads' ? 'loads.js' : 'shared.js'),
});
await bundled(forBrowsers, {});

await rm(`${root}dist/types`, { recursive: true, force: true });
for (const path of await reachedTypes()) {
  await cp(`${root}dist/src/${path}`, `${root}dist/types/${path}`);
}

await writeFile(done, '');

async function bundled(entries, output) {
  const bundle = await rollup({
    input: Object.fromEntries(Object.entries(entries).map(([name, path]) => [name, root + path])),
    // What is not ours stays a dependency.
    external: (id) => id !== 'valibot' && !id.startsWith('.') && !id.startsWith('/'),
    plugins: [compilerMaps, withoutComments],
    onwarn(warning) {
      throw new Error(warning.message);
    },
  });
  const made = await bundle.write({
    dir: `${root}dist/lib`,
    sourcemap: true,
    sourcemapExcludeSources: true,
    ...output,
  });
  await bundle.close();
  for (const { fileName, type } of made.output) {
    if (type !== 'asset' || !fileName.endsWith('.map')) continue;
    const path = `${root}dist/lib/${fileName}`;
    await writeFile(path, JSON.stringify(mapOfLines(JSON.parse(await readFile(path, 'utf8')))));
  }
}

/** All that the main entry needs is one file: to find, open and link another one takes Node a millisecond. */
function isOfStart(id, { getModuleInfo }) {
  const start = (startOf ??= new Set([root + input.index]));
  if (start.size === 1) {
    for (const path of start) for (const imported of getModuleInfo(path)?.importedIds ?? []) start.add(imported);
  }
  return start.has(id);
}

async function licenceOf(path) {
  const licence = await readFile(new URL('../LICENSE.md', `file://${path}`), 'utf8');
  return `/* Some of the functions above are those of valibot, https://valibot.dev:\n\n${licence}*/\n`;
}

function isDone() {
  if (![done, `${root}dist/lib/index.js`, `${root}dist/types/index.d.ts`].every((path) => existsSync(path)))
    return false;
  const made = readdirSync(`${root}dist/src`, { recursive: true }).map((path) => join(root, 'dist/src', path));
  const { mtimeMs } = statSync(done);
  const scripts = ['bundle.mjs', 'map-of-lines.mjs'].map((name) => `${root}scripts/${name}`);
  const sources = [...made, `${root}package.json`, `${root}package-lock.json`, ...scripts];
  return sources.every((path) => statSync(path).mtimeMs < mtimeMs);
}

/** The declarations that the package names, and those that they import, from file to file. */
async function reachedTypes() {
  const { exports } = JSON.parse(await readFile(`${root}package.json`, 'utf8'));
  const named = Object.values(exports).flatMap(({ types }) => (types === undefined ? [] : [types]));
  const reached = new Set(named.map((path) => posix.relative('dist/types', path)));
  for (const path of reached) {
    const { importedFiles } = ts.preProcessFile(await readFile(`${root}dist/src/${path}`, 'utf8'));
    for (const { fileName } of importedFiles) {
      if (fileName.startsWith('.')) reached.add(posix.join(posix.dirname(path), fileName.replace(/\.js$/, '.d.ts')));
    }
  }
  return reached;
}
