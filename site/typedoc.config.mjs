// What TypeDoc makes pages/api of: the types of each entry of the package, as its users get them (so `npm run build` comes first).
import { readFileSync } from 'node:fs';
import { Converter, ReflectionKind } from 'typedoc';

const ROOT = new URL('../', import.meta.url).pathname;
const TYPES = './dist/types/';
const { name, exports } = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8'));
const entries = Object.entries(exports).filter(([, { types }]) => types !== undefined);
/** The name by which a user imports what TypeDoc names after its folder. */
const importedAs = new Map(
  entries.map(([entry, { types }]) => [
    types.slice(TYPES.length).replace(/\/?index\.d\.ts$/, '') || 'index',
    name + entry.slice(1),
  ]),
);

/** Entries have the names by which they are imported; what a class inherits is told on the page of the class that it comes from. */
function tellOnce({ converter }) {
  converter.on(Converter.EVENT_RESOLVE_BEGIN, nameEntries);
  // After TypeDoc has left out what is internal.
  converter.on(Converter.EVENT_RESOLVE_BEGIN, leaveOutInherited, -1_000);
}

function nameEntries({ project }) {
  for (const module of project.getChildrenByKind(ReflectionKind.Module)) module.name = importedAs.get(module.name);
}

function leaveOutInherited(context) {
  const { project } = context;
  const members = project.getReflectionsByKind(ReflectionKind.ClassMember).filter(isToldAbove(context));
  for (const member of members) project.removeReflection(member);
}

/** Whether a class with a page is between that of a member and the one that declares it. */
function isToldAbove(context) {
  const { project, programs } = context;
  const checker = programs[0].getTypeChecker();
  const told = new Set(project.getReflectionsByKind(ReflectionKind.ClassOrInterface).map(({ name }) => name));
  const aboveOf = (symbol) => symbol && checker.getBaseTypes(checker.getDeclaredTypeOfSymbol(symbol))?.[0]?.symbol;
  return (member) => {
    if (member.inheritedFrom === undefined) return false;
    const declaredIn = context.getSymbolFromReflection(member)?.parent;
    let above = aboveOf(context.getSymbolFromReflection(member.parent));
    while (above !== undefined && above !== declaredIn && !told.has(above.name)) above = aboveOf(above);
    return told.has(above?.name);
  };
}

export default {
  name,
  entryPoints: entries.map(([, { types }]) => ROOT + types),
  tsconfig: `${ROOT}site/typedoc.tsconfig.json`,
  plugin: ['typedoc-plugin-markdown', tellOnce],
  out: `${ROOT}site/pages/api`,
  readme: 'none',
  excludeInternal: true,
  excludePrivate: true,
  disableSources: true,
  // `npm run build` has checked the types.
  skipErrorChecking: true,
  // What is not public is named in types, and has no page.
  validation: { notExported: false, invalidLink: true, notDocumented: false },
  treatWarningsAsErrors: true,
  treatValidationWarningsAsErrors: true,
  // How the pages look.
  entryFileName: 'index',
  membersWithOwnFile: ['Class', 'Function', 'Interface'],
  hideBreadcrumbs: true,
  hidePageHeader: true,
  pageTitleTemplates: { member: ({ name }) => name },
  parametersFormat: 'table',
  interfacePropertiesFormat: 'table',
  typeDeclarationFormat: 'table',
  enumMembersFormat: 'table',
};
