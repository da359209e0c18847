// Joins what the compiler made of src into a few files, dist/lib. Node opens all files of a package at once: as sixty files
// it could not be imported with 40 descriptors (ulimit -n), and took three times as long.
import { readFile } from 'node:fs/promises';
import { rollup } from 'rollup';

const root = new URL('../', import.meta.url).pathname;
const input = {
  index: 'dist/src/index.js',
  selector: 'dist/src/selector/index.js',
  tonics: 'dist/src/tonics/index.js',
  testing: 'dist/src/testing/index.js',
  calendar: 'dist/src/calendar/index.js',
  'eslint-plugin': 'dist/src/eslint-plugin/index.js',
  cli: 'dist/src/cli/index.js',
};

/** So that a stack trace leads to the TypeScript. */
const compilerMaps = {
  name: 'compiler-maps',
  async load(id) {
    return { code: await readFile(id, 'utf8'), map: JSON.parse(await readFile(`${id}.map`, 'utf8')) };
  },
};

const bundle = await rollup({
  input: Object.fromEntries(Object.entries(input).map(([name, path]) => [name, root + path])),
  // What is not ours stays a dependency.
  external: (id) => !id.startsWith('.') && !id.startsWith('/'),
  plugins: [compilerMaps],
  onwarn(warning) {
    throw new Error(warning.message);
  },
});
await bundle.write({ dir: `${root}dist/lib`, chunkFileNames: 'shared.js', sourcemap: true });
await bundle.close();
