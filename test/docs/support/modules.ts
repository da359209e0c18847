import ts from 'typescript';
import { type Block, ROOT, placeOf, textOf } from './pages.js';

/** A block as a module of TypeScript or JavaScript. */
export interface Module {
  readonly block: Block;
  /** Within the package, so that `tasktonic` is found by its own name. */
  readonly path: string;
  readonly text: string;
  /** Whether other blocks import it. */
  readonly isNamed: boolean;
  /** Whether it is whole, and runs. */
  readonly isProgram: boolean;
}

const PROGRAM = /^(?:if \(isMainThread\) |const .*= )?await (?:\w+\.run\(|serve\(|distiller\.finish\(\))/m;
const WRAPS: readonly (readonly [note: RegExp, before: (match: RegExpExecArray) => string, after: string])[] = [
  [/^inside a module$/, () => '', ''],
  [/^inside a ([A-Z]\w+(?:<.*>)?)$/, ([, base]) => `export class Fragment extends ${base} {\n`, '}\n'],
  [
    /^inside a sparkle$/,
    () => 'export class Fragment extends TcpConnection<string> {\n[name: string]: any;\nttse__onFragment(): void {\n',
    '}\n}\n',
  ],
  [/^inside a test$/, () => 'export async function fragment(distiller: Distiller): Promise<void> {\n', '}\n'],
];

/** What the blocks of a page are as modules. One that continues stands below those before it. */
export function modulesOf(blocks: readonly Block[]): Module[] {
  const modules: Module[] = [];
  let before = '';
  for (const block of blocks) {
    if (!['ts', 'js'].includes(block.language) || block.note.startsWith('file: ')) continue;
    const path = `${ROOT}dist/docs/${fileOf(block)}.${block.language}`;
    const code = block.note === 'continues' ? before + block.code : block.code;
    before = code;
    const isNamed = block.note.startsWith('as: ');
    const isProgram = PROGRAM.test(code) && block.note !== 'compiled, not run';
    modules.push({ block, path, text: wrapped(block, code), isNamed, isProgram });
  }
  return modules;
}

/** Other blocks import one that has a name: `as: talk.ts`. */
function fileOf({ page, line, note }: Block): string {
  return /^as: (\w+)\.\w+$/.exec(note)?.[1] ?? `${page.replace(/\W/g, '-')}-${line}`;
}

/** A block that imports nothing is a fragment: it has all names of the package. */
function wrapped({ note }: Block, code: string): string {
  const wrap = WRAPS.map(([pattern, before, after]) => ({ match: pattern.exec(note), before, after })).find(
    ({ match }) => match !== null,
  );
  const whole = wrap === undefined ? code : wrap.before(wrap.match!) + code + wrap.after;
  return /^import /m.test(code) ? whole : hiddenImport(whole) + whole;
}

function hiddenImport(code: string): string {
  const lines = [...publicNames()].map(([entry, names]) => {
    const used = names.filter((name) => uses(code, name));
    return used.length > 0 || entry === 'tasktonic' ? `import { ${used.join(', ')} } from '${entry}';\n` : '';
  });
  return lines.join('');
}

function uses(code: string, name: string): boolean {
  return new RegExp(`\\b${name}\\b`).test(code) && !new RegExp(`(class|interface|type) ${name}\\b`).test(code);
}

/** The entries whose names a fragment has, and the sources of what they export. */
const ENTRIES = {
  tasktonic: ['src/index.ts', 'src/selector/index.ts', 'src/tonics/index.ts'],
  'tasktonic/calendar': ['src/calendar/index.ts'],
  'tasktonic/framing': ['src/framing/index.ts'],
  'tasktonic/collections': ['src/collections/index.ts'],
  'tasktonic/http': ['src/http/index.ts'],
  'tasktonic/store': ['src/store/index.ts'],
  'tasktonic/testing': ['src/testing/index.ts'],
};

let names: ReadonlyMap<string, readonly string[]> | undefined;

/** Every name that these entries export. */
function publicNames(): ReadonlyMap<string, readonly string[]> {
  return (names ??= new Map(Object.entries(ENTRIES).map(([entry, paths]) => [entry, paths.flatMap(namesOf)])));
}

function namesOf(path: string): string[] {
  const source = ts.createSourceFile(path, textOf(path), ts.ScriptTarget.Latest);
  return source.statements.flatMap((statement) => {
    const clause = ts.isExportDeclaration(statement) ? statement.exportClause : undefined;
    return clause !== undefined && ts.isNamedExports(clause) ? clause.elements.map(({ name }) => name.text) : [];
  });
}

/** What pages use of a runner that the project does not depend on. */
const VITEST = `declare module 'vitest' {
  export function it(name: string, test: () => Promise<void> | void): void;
}
`;

/** What Node runs of a program. */
export function scriptOf({ text }: Module): string {
  const compilerOptions = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext };
  return ts.transpileModule(text, { compilerOptions }).outputText;
}

/** What the compiler says of each module: of all in one go, with the options of the project, against the package as it was built. */
export function problemsOf(modules: readonly Module[]): ReadonlyMap<Module, readonly string[]> {
  const { options } = ts.parseJsonConfigFileContent(
    ts.readConfigFile(`${ROOT}tsconfig.json`, ts.sys.readFile).config,
    ts.sys,
    ROOT,
  );
  // Users have no paths to our sources. A fragment may leave unused what the text around it uses.
  Object.assign(options, {
    paths: undefined,
    rootDir: undefined,
    allowJs: true,
    checkJs: true,
    types: ['node'],
  });
  Object.assign(options, {
    noUnusedLocals: false,
    noUnusedParameters: false,
    isolatedModules: false,
    verbatimModuleSyntax: false,
  });
  const texts = new Map(modules.map(({ path, text }) => [path, text]));
  texts.set(`${ROOT}dist/docs/vitest.d.ts`, VITEST);
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile } = host;
  host.fileExists = (path) => texts.has(path) || fileExists(path);
  host.readFile = (path) => texts.get(path) ?? readFile(path);
  const program = ts.createProgram([...texts.keys()], options, withTexts(host, texts));
  const problems = new Map<Module, string[]>();
  for (const module of modules) {
    const source = program.getSourceFile(module.path)!;
    const found = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
    problems.set(
      module,
      found.map((problem) => shown(problem, module)),
    );
  }
  return problems;
}

function withTexts(host: ts.CompilerHost, texts: ReadonlyMap<string, string>): ts.CompilerHost {
  const { getSourceFile } = host;
  host.getSourceFile = (path, language, ...rest) => {
    const text = texts.get(path);
    return text === undefined ? getSourceFile(path, language, ...rest) : ts.createSourceFile(path, text, language);
  };
  return host;
}

function shown({ messageText, start, file }: ts.Diagnostic, { block, text }: Module): string {
  const at = file === undefined || start === undefined ? '' : ` at: ${text.slice(start).split('\n', 1)[0]}`;
  return `${placeOf(block)}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}${at}`;
}
