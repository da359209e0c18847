import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import ts from 'typescript';
import { ROOT } from './support/pages.js';
import { onlyWithAll } from '../support/how-many.js';

interface Entry {
  readonly types: string;
  readonly default: string;
}

const { exports } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  exports: Record<string, Entry | string>;
};
const entries = Object.entries(exports).flatMap(([name, entry]) =>
  typeof entry === 'string' ? [] : [{ name, ...entry }],
);

/** What each entry exports, types as well, as the compiler of a user sees it. */
function namesByEntry(): Map<string, string[]> {
  const files = entries.map(({ types }) => join(ROOT, types));
  const program = ts.createProgram(files, { module: ts.ModuleKind.NodeNext, types: [], skipLibCheck: true });
  const checker = program.getTypeChecker();
  return new Map(
    entries.map(({ name }, at) => {
      const module = checker.getSymbolAtLocation(program.getSourceFile(files[at]!)!)!;
      return [name, checker.getExportsOfModule(module).map((symbol) => symbol.name)];
    }),
  );
}

describe('the entries of the package', function () {
  this.timeout(60_000);
  let names: Map<string, string[]>;
  before(function () {
    onlyWithAll(this, 'the compiler reads the whole package');
    names = namesByEntry();
  });

  it('are built, with their types', () => {
    for (const { types, default: code } of entries)
      expect([types, code].filter((path) => !existsSync(join(ROOT, path)))).to.deep.equal([]);
  });

  it('export each name once: a type or a value has one place to import it from', () => {
    const places = new Map<string, string[]>();
    for (const [entry, exported] of names)
      for (const name of exported) if (name !== 'default') places.set(name, [...(places.get(name) ?? []), entry]);
    expect(places.size).to.be.greaterThan(200);
    const twice = [...places].filter(([, where]) => where.length > 1);
    expect(Object.fromEntries(twice)).to.deep.equal({});
  });

  it('have the Selector and the ready-made Tonics in tasktonic itself', () => {
    expect(names.get('.')).to.include.members([
      'SelectorCatalyst',
      'Interest',
      'Channel',
      'TcpServer',
      'UdpSocketOptions',
    ]);
  });
});
