// What ts-node makes JavaScript with (see tsconfig.json): TypeScript, module by module. Types are checked by `npm run typecheck`. What was made
// is kept beside the packages: each thread and each process of a test loads its modules anew, and making them is most of what that costs.
const { createHash } = require('node:crypto');
const { mkdirSync, readFileSync, renameSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');
const { version } = require('typescript/package.json');

const compilerOptions = { target: 'es2022', module: 'esnext', verbatimModuleSyntax: true, sourceMap: true };
const maker = JSON.stringify([version, compilerOptions]);
const kept = join(require.resolve('typescript/package.json'), '../../.cache/tests');
mkdirSync(kept, { recursive: true });

exports.create = () => ({
  transpile(source, { fileName }) {
    const key = createHash('sha1').update(maker).update(fileName).update(source).digest('hex');
    const path = join(kept, `${key}.json`);
    try {
      return JSON.parse(readFileSync(path, 'utf8'));
    } catch {
      const { outputText, sourceMapText } = require('typescript').transpileModule(source, {
        fileName,
        compilerOptions,
      });
      // Others read and write here at the same time: a file is there as a whole, or not at all.
      const draft = `${path}.${process.hrtime.bigint()}`;
      writeFileSync(draft, JSON.stringify({ outputText, sourceMapText }));
      renameSync(draft, path);
      return { outputText, sourceMapText };
    }
  },
});
