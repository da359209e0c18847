// Imports run one way: core <- log <- config <- app <- links <- tonics; services, selector, framing and calendar stand on core;
// http stands on tonics and store; store-client on nothing; testing may see all.
// Imports of types count too: a circle of types is a circle of ideas.

/** What each folder of src may import besides itself and packages. */
const MAY_IMPORT = {
  core: [],
  log: ['core'],
  config: ['core', 'log'],
  services: ['core'],
  app: ['core', 'log', 'config'],
  selector: ['core'],
  links: ['core', 'log', 'config', 'services', 'app'],
  framing: ['core'],
  collections: ['core'],
  tonics: ['core', 'log', 'config', 'app', 'selector', 'links', 'framing'],
  store: ['core', 'services', 'links', 'collections'],
  // What a browser loads: it stands alone.
  'store-client': [],
  http: ['core', 'app', 'selector', 'framing', 'tonics', 'store', 'store-client', 'collections'],
  calendar: ['core'],
  'eslint-plugin': ['core'],
  diagram: ['core'],
  cli: ['core', 'app', 'diagram'],
};

/** The entry points of the package, and the doors of rooms that it is put together from: each lists what is public. */
const ENTRY = ['^src/index\\.ts$', '^src/[^/]+/index\\.ts$'];
/** Fills in what core leaves open, so it knows every folder; entry points load it. */
const COMPOSE = '^src/compose\\.ts$';

const directions = Object.entries(MAY_IMPORT).map(([folder, below]) => ({
  name: `${folder}-imports-only-downward`,
  comment: `src/${folder} may import ${['itself', ...below].join(', ')} and nothing else of src.`,
  severity: 'error',
  from: { path: `^src/${folder}/`, pathNot: ENTRY },
  to: { path: '^src/', pathNot: `^src/(${[folder, ...below].join('|')})/` },
}));

const entries = Object.entries(MAY_IMPORT).map(([folder, below]) => ({
  name: `${folder}-entry-imports-only-downward`,
  comment: `src/${folder}/index.ts may import what src/${folder} may, and src/compose.ts.`,
  severity: 'error',
  from: { path: `^src/${folder}/index\\.ts$` },
  to: { path: '^src/', pathNot: [`^src/(${[folder, ...below].join('|')})/`, COMPOSE] },
}));

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...directions,
    ...entries,
    {
      name: 'every-folder-has-a-direction',
      comment: 'A new folder of src is given its place in MAY_IMPORT first.',
      severity: 'error',
      from: { path: '^src/[^/]+/', pathNot: `^src/(${Object.keys(MAY_IMPORT).join('|')}|testing)/` },
      to: {},
    },
    {
      name: 'nothing-imports-testing',
      comment: 'What tests need is an entry of its own and never part of a running server.',
      severity: 'error',
      from: { path: '^(src|examples)/', pathNot: '^src/testing/' },
      to: { path: '^src/testing/' },
    },
    {
      name: 'no-cycles',
      comment: 'Two files that need each other are one file, or lack a narrow interface between them.',
      severity: 'error',
      from: { path: '^(src|examples)/' },
      to: { circular: true },
    },
    {
      name: 'no-orphans',
      comment: 'A file that nothing imports and that imports nothing is dead.',
      severity: 'error',
      from: { orphan: true, path: '^src/', pathNot: ENTRY },
      to: {},
    },
    {
      name: 'no-dead-files',
      comment: 'Every file is reached from an entry point of the package.',
      severity: 'error',
      from: { path: ENTRY },
      to: { path: '^src/', pathNot: ENTRY, reachable: false },
    },
    {
      name: 'no-barrels-inside',
      comment: 'Within src a file is imported from where it is; an index.ts is for users only.',
      severity: 'error',
      from: { path: '^src/', pathNot: ENTRY },
      to: { path: ENTRY },
    },
    {
      name: 'tests-enter-by-a-door',
      comment: 'A test imports the public package, or what test/doors shows of one room: so a file of src can move.',
      severity: 'error',
      from: { path: '^test/', pathNot: '^test/doors/' },
      to: { path: '^src/', pathNot: [...ENTRY, COMPOSE] },
    },
    {
      name: 'examples-are-users',
      comment: 'An example imports what a user imports: tasktonic and its public entries, never a file inside.',
      severity: 'error',
      from: { path: '^examples/' },
      to: { path: '^(src|test|bench)/', pathNot: ENTRY },
    },
    {
      name: 'src-stands-alone',
      comment: 'Nothing in src imports tests, examples or benchmarks.',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(test|examples|bench)/' },
    },
    {
      name: 'no-undeclared-packages',
      comment:
        'src imports packages that package.json lists as dependencies, types of those that it lists as peers, and Node itself.',
      severity: 'error',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown', 'deprecated'], dependencyTypesNot: ['npm-peer'] },
    },
    {
      name: 'no-unresolved-imports',
      comment: 'Every import leads to a file.',
      severity: 'error',
      from: { path: '^(src|examples)/' },
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
};
