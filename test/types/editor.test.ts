import { expect } from 'chai';
import ts from 'typescript';
import { onlyWithAll } from '../support/how-many.js';
import { ROOT } from '../docs/support/pages.js';

/** Within the package, so that `tasktonic` is found by its own name, with the declarations that a user gets. */
const FILE = `${ROOT}dist/editor.ts`;
const TEXT = `
import { ChunkedWork, type Remote, SelectorCatalyst, TcpClient, TcpServer, TimerPausing, Tonic, UdpSocket } from 'tasktonic';

class Door extends Tonic<'locked' | 'open'> {
  /** Opens it. */
  ttsc__unlock(_code: string): void {}
}

export function use(door: Remote<Door>): void {
  door.ttsc__unlock('42');
  new TcpServer({ port: 1, /* server */ });
  new TcpClient({ port: 1, /* client */ });
  new UdpSocket({ port: 1, /* udp */ });
  new Door({ /* tonic */ });
  new SelectorCatalyst({ /* catalyst */ });
  new TimerPausing({ /* timer */ });
  new ChunkedWork({ work: [], /* work */ });
}
`;

describe('what an editor shows', () => {
  let editor: ts.LanguageService;

  before(function () {
    onlyWithAll(this, 'the compiler reads the whole package');
    this.timeout(30_000);
    editor = editorOf(FILE, TEXT);
    expect(editor.getSemanticDiagnostics(FILE).map(({ messageText }) => messageText)).to.deep.equal([]);
  });

  for (const [made, ...some] of [
    ['server', 'base', 'name', 'drainTimeout', 'keepAlive'],
    ['client', 'base', 'name', 'drainTimeout', 'keepAlive', 'retries'],
    ['udp', 'base', 'name', 'drainTimeout', 'multicast'],
    ['tonic', 'base', 'name', 'drainTimeout', 'logMode'],
    ['catalyst', 'base', 'drainTimeout', 'turnTime', 'highWaterMark'],
    ['timer', 'base', 'logMode', 'seconds', 'sparkleBack', 'paused'],
    ['work', 'base', 'logMode', 'slice', 'onDone'],
  ]) {
    it(`the docs of each option: ${made}`, () => {
      const position = TEXT.indexOf(`/* ${made} */`);
      const { entries } = editor.getCompletionsAtPosition(FILE, position, undefined)!;
      const options = entries.filter(({ kind }) => kind === ts.ScriptElementKind.memberVariableElement);
      expect(options.map(({ name }) => name)).to.include.members(some);
      const bare = options.filter(({ name }) => docsOf(editor, position, name) === '').map(({ name }) => name);
      expect(bare).to.deep.equal([]);
    });
  }

  it('the docs of a sparkle of a Remote, and where it is written', () => {
    const position = TEXT.indexOf("ttsc__unlock('42')");
    expect(ts.displayPartsToString(editor.getQuickInfoAtPosition(FILE, position)?.documentation)).to.equal('Opens it.');
    const [written] = editor.getDefinitionAtPosition(FILE, position)!;
    expect(written!.textSpan.start).to.equal(TEXT.indexOf('ttsc__unlock(_code'));
  });
});

function docsOf(editor: ts.LanguageService, position: number, name: string): string {
  const details = editor.getCompletionEntryDetails(FILE, position, name, undefined, undefined, undefined, undefined);
  return ts.displayPartsToString(details?.documentation);
}

function editorOf(file: string, text: string): ts.LanguageService {
  const textOf = (path: string): string | undefined => (path === file ? text : ts.sys.readFile(path));
  return ts.createLanguageService({
    getScriptFileNames: () => [file],
    getScriptVersion: () => '1',
    getScriptSnapshot: (path) => {
      const found = textOf(path);
      return found === undefined ? undefined : ts.ScriptSnapshot.fromString(found);
    },
    getCurrentDirectory: () => ROOT,
    getCompilationSettings: () => ({
      strict: true,
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.NodeNext,
      types: ['node'],
    }),
    getDefaultLibFileName: ts.getDefaultLibFilePath,
    fileExists: (path) => path === file || ts.sys.fileExists(path),
    readFile: textOf,
    directoryExists: ts.sys.directoryExists,
    getDirectories: ts.sys.getDirectories,
  });
}
