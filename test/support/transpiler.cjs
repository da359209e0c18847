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

// From Node 22 on connections are handed to threads, and a process that is started meanwhile, as esbuild's, would inherit them and hold
// them open when the thread dies: TypeScript starts none.
const HANDS_OVER = Number(process.versions.node.split('.')[0]) >= 22;

function byTypeScript(source, fileName) {
  const ts = require('typescript');
  const compilerOptions = { target: 'es2022', module: 'esnext', verbatimModuleSyntax: true, sourceMap: true };
  const { outputText, sourceMapText } = ts.transpileModule(source, { fileName, compilerOptions });
  return { outputText, sourceMapText };
}

exports.create = () => ({
  transpile(source, { fileName }) {
    if (HANDS_OVER) return byTypeScript(source, fileName);
    // A class is known by its name; but a diagram reads functions as they are written, without what keeps their names.
    const keepNames = !fileName.includes('/test/diagram/');
    const { code, map } = esbuild.transformSync(source, { ...options, keepNames, sourcefile: fileName });
    return { outputText: code, sourceMapText: map };
  },
});
