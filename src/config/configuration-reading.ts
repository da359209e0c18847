import { valueText } from '../core/options/value-text.js';
import * as v from 'valibot';
import { AppConfiguration } from './app-configuration.js';
import { ConfigurationLists, PlaceNotFound } from './configuration-lists.js';
import { type Origin, noOrigin, originOf, setOrigin } from './configuration-origins.js';
import {
  type ConfigurationProblem,
  MISSING,
  errorOf,
  likelyName,
  problemsOf,
  schemasAlong,
  unknownAt,
} from './configuration-problems.js';
import { type FormulaPaths, frameworkSchema } from './configuration-schema.js';
import {
  type ConfigurationSources,
  type FileContent,
  type Given,
  SourceFault,
  fromArguments,
  fromEnvironment,
  fromFile,
  wordsOf,
} from './configuration-sources.js';
import {
  type Path,
  forbiddenWithin,
  isForbidden,
  isPlainObject,
  membersOf,
  notAllowed,
  refusalOf,
  shown,
  valueAt,
  withValueAt,
} from '../core/options/data-tree.js';
import { fail } from '../core/errors.js';
import type { Place } from './json-text.js';
import { standsForElement } from '../core/options/list-paths.js';
import { coreLogServices } from '../log/log-services.js';
import type { TonicMaker } from './tonic-maker.js';
import {
  alternatives,
  childrenOf,
  isClosed,
  isFlag,
  isList,
  namesIn,
  valueOfText,
  wantsValue,
} from '../core/options/schema-parts.js';

/** The result of `creatingFormula()`. */
export type Code = FormulaPaths | Readonly<Record<string, unknown>>;

/**
 * Reads the configuration of a Formula from all its sources, in this order: code, the file, the environment, the
 * command line. Later ones override earlier ones. Then everything is checked together, so that all problems are
 * reported at once.
 *
 * @param code what `creatingFormula()` returned: nested objects, values by path, or a list of paths with values.
 * @param store the Tonics that `start` may name.
 * @param logs the log services that `log/to` may name.
 * @param ofTest values of a test, which override all sources.
 * @throws {TaskTonicError} `TT_BAD_CONFIGURATION`, or `TT_BAD_OPTION` if only values from code are wrong.
 */
export function readConfiguration(
  code: Code,
  sources: ConfigurationSources = {},
  store?: TonicMaker,
  logs: { readonly names: readonly string[] } = coreLogServices,
  ofTest: Readonly<Record<string, unknown>> = {},
): AppConfiguration {
  checkSchema(sources.schema);
  const reading = new Reading(sources.schema, store, logs.names);
  reading.layCode(code);
  reading.layAll(sources);
  reading.layTest(ofTest);
  return reading.checked();
}

/**
 * The values from code as a tree, without checks.
 * @throws {TaskTonicError} `TT_BAD_OPTION` if the schema is not one of valibot.
 */
export function treeOfCode(code: Code, { schema }: ConfigurationSources): unknown {
  checkSchema(schema);
  return new Reading(schema, undefined, []).layCode(code);
}

const OF_TEST = 'the test';

/**
 * Checks a combination of two readings like a configuration that was read.
 * @throws {TaskTonicError} as {@link readConfiguration}
 */
export function checkAgain(
  given: unknown,
  origin: Origin,
  code: Readonly<Record<string, unknown>>,
  schema: v.GenericSchema | undefined,
  store?: TonicMaker,
  logs: { readonly names: readonly string[] } = coreLogServices,
): AppConfiguration {
  const reading = new Reading(schema, store, logs.names);
  reading.take(given, origin, code);
  return reading.checked();
}

/** The most names of a path, as many as a file may have levels. */
const MOST_NAMES = 100;

