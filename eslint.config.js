import js from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';
// The plugin for our users, as they get it: `npm run lint` builds it first.
import tasktonic from './dist/src/eslint-plugin/index.js';

const TIME_AND_CHANCE = "Time and chance go through the runtime's Clock and Random.";
const PUBLIC_API = "Only Node's documented, public API is used.";

const clockGlobals = ['performance', 'setTimeout', 'setInterval', 'setImmediate'];

const clockProperties = [
  ['Date', 'now'],
  ['Temporal', 'Now'],
  ['Math', 'random'],
  ['performance', 'now'],
  ['performance', 'timeOrigin'],
  ['process', 'hrtime'],
  ['process', 'uptime'],
  ['crypto', 'getRandomValues'],
  ['crypto', 'randomUUID'],
];

const clockImports = {
  timers: undefined,
  'timers/promises': undefined,
  perf_hooks: ['performance'],
  process: ['hrtime', 'uptime'],
  crypto: ['getRandomValues', 'randomBytes', 'randomFill', 'randomFillSync', 'randomInt', 'randomUUID', 'webcrypto'],
};

const privateProperties = [
  { object: 'process', property: 'binding' },
  { property: '_handle' },
  { property: '_readableState' },
  { property: '_writableState' },
].map((access) => ({ ...access, message: PUBLIC_API }));

/** Rules by which nothing reads the clock or makes chance past the runtime. */
const throughClockAndRandom = {
  'no-restricted-globals': [
    'error',
    {
      globals: clockGlobals.map((name) => ({ name, message: TIME_AND_CHANCE })),
      checkGlobalObject: true,
    },
  ],
  'no-restricted-properties': [
    'error',
    ...privateProperties,
    ...clockProperties.map(([object, property]) => ({ object, property, message: TIME_AND_CHANCE })),
  ],
  'no-restricted-syntax': [
    'error',
    { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: TIME_AND_CHANCE },
    { selector: "CallExpression[callee.name='Date']", message: TIME_AND_CHANCE },
  ],
  'no-restricted-imports': [
    'error',
    {
      paths: Object.entries(clockImports).flatMap(([module, importNames]) =>
        [module, `node:${module}`].map((name) => ({
          name,
          message: TIME_AND_CHANCE,
          ...(importNames && { importNames }),
        })),
      ),
    },
  ],
};

const theClockAndRandomThemselves = {
  'no-restricted-globals': 'off',
  'no-restricted-syntax': 'off',
  'no-restricted-imports': 'off',
  'no-restricted-properties': ['error', ...privateProperties],
};

/** A committed test runs, and runs with the others. `this.skip()` with a printed reason is fine. */
const everyTestRuns = {
  'no-restricted-syntax': [
    'error',
    {
      selector:
        'MemberExpression[object.name=/^(describe|context|it|specify|suite|test)$/][property.name=/^(only|skip)$/]',
      message: 'No .only and no .skip in a committed test: where it cannot run, print why and call this.skip().',
    },
    {
      selector: 'CallExpression[callee.name=/^x(describe|context|it|specify)$/]',
      message: 'No switched-off test is committed: where it cannot run, print why and call this.skip().',
    },
  ],
};

export default defineConfig([
  globalIgnores(['dist/', 'coverage/', 'bench/build/', 'bench/node_modules/', 'bench/results/', 'site/dist/']),
  {
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    languageOptions: {
      globals: Object.fromEntries(Object.getOwnPropertyNames(globalThis).map((name) => [name, 'readonly'])),
    },
  },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommended],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      // The compiler finds these; a second opinion would only differ in details.
      '@typescript-eslint/no-unused-vars': 'off',
      // A promise that nobody waits for is an assertion that never failed, or an error that nobody saw.
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
    },
  },
  {
    files: ['src/**/*.ts'],
    rules: {
      ...throughClockAndRandom,
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-unsafe-argument': 'error',
      '@typescript-eslint/no-unsafe-assignment': 'error',
      '@typescript-eslint/no-unsafe-call': 'error',
      '@typescript-eslint/no-unsafe-member-access': 'error',
      '@typescript-eslint/no-unsafe-return': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
    },
  },
  {
    files: [
      'src/core/time/clock.ts',
      'src/core/time/random.ts',
      'src/testing/real-time.ts',
      'src/store-client/host.ts',
    ],
    rules: theClockAndRandomThemselves,
  },
  { files: ['examples/**/*.ts', 'test/**/*.ts'], extends: [tasktonic.configs.recommended] },
  {
    files: ['test/**/*.ts'],
    rules: {
      ...everyTestRuns,
      '@typescript-eslint/no-explicit-any': 'off',
      // A test may show the longer way.
      'tasktonic/prefer-new-lines': 'off',
      // Or what a drain that nobody ends comes to.
      'tasktonic/no-endless-draining': 'off',
      // `expect(door.state).to.be.undefined` is a whole assertion.
      '@typescript-eslint/no-unused-expressions': 'off',
    },
  },
  {
    // A test of node:test is a promise that its runner waits for.
    files: ['create-tasktonic/template/test/**/*.ts'],
    rules: { '@typescript-eslint/no-floating-promises': 'off' },
  },
  { files: ['site/.vitepress/theme/**'], languageOptions: { globals: { document: 'readonly' } } },
  { files: ['bench/servers/bun-*.mjs'], languageOptions: { globals: { Bun: 'readonly' } } },
  {
    files: ['**/*.cjs'],
    languageOptions: { sourceType: 'commonjs', globals: { module: 'writable', __dirname: 'readonly' } },
  },
]);
