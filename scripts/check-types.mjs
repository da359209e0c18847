// The types of the package as a user's project sees them: node scripts/check-types.mjs <project>/node_modules/tasktonic
// They compile where skipLibCheck is off, and the members of exported classes and interfaces mention only types that are exported too:
// what cannot be imported cannot be written down by whoever holds one. And no file of types is there that no entry reaches.
import { readFileSync, readdirSync } from 'node:fs';
import ts from 'typescript';

const root = `${process.argv[2]}/`;
const { exports } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));
const entries = Object.values(exports).flatMap(({ types }) => (types === undefined ? [] : [root + types]));
const program = ts.createProgram(entries, {
  strict: true,
  exactOptionalPropertyTypes: true,
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  types: ['node'],
  noEmit: true,
});
const checker = program.getTypeChecker();

const problems = [...compilerErrors(), ...hiddenTypes(), ...unreachedFiles()];
console.log([...problems, `types: ${problems.length} problems`].join('\n'));
process.exitCode = problems.length > 0 ? 1 : 0;

function compilerErrors() {
  return ts
    .getPreEmitDiagnostics(program)
    .map(({ file, messageText }) => `${file?.fileName ?? ''}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`);
}

function hiddenTypes() {
  const exported = new Set(entries.flatMap(exportsOf));
  const found = [];
  for (const symbol of exported) {
    for (const declaration of symbol.declarations.filter(isOurs)) {
      if (!ts.isClassDeclaration(declaration) && !ts.isInterfaceDeclaration(declaration)) continue;
      for (const member of declaration.members) {
        for (const type of typesIn(member)) {
          if (!exported.has(type)) found.push(`${symbol.name}: ${type.name} is not exported: ${firstLine(member)}`);
        }
      }
    }
  }
  return found;
}

function unreachedFiles() {
  const files = readdirSync(`${root}dist`, { recursive: true }).filter((file) => file.endsWith('.d.ts'));
  return files
    .filter((file) => program.getSourceFile(`${root}dist/${file}`) === undefined)
    .map((file) => `dist/${file} is reached by no entry`);
}

function exportsOf(file) {
  return checker.getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(file))).map(behindAlias);
}

/** The types of the package that are named in what is below a node. */
function typesIn(node) {
  const types = [];
  const visit = (part) => {
    const name = ts.isTypeReferenceNode(part) ? part.typeName : ts.isImportTypeNode(part) ? part.qualifier : undefined;
    const symbol = name && behindAlias(checker.getSymbolAtLocation(name));
    if (symbol !== undefined && !(symbol.flags & ts.SymbolFlags.TypeParameter) && symbol.declarations.some(isOurs)) {
      types.push(symbol);
    }
    ts.forEachChild(part, visit);
  };
  visit(node);
  return types;
}

function behindAlias(symbol) {
  return symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
}

function isOurs(declaration) {
  return declaration.getSourceFile().fileName.startsWith(root);
}

function firstLine(node) {
  return node.getText().split('\n', 1)[0];
}
