// What ts-node makes JavaScript with (see tsconfig.json): esbuild takes a fifth of the time of TypeScript. Types are checked by `npm run typecheck`.
// It would start a process for each module otherwise.
process.env.ESBUILD_WORKER_THREADS = '1';
const esbuild = require('esbuild');

const options = {
  loader: 'ts',
  format: 'esm',
  target: 'node20',
  sourcemap: true,
  sourcesContent: false,
  // As tsconfig.json says.
  tsconfigRaw: { compilerOptions: { target: 'es2022', verbatimModuleSyntax: true } },
};

exports.create = () => ({
  transpile(source, { fileName }) {
    // A class is known by its name; but a diagram reads functions as they are written, without what keeps their names.
    const keepNames = !fileName.includes('/test/diagram/');
    const { code, map } = esbuild.transformSync(source, { ...options, keepNames, sourcefile: fileName });
    return { outputText: code, sourceMapText: map };
  },
});