/** A configuration that is being built. */
class Reading {
  #code: Readonly<Record<string, unknown>> = {};
  readonly #schema: v.GenericSchema | undefined;
  readonly #store: TonicMaker | undefined;
  readonly #logs: readonly string[];
  readonly #schemas: readonly v.GenericSchema[];
  #origin = noOrigin();
  readonly #problems: ConfigurationProblem[] = [];
  #tree: unknown = {};
  #asked = false;

  constructor(schema: v.GenericSchema | undefined, store: TonicMaker | undefined, logs: readonly string[]) {
    this.#schema = schema;
    this.#store = store;
    this.#logs = logs;
    this.#schemas = [...(schema === undefined ? [] : alternatives(schema)), frameworkSchema];
  }

  /** Takes values that were read before, as they were given. */
  take(given: unknown, origin: Origin, code: Readonly<Record<string, unknown>>): void {
    this.#tree = given;
    this.#origin = origin;
    this.#code = code;
    this.#asked = true;
  }

  /** Applies the values from code: objects, and values by path, in their order. */
  layCode(code: Code): unknown {
    const isPath = (name: string): boolean => name.includes('/') || standsForElement(name);
    const isTree = !Array.isArray(code) && !Object.keys(code).some(isPath);
    const lists = new ConfigurationLists(this.#isList);
    if (isTree) this.#tree = code;
    else
      for (const pair of Array.isArray(code) ? (code as readonly unknown[]) : Object.entries(code))
        this.#layPair(pair, lists);
    return (this.#code = this.#tree as Readonly<Record<string, unknown>>);
  }

  #layPair(pair: unknown, lists: ConfigurationLists): void {
    const [name, value] = Array.isArray(pair) ? (pair as unknown[]) : [];
    if (typeof name !== 'string') {
      const must = 'must be a path and a value, such as ["log/level", "warn"]';
      return void this.#problems.push({
        path: 'creatingFormula()',
        source: undefined,
        is: `has ${valueText(pair)}`,
        must,
      });
    }
    let path: Path;
    try {
      path = lists.meant(name, this.#tree);
    } catch (thrown) {
      if (thrown instanceof PlaceNotFound) return this.#refuse(name.split('/'), undefined, thrown.message);
      throw thrown;
    }
    const refused = this.#refusalOf(path);
    if (refused !== undefined) return this.#refuse(path, undefined, refused);
    this.#tree = withValueAt(this.#tree, path, over(valueAt(this.#tree, path), value), this.#isList);
  }

  /** Applies all other sources, each over those before it. */
  layAll(sources: ConfigurationSources): void {
    const { file, env, args = false } = sources;
    this.#asked = file !== undefined || env !== undefined || args !== false;
    const isFlagAt = (path: Path): boolean => path.length <= MOST_NAMES && isFlag(this.#schemasAt(this.#matched(path)));
    const line = fromArguments(wordsOf(sources), isFlagAt);
    const { path, optional = false } = typeof file === 'string' ? { path: file } : (file ?? { path: undefined });
    const fileRead = line.file ?? path;
    const content = fileRead === undefined ? undefined : fromFile(fileRead, optional && line.file === undefined);
    for (const fault of [content, ...line.faults])
      if (fault instanceof SourceFault)
        this.#problems.push({ path: '', source: undefined, is: fault.problem, must: '' });
    if (content !== undefined && !(content instanceof SourceFault)) this.#layFile(content);
    const { prefix, from = process.env } = typeof env === 'object' ? env : { prefix: env };
    const inEnv = prefix === undefined ? [] : fromEnvironment(checkedPrefix(prefix), from);
    this.#refuseTwice(inEnv);
    const given = [...inEnv, ...line.given];
    // The schema of a Tonic's options is known only after its name.
    for (const one of given) if (!isOptionOfTonic(one)) this.#lay(one);
    for (const one of given) if (isOptionOfTonic(one)) this.#lay(one);
  }

  /** Merges objects member by member; a list or a value replaces the old value. */
  #layFile({ value, place, nameOf }: FileContent): void {
    this.#tree = this.#laid(this.#tree, value, place, [], nameOf);
  }

