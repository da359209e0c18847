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

/** Entries have the names by which they are imported; what a class inherits is told where it comes from. */
function tellOnce({ converter }) {
  converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    for (const module of project.getChildrenByKind(ReflectionKind.Module)) module.name = importedAs.get(module.name);
    for (const member of project.getReflectionsByKind(ReflectionKind.ClassMember))
      if (member.flags.isInherited) project.removeReflection(member);
  });
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
  parametersFormat: 'table',
  interfacePropertiesFormat: 'table',
  typeDeclarationFormat: 'table',
  enumMembersFormat: 'table',
};
