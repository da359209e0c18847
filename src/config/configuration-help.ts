import { basename, relative } from 'node:path';
import type * as v from 'valibot';
import { type Path, isSecret, membersOf, shown, valueAt } from '../core/options/data-tree.js';
import { alternatives, isClosed, namesIn, partsOf } from '../core/options/schema-parts.js';
import { FRAMEWORK_WORDS } from './configuration-help-words.js';
import { frameworkSchema } from './configuration-schema.js';
import { type ConfigurationSources, wordsOf } from './configuration-sources.js';

/** One setting that may be given from outside. */
export interface Setting {
  readonly path: Path;
  readonly schema: v.GenericSchema;
  readonly byDefault: unknown;
  /** Whether it must be given; or the path of an optional section within which it is required. */
  readonly needed: boolean | string;
}

const OPTIONAL: ReadonlySet<string> = new Set(['optional', 'exact_optional', 'nullish', 'undefinedable', 'nullable']);
const DEEPEST = 8;

/**
 * Whether the command line asks for help, and the app has no setting `help` of its own.
 *
 * @param code returns what `creatingFormula()` returned; called only if help is asked for.
 */
export function asksForHelp(sources: ConfigurationSources, code: () => unknown): boolean {
  const words = wordsOf(sources);
  const end = words.indexOf('--');
  if (!words.slice(0, end < 0 ? undefined : end).includes('--help')) return false;
  const own = sources.schema === undefined ? [] : namesIn(alternatives(sources.schema));
  return ![...own, ...membersOf(code()).map(([name]) => name)].includes('help');
}

/**
 * The help text of an app: all settings with their names on the command line and in the environment, their values,
 * defaults and descriptions.
 *
 * @param code what `creatingFormula()` returned: the defaults of the app itself.
 */
export function helpText(sources: ConfigurationSources, code: unknown, program = programName()): string {
  const { schema, file } = sources;
  const own = schema === undefined ? [] : [...settingsIn(schema)];
  const taken = new Set(own.map(({ path }) => path.join('/')));
  const ours = [...settingsIn(frameworkSchema)].filter(({ path }) => !taken.has(path.join('/')));
  const said = (settings: readonly Setting[]): string[] => settings.flatMap((one) => linesOf(one, sources, code));
  const isOpen = schema === undefined || !isClosed(alternatives(schema));
  const path = typeof file === 'string' ? file : file?.path;
  return [
    `Usage: ${program} [--path=value ...]`,
    ...(own.length === 0 ? [] : ['', 'Settings of the app:', ...said(own)]),
    ...(isOpen ? ['', 'Any other setting is accepted as well: --path=value.'] : []),
    '',
    'Settings of the framework:',
    ...said(ours),
    '',
    '  --config=<file>',
    `      Reads this file of JSON${path === undefined ? '' : ` in the place of ${path}`}.`,
    '  --help',
    '      Prints this help, and exits.',
    '',
  ].join('\n');
}

/** How a setting can be given, such as `--server.port=...` or `APP_SERVER__PORT`. */
export function waysToGive(path: Path, { args, env, file }: ConfigurationSources): string {
  const ways = [
    ...(args === undefined || args === false ? [] : [`--${path.join('.')}=...`]),
    ...(env === undefined ? [] : [variableOf(path, env)]),
    ...(file === undefined ? [] : [typeof file === 'string' ? file : file.path]),
  ];
  return ways.length === 0 ? 'creatingFormula()' : ways.join(', ');
}

/** All settings that a schema describes; sections only by their members. */
export function* settingsIn(
  schema: v.GenericSchema,
  path: Path = [],
  above: { readonly byDefault?: unknown; readonly section?: string } = {},
): Generator<Setting> {
  const schemas = alternatives(schema).filter(({ type }) => type !== 'undefined' && type !== 'null');
  const names = new Set(schemas.every((one) => partsOf(one).entries !== undefined) ? namesIn(schemas) : []);
  const own = defaultOf(schema);
  const byDefault = above.byDefault ?? own;
  const isOptional = OPTIONAL.has(schema.type);
  if (names.size === 0 || path.length >= DEEPEST) {
    if (path.length > 0) yield { path, schema, byDefault, needed: isOptional ? false : (above.section ?? true) };
    return;
  }
  const section = isOptional && byDefault === undefined ? path.join('/') : above.section;
  for (const name of names) {
    const child = schemas.map((one) => partsOf(one).entries![name]).find((entry) => entry !== undefined)!;
    const given = valueAt(byDefault, [name]);
    yield* settingsIn(child, [...path, name], {
      byDefault: given,
      ...(section === undefined ? {} : { section }),
    });
  }
}

