import { expect } from 'chai';
import { build } from 'esbuild';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import ts from 'typescript';
import { onlyWithAll } from '../../support/how-many.js';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
/** Inside the package, so that a program imports `tasktonic` as a user's does: the built one. */
const PLACE = `${ROOT}dist/test/links/thread/loading/`;

/** An app with one thread; it prints what comes back, or the codes of why the thread failed. */
function appText({ exported = true, guarded = true } = {}): string {
  return `
import { isMainThread } from 'node:worker_threads';
import { Catalyst, Formula, type FormulaData, type InfusionFailure, type Remote, Tonic } from 'tasktonic';

${exported ? 'export ' : ''}class Doubler extends Catalyst {
  static override readonly module: string = import.meta.url;
  declare readonly base: Remote<Main>;
  ttsc__double(n: number): void {
    this.base.ttsc__doubled(n * 2);
  }
}
class Main extends Tonic {
  ttse__onStart(): void {
    Doubler.spawn().ttsc__double(21);
  }
  ttsc__doubled(n: number): void {
    console.log('doubled: ' + n);
    this.ttsc__finish();
  }
  ttse__onInfusionFailed({ error }: InfusionFailure): void {
    for (let cause: unknown = error; cause instanceof Error; cause = cause.cause)
      console.log((cause as { code?: string }).code + ': ' + cause.message);
    this.ttsc__finish();
  }
}
class App extends Formula {
  protected override creatingFormula(): FormulaData {
    return { log: { to: 'json', level: 'warn' } };
  }
  protected override creatingStartingTonics(): void {
    new Main();
  }
}
${guarded ? 'if (isMainThread) ' : ''}console.log('over: ' + (await App.run()).exitCode);
`;
}

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function run(command: string, args: readonly string[]): Promise<Ran> {
  return new Promise((resolve) => {
    execFile(command, [...args], { cwd: ROOT, timeout: 25_000 }, (error, out, err) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : error === null ? 0 : -1, out, err }),
    );
  });
}

async function placed(name: string, text: string): Promise<string> {
  await mkdir(PLACE, { recursive: true });
  await writeFile(PLACE + name, text);
  return PLACE + name;
}

function expectDoubled({ code, out, err }: Ran): void {
  expect(out, err).to.equal('doubled: 42\nover: 0\n');
  expect(err).to.equal('');
  expect(code).to.equal(0);
}

describe('a thread is loaded', function () {
  this.timeout(30_000);

  it('from JavaScript that was built', async () => {
    const compilerOptions = {
      module: ts.ModuleKind.ESNext,
      target: ts.ScriptTarget.ES2022,
      verbatimModuleSyntax: true,
    };
    const { outputText } = ts.transpileModule(appText(), { compilerOptions });
    expectDoubled(await run(process.execPath, [await placed('app.js', outputText)]));
  });

  it('under ts-node', async function () {
    onlyWithAll(this, 'a loader of others');
    const app = await placed('app-ts-node.ts', appText());
    expectDoubled(await run(process.execPath, ['--no-warnings', '--loader=ts-node/esm', app]));
  });

  it('under tsx', async function () {
    onlyWithAll(this, 'a loader of others');
    const app = await placed('app-tsx.ts', appText());
    // Before Node 22 `--import=tsx` does nothing in other threads (tsx issue 354); a file that registers it itself does.
    const old = Number(process.versions.node.split('.')[0]) < 22;
    const text = "import { register } from 'tsx/esm/api';\nregister();\n";
    const hook = old ? pathToFileURL(await placed('register-tsx.mjs', text)).href : 'tsx';
    expectDoubled(await run(process.execPath, [`--import=${hook}`, app]));
  });

  it("with Node's own stripping of types", async function () {
    // NODE_24 may tell where one is; else the one that runs the tests will do, if it can.
    const node = process.env['NODE_24'] ?? process.execPath;
    const { out: version } = await run(node, ['-p', 'process.features.typescript ?? false']);
    if (version.trim() !== 'strip') {
      console.log(`      skipped: ${node} strips no types; NODE_24=<path of node 24> names one that does`);
      this.skip();
    }
    expectDoubled(await run(node, [await placed('app-strip.ts', appText())]));
  });
});

describe('a thread of an app that is bundled into one file', function () {
  this.timeout(30_000);
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tasktonic-bundle-'));
  });
  after(async () => {
    await rm(folder, { recursive: true });
  });

  /** Far from any node_modules: the bundle holds all that it needs. */
  async function bundled(name: string, text: string, minify = false): Promise<string> {
    const outfile = join(folder, `${name}.mjs`);
    await build({
      stdin: { contents: text, loader: 'ts', resolveDir: ROOT },
      alias: { tasktonic: `${ROOT}dist/lib/index.js` },
      // Without the paths of this repository's own.
      tsconfigRaw: {},
      bundle: true,
      platform: 'node',
      format: 'esm',
      minify,
      outfile,
      banner: { js: `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);` },
      logLevel: 'error',
    });
    return outfile;
  }

  it('is loaded where the bundle exports its class and runs the app in the main thread only', async () => {
    expectDoubled(await run(process.execPath, [await bundled('app', appText())]));
  });

  it('is loaded where the bundle is minified', async function () {
    onlyWithAll(this, 'a bundle like the one before it, in shorter names');
    expectDoubled(await run(process.execPath, [await bundled('minified', appText(), true)]));
  });

  it('fails with TT_NOT_IN_MODULE where the bundle does not export its class, and says how to', async () => {
    const { out, code } = await run(process.execPath, [await bundled('hidden', appText({ exported: false }))]);
    expect(out).to.include('TT_NOT_IN_MODULE').and.include('export it from the bundle').and.include('over: 0');
    expect(code).to.equal(0);
  });

  it('fails with TT_RUN_IN_THREAD where the bundle runs the app in every thread, and says how not to', async () => {
    const { out, code } = await run(process.execPath, [await bundled('unguarded', appText({ guarded: false }))]);
    expect(out).to.include('TT_RUN_IN_THREAD').and.include('if (isMainThread)').and.include('over: 0');
    expect(code).to.equal(0);
  });
});

describe('a module that defines a Catalyst and runs its Formula', function () {
  this.timeout(30_000);

  it('in its thread, too, fails with TT_RUN_IN_THREAD, which its base hears', async () => {
    const compilerOptions = {
      module: ts.ModuleKind.ESNext,
      target: ts.ScriptTarget.ES2022,
      verbatimModuleSyntax: true,
    };
    const { outputText } = ts.transpileModule(appText({ guarded: false }), { compilerOptions });
    const { out, code } = await run(process.execPath, [await placed('unguarded.js', outputText)]);
    expect(out).to.include('TT_THREAD_FAILED').and.include('TT_RUN_IN_THREAD').and.include('over: 0');
    expect(out).to.not.include('doubled');
    expect(code).to.equal(0);
  });
});
