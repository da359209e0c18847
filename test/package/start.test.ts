import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { parse } from 'acorn';
import { expect } from 'chai';

const LIB = new URL('../../dist/lib/', import.meta.url).pathname;

/** Of Node's modules, those that are loaded when the program says so. */
function loadedBy(program: string): string[] {
  const tell = `const tell = () => { console.log(JSON.stringify(process.moduleLoadList)); process.exit(); };`;
  const told = execFileSync(process.execPath, ['--input-type=module', '--eval', `${program}\n${tell}`], {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'] },
  });
  const names = (JSON.parse(told) as string[]).map((name) => name.replace(/^NativeModule /, ''));
  return names.filter((name) => builtinModules.includes(name));
}

const BY_HAND = `
  import { createServer } from 'node:net';
  import { createSocket } from 'node:dgram';
  createServer().listen(0, '127.0.0.1', () => createSocket('udp4').bind(0, '127.0.0.1', () => tell()));
`;
const OURS = `
  import { Formula, TcpConnection, TcpServer, Tonic, UdpSocket } from '${LIB}index.js';
  class Main extends Tonic {
    #listening = 0;
    ttse__onStart() {
      new TcpServer({ port: 0, host: '127.0.0.1', protocol: TcpConnection });
      new UdpSocket({ port: 0, host: '127.0.0.1' });
    }
    ttse__onListening() { if (++this.#listening === 2) tell(); }
  }
  class App extends Formula {
    creatingFormula() { return { log: { to: 'off' } }; }
    creatingStartingTonics() { new Main(); }
  }
  setImmediate(() => App.run());
`;

/** What a file imports before it runs, and so on: files of the package, and modules of others. */
function importedBy(entry: string): Set<string> {
  const reached = new Set([entry]);
  for (const name of reached) {
    if (!name.startsWith('./')) continue;
    const code = readFileSync(LIB + name, 'utf8');
    const { body } = parse(code, { ecmaVersion: 'latest', sourceType: 'module' });
    for (const part of body) {
      if ('source' in part && part.source) reached.add(String(part.source.value));
      const [, builtin] =
        /^const \{.*\} = process\.getBuiltinModule\('(.*)'\);$/.exec(code.slice(part.start, part.end)) ?? [];
      if (builtin !== undefined) reached.add(builtin);
    }
  }
  return reached;
}

describe('the start of a server', () => {
  let imported: string[];
  before(() => (imported = [...importedBy('./index.js')]));

  it('loads no module of Node that a server written by hand does not, but the clock', () => {
    // `os` is small; from Node 24 on an import of `node:fs` loads it.
    const expected = [...loadedBy(BY_HAND), 'perf_hooks', 'os'];
    const loaded = loadedBy(OURS);
    expect(loaded).to.include('dgram');
    expect(loaded.filter((name) => !expected.includes(name))).to.deep.equal([]);
  });

  it('reads three files of the package, and no other package', () => {
    const files = imported.filter((name) => !name.startsWith('node:'));
    expect(files).to.have.members(['./index.js', './shared.js', './loads.js']);
    // Node reads all of it before the first line runs: 100 KB more are 3 ms.
    const bytes = files.reduce((all, name) => all + statSync(LIB + name).size, 0);
    expect(bytes).to.be.lessThan(1_000_000);
  });

  it('names no module of Node that it may do without', () => {
    // `node:net` loads `node:stream`.
    const builtins = imported.filter((name) => name.startsWith('node:'));
    expect(builtins).to.have.members(['node:dgram', 'node:events', 'node:fs', 'node:net', 'node:path', 'node:stream']);
  });
});