function linesOf({ path, schema, byDefault, needed }: Setting, sources: ConfigurationSources, code: unknown): string[] {
  const { env } = sources;
  const given = valueAt(code, path) ?? byDefault;
  const must = needed === true ? 'needed' : needed === false ? undefined : `needed with ${needed}`;
  const rest = given === undefined ? must : `default ${defaultAt(path, given)}`;
  const takes = takenBy(schema, path);
  const about = descriptionOf(schema) ?? FRAMEWORK_WORDS[path.join('/')];
  const facts = rest === undefined ? takes : `${takes}; ${rest}`;
  return [
    `  --${path.join('.')}${env === undefined ? '' : `, ${variableOf(path, env)}`}`,
    `      ${about === undefined ? facts : `${about} (${facts})`}`,
  ];
}

/** A short list is shown with its elements. Deeper values are not shown, because they may contain secrets. */
function defaultAt(path: Path, given: unknown): string {
  const isShort = Array.isArray(given) && given.length <= 5 && given.every((one) => typeof one !== 'object');
  return isShort ? `[${given.map((one) => shown(one, path)).join(', ')}]` : shown(given, path);
}

/** The environment variable of a path: `APP_SERVER__MAX_PEERS` for `server/maxPeers`. */
function variableOf(path: Path, env: NonNullable<ConfigurationSources['env']>): string {
  const prefix = typeof env === 'string' ? env : env.prefix;
  const words = (name: string): string =>
    name
      .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
      .replace(/-/g, '_')
      .toUpperCase();
  return `${prefix}${path.map(words).join('__')}`;
}

/** The allowed values of a schema, in the words of an error. */
function takenBy(schema: v.GenericSchema, path: Path): string {
  const { type, wrapped, pipe = [], options = [], item, literal, message } = partsOf(schema);
  if (wrapped !== undefined) return takenBy(wrapped, path);
  const said = [message, ...pipe.slice(1).map((action) => action.message)].findLast(
    (text): text is string => typeof text === 'string' && text.startsWith('must be '),
  );
  const choices = type === 'literal' ? [literal] : options;
  if (['picklist', 'enum', 'literal'].includes(type) && !isSecret(path)) return or(choices.map(String));
  if (type === 'array' && item !== undefined) return `list of: ${takenBy(item, path)}`;
  if (said !== undefined) return said.slice('must be '.length);
  if (type === 'union') return or((options as v.GenericSchema[]).map((one) => takenBy(one, path)));
  return TAKEN[type] ?? (partsOf(schema).entries === undefined ? 'any value' : 'an object, as JSON');
}

const TAKEN: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  bigint: 'a whole number',
  boolean: 'true or false',
  picklist: 'one of some words',
  record: 'an object, as JSON',
};

function or(words: readonly string[]): string {
  const different = [...new Set(words)];
  return different.length < 2 ? different.join() : `${different.slice(0, -1).join(', ')} or ${different.at(-1)}`;
}

/** The text of valibot's `description()`, of the schema or of a schema in its wrappers. */
function descriptionOf(schema: v.GenericSchema): string | undefined {
  const { pipe = [], wrapped } = partsOf(schema);
  for (const action of [...pipe].reverse())
    if (action.type === 'description' && typeof action.description === 'string') return action.description;
  return wrapped === undefined ? undefined : descriptionOf(wrapped);
}

function defaultOf(schema: v.GenericSchema): unknown {
  const { default: byDefault } = partsOf(schema);
  try {
    return typeof byDefault === 'function' ? (byDefault as () => unknown)() : byDefault;
  } catch {
    return undefined;
  }
}

/** The command that starts the program. */
function programName(): string {
  const [node = 'node', script] = process.argv;
  if (script === undefined) return basename(node);
  const path = relative(process.cwd(), script);
  return `${basename(node, '.exe')} ${path.startsWith('..') ? basename(script) : path}`;
}