  /** Applies the values of a test: objects, and values by path (`'server/port'`). */
  layTest(values: Readonly<Record<string, unknown>>): void {
    for (const [name, value] of Object.entries(values)) {
      const path = name.split('/');
      const refused = this.#refusalOf(path);
      const unknown = refused === undefined ? this.#firstUnknown(path) : undefined;
      if (refused !== undefined) this.#refuse(path, OF_TEST, refused);
      else if (unknown !== undefined) this.#leaveOut(unknown, OF_TEST, 'file');
      else {
        const laid = this.#laid(valueAt(this.#tree, path), value, placeOf(value), path, () => OF_TEST);
        this.#tree = withValueAt(this.#tree, path, laid, this.#isList);
      }
    }
  }

  #laid(tree: unknown, value: unknown, place: Place, path: Path, nameOf: (place: Place) => string): unknown {
    const originAt = (at: Place): Origin => ({
      from: nameOf(at),
      parts: new Map([...at.parts].map(([name, part]) => [name, originAt(part)])),
    });
    const laid = (node: unknown, over: unknown, at: Place, path: Path): unknown => {
      if (!isPlainObject(over)) {
        const forbidden = forbiddenWithin(over, path);
        if (forbidden !== undefined) this.#refuse(forbidden, nameOf(at), notAllowed(forbidden));
        setOrigin(this.#origin, path, originAt(at));
        return over;
      }
      const members = isPlainObject(node) ? { ...node } : {};
      for (const [name, member] of Object.entries(over)) {
        const [inner, part] = [[...path, name], at.parts.get(name)!];
        if (isForbidden(name)) this.#refuse(inner, nameOf(part), notAllowed(inner));
        else if (this.#isUnknown(inner)) this.#leaveOut(inner, nameOf(part), 'file');
        else members[name] = laid(valueAt(members, [name]), member, part, inner);
      }
      return members;
    };
    return laid(tree, value, place, path);
  }

  /** Applies one value. */
  #lay({ path: written, text, isBare = false, kind, from }: Given): void {
    const tooLong = written.length > MOST_NAMES;
    const path = tooLong ? written : this.#matched(written);
    const refused = this.#refusalOf(path);
    if (refused !== undefined) return this.#refuse(path, from, refused);
    const unknown = this.#firstUnknown(path);
    if (unknown !== undefined) return this.#leaveOut(unknown, from, kind);
    const schemas = this.#schemasAt(path);
    if (isBare && wantsValue(schemas)) return this.#refuse(path, from, 'it needs a value, as in --path=value');
    const value = valueOfText(text, schemas);
    const forbidden = forbiddenWithin(value, path);
    if (forbidden !== undefined) return this.#refuse(forbidden, from, notAllowed(forbidden));
    this.#tree = withValueAt(this.#tree, path, value, this.#isList);
    setOrigin(this.#origin, path, noOrigin(from));
  }

  #refusalOf(path: Path): string | undefined {
    if (path.length > MOST_NAMES) return `it has ${path.length} names, and may have ${MOST_NAMES}`;
    return path.includes('') ? 'a name in it is empty' : refusalOf(this.#tree, path, this.#isList);
  }

  /** The complete configuration with defaults, if it has no problems. */
  checked(): AppConfiguration {
    const given = this.#tree;
    this.#checkLog();
    this.#check(frameworkSchema, this.#tree);
    if (this.#schema !== undefined) this.#check(this.#schema, this.#ofUser(this.#schema));
    this.#checkStart();
    if (this.#problems.length > 0) throw errorOf(this.#problems, this.#asked);
    return new AppConfiguration(this.#tree as Readonly<Record<string, unknown>>, this.#origin, this.#code, given);
  }

  /** Two variables for the same value are an error, because their order is undefined. */
  #refuseTwice(given: readonly Given[]): void {
    const names = new Map<string, string>();
    for (const { path, from } of given) {
      if (path.length > MOST_NAMES) continue;
      const matched = this.#matched(path).join('/');
      const other = names.get(matched);
      if (other !== undefined) this.#refuse(matched.split('/'), from, `${other} says it too`);
      names.set(matched, from);
    }
  }

  /**
   * Finds the spelling that the schemas or the present values use: `SLOW_SPARKLE` and `slow-sparkle` mean
   * `slowSparkle`.
   */
  #matched(written: Path): Path {
    const path: string[] = [];
    for (const name of written) {
      const node = valueAt(this.#tree, path);
      // An element of a list has a number, which has only one spelling.
      const isInList = Array.isArray(node) || (node === undefined && this.#isList(path));
      const known = [...namesIn(this.#schemasAt(path)), ...(isPlainObject(node) ? Object.keys(node) : [])];
      path.push(
        known.find((one) => one === name) ??
          known.find((one) => normalized(one) === normalized(name)) ??
          (isInList ? name : camelCase(name)),
      );
    }
    return path;
  }

  readonly #schemasAt = (path: Path): readonly v.GenericSchema[] => {
    const [section, index, options, ...rest] = path;
    if (section !== 'start' || options !== 'options') return schemasAlong(this.#schemas, path);
    const name = valueAt(this.#tree, ['start', index!, 'tonic']);
    const schema = typeof name === 'string' ? this.#store?.schemaOf?.(name) : undefined;
    return schema === undefined ? [] : schemasAlong(alternatives(schema), rest);
  };

  readonly #isList = (path: Path): boolean => isList(this.#schemasAt(path));

  /** The first part of a path that the schemas do not know. */
  #firstUnknown(path: Path): Path | undefined {
    return path.map((_, depth) => path.slice(0, depth + 1)).find((part) => this.#isUnknown(part));
  }

  /** Whether the last name of a path is not allowed. */
  #isUnknown(path: Path): boolean {
    const around = this.#around(path.slice(0, -1));
    return isClosed(around) && childrenOf(around, path.at(-1)!).length === 0;
  }

  /** The schema of the app defines its sections; without one any section is allowed. */
  #around(path: Path): readonly v.GenericSchema[] {
    if (path.length > 0) return this.#schemasAt(path);
    if (this.#schema === undefined) return [frameworkSchema];
    const own = alternatives(this.#schema);
    return isClosed(own) ? [v.object({ ...frameworkSchema.entries }), ...own] : own;
  }

  /**
   * Other programs use the environment, too: a variable for an unknown section is an error only if it looks like a
   * typing error. (Kubernetes, for example, sets `APP_PORT` and `APP_SERVICE_HOST` for a service named `app`.)
   */
  #leaveOut(path: Path, from: string, kind: Given['kind'] | 'file'): void {
    const around = this.#around(path.slice(0, -1));
    if (kind === 'env' && path.length === 1 && likelyName(path[0]!, namesIn(around)) === undefined) return;
    this.#problems.push(unknownAt(path, from, around));
  }

  #refuse(path: Path, source: string | undefined, is: string): void {
    this.#problems.push({ path: path.join('/'), source, is: 'is refused', must: is });
  }

  #check(schema: v.GenericSchema, data: unknown): void {
    const result = v.safeParse(schema, data);
    if (result.success) this.#tree = withSections(this.#tree, result.output);
    else
      for (const one of problemsOf(result.issues, data, this.#originOf, this.#schemasAt))
        if (!this.#isTold(one)) this.#problems.push(one);
  }

  /** A value that is missing only because it was left out before is not reported twice. */
  #isTold({ path, is }: ConfigurationProblem): boolean {
    if (is !== MISSING) return false;
    return this.#problems.some(
      (one) => one.path.startsWith(`${path}/`) || (one.meant !== undefined && one.meant === path),
    );
  }

  readonly #originOf = (path: Path): string | undefined => originOf(this.#origin, path);

  /**
   * The values that the schema of the app must check: not the sections of the framework, unless the schema describes
   * them.
   */
  #ofUser(schema: v.GenericSchema): Record<string, unknown> {
    const own = namesIn(alternatives(schema));
    const ours = Object.keys(frameworkSchema.entries).filter((name) => !own.includes(name));
    return Object.fromEntries(Object.entries(this.#tree as object).filter(([name]) => !ours.includes(name)));
  }

  #checkLog(): void {
    const path = ['log', 'to'];
    const to = valueAt(this.#tree, path);
    const names = this.#logs;
    if (typeof to !== 'string' || to === '' || names.includes(to)) return;
    const must = `must be ${names.join(', ')} or a stream`;
    this.#problems.push({ path: 'log/to', source: this.#originOf(path), is: `is ${shown(to, path)}`, must });
  }

  #checkStart(): void {
    const start = valueAt(this.#tree, ['start']);
    for (const [index, entry] of Array.isArray(start) ? start.entries() : []) {
      if (!isPlainObject(entry)) continue;
      const { tonic, options } = entry;
      // The problems of the entry itself were reported.
      if (typeof tonic !== 'string' || tonic === '' || (options !== undefined && !isPlainObject(options))) continue;
      const at = ['start', String(index)];
      for (const { path, is, must } of this.#store?.check?.(tonic, options) ?? []) {
        const whole = [...at, ...path];
        this.#problems.push({ path: whole.join('/'), source: this.#originOf(whole), is, must });
      }
    }
  }
}

/** Merges objects member by member; any other value replaces the old one. */
function over(there: unknown, value: unknown): unknown {
  if (!isPlainObject(there) || !isPlainObject(value)) return value;
  const laid: Record<string, unknown> = { ...there };
  for (const [name, member] of Object.entries(value))
    if (!isForbidden(name)) laid[name] = over(valueAt(laid, [name]), member);
  return laid;
}

/** Values of a test have no position in a text. */
function placeOf(value: unknown): Place {
  return { offset: 0, parts: new Map(membersOf(value).map(([name, member]) => [name, placeOf(member)])) };
}

/** The output of the schema. It may describe a section of the framework only in part. */
function withSections(tree: unknown, output: unknown): unknown {
  const whole: Record<string, unknown> = { ...(tree as object) };
  for (const [name, made] of membersOf(output)) {
    const there = Object.hasOwn(frameworkSchema.entries, name) ? whole[name] : undefined;
    whole[name] = isPlainObject(there) && isPlainObject(made) ? { ...there, ...made } : made;
  }
  return whole;
}

function isOptionOfTonic({ path }: Given): boolean {
  return path.length > 3 && normalized(path[0]!) === 'start' && normalized(path[2]!) === 'options';
}

/** A name without the differences between its spellings. */
function normalized(name: string): string {
  return name.replace(/[_-]/g, '').toLowerCase();
}

/**
 * Converts `MAX_PEERS` and `max-peers` to `maxPeers`; a name with lower-case letters and without dashes stays as it is.
 */
function camelCase(name: string): string {
  if (/[a-z]/.test(name) && !name.includes('-')) return name;
  return name.toLowerCase().replace(/[_-]+(.)/g, (_, letter: string) => letter.toUpperCase());
}

/** In plain JavaScript the schema may be any value; an async one would accept everything. */
function checkSchema(schema: Partial<v.GenericSchema> | undefined): void {
  if (schema === undefined || (schema.kind === 'schema' && schema.async === false)) return;
  const problem = 'it must be a schema of valibot, and none of its async ones';
  throw fail('TT_BAD_OPTION', { class: 'the Formula', option: 'schema', problem });
}

function checkedPrefix(prefix: string): string {
  if (/^\w+$/.test(prefix)) return prefix;
  const problem = `it is ${valueText(prefix)}, and must be the beginning of names, such as "APP_"`;
  throw fail('TT_BAD_OPTION', { class: 'the Formula', option: 'env', problem });
}
