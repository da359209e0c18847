import {
  type ClassMember,
  type ClassNode,
  type Identifier,
  type MemberExpression,
  type Node,
  type RuleContext,
  type Scope,
  propertyName,
  sourceOf,
  stringValue,
} from './syntax.js';

/** Names that a class lists: `undefined` where it lists none, `'unknown'` where they cannot be read from this file. */
export type Names = readonly string[] | 'unknown' | undefined;

/** What the source of a class says about its sparkles. */
export interface ClassFacts {
  readonly states: Names;
  /** Groups of states, which stand where a state may. */
  readonly groups: Names;
  readonly events: Names;
  /** Prefixes of sparkles that it adds. */
  readonly prefixes: readonly string[];
}

const NO_FACTS: ClassFacts = { states: undefined, groups: undefined, events: undefined, prefixes: [] };

/**
 * Reads `static states`, `static groups`, `static events`, `static prefixes`, `extends Tonic<'a' | 'b'>` and
 * `extends Tonic.with({ states: ['a', 'b'] })`, also of parents in the same file.
 */
export function classFacts(node: ClassNode, context: RuleContext): ClassFacts {
  return new FactsReader(context).factsOf(node);
}

/** Follows names within one file; `#seen` breaks circles such as `type A = A | 'x'`. */
class FactsReader {
  readonly #context: RuleContext;
  readonly #seen = new Set<Node>();

  constructor(context: RuleContext) {
    this.#context = context;
  }

  factsOf(node: ClassNode): ClassFacts {
    if (this.#seen.has(node)) return NO_FACTS;
    this.#seen.add(node);
    const said = saidOf(node);
    const parent = this.#declaredClass(said === undefined ? node.superClass : said.of);
    const below = parent === undefined ? NO_FACTS : this.factsOf(parent);
    return {
      states: this.#staticNames(node, 'states') ?? this.#statesSaid(said) ?? this.#statesOfParent(node, parent, below),
      groups: keysOf(staticValue(node, 'groups')) ?? keysOf(said?.value('groups')) ?? below.groups,
      events: this.#staticNames(node, 'events') ?? below.events,
      prefixes: [...prefixesOf(node), ...below.prefixes],
    };
  }

  /** What a parent in this file does with its type argument is not followed: it may add states to it. */
  #statesOfParent(node: ClassNode, parent: ClassNode | undefined, below: ClassFacts): Names {
    if (parent !== undefined) return parent.typeParameters === undefined ? below.states : 'unknown';
    const argument = node.superTypeArguments?.params[0];
    return argument === undefined ? undefined : (this.#namesOfType(argument) ?? 'unknown');
  }

  #statesSaid(said: Said | undefined): Names {
    const value = said?.value('states');
    return value === undefined ? undefined : (this.#namesOfValue(value) ?? 'unknown');
  }

  #staticNames(node: ClassNode, name: string): Names {
    const value = staticValue(node, name);
    return value === undefined ? undefined : (this.#namesOfValue(value) ?? 'unknown');
  }

  #namesOfValue(node: Node): readonly string[] | undefined {
    switch (node.type) {
      case 'ArrayExpression':
        return all((node as Node & { elements: (Node | null)[] }).elements, (element) => this.#namesOfElement(element));
      case 'TSAsExpression':
      case 'TSSatisfiesExpression':
        return this.#namesOfValue((node as Node & { expression: Node }).expression);
      case 'Identifier':
        return this.#namesOfConstant(node as Identifier);
      case 'MemberExpression':
        return this.#namesOfStatic(node as MemberExpression);
      default:
        return undefined;
    }
  }

  #namesOfElement(element: Node | null): readonly string[] | undefined {
    if (element === null) return undefined;
    if (element.type === 'SpreadElement') return this.#namesOfValue((element as Node & { argument: Node }).argument);
    const name = stringValue(element);
    return name === undefined ? undefined : [name];
  }

  /** `STATES`, where the file says `const STATES = ['a', 'b']`. */
  #namesOfConstant(node: Identifier): readonly string[] | undefined {
    const declared = this.#declaration(node);
    if (declared?.type !== 'VariableDeclarator' || this.#seen.has(declared)) return undefined;
    if ((declared.parent as Node & { kind?: string }).kind !== 'const') return undefined;
    this.#seen.add(declared);
    const { init } = declared as Node & { init: Node | null };
    return init === null ? undefined : this.#namesOfValue(init);
  }

  /** `Door.states`, where `Door` is a class of this file. */
  #namesOfStatic(node: MemberExpression): readonly string[] | undefined {
    const owner = this.#declaredClass(node.object);
    const value = owner && staticValue(owner, propertyName(node.property, node.computed));
    return value && this.#namesOfValue(value);
  }

  #namesOfType(node: Node): readonly string[] | undefined {
    switch (node.type) {
      case 'TSLiteralType':
        return this.#namesOfElement((node as Node & { literal: Node }).literal);
      case 'TSUnionType':
        return all((node as Node & { types: Node[] }).types, (type) => this.#namesOfType(type));
      case 'TSTypeReference':
        return this.#namesOfAlias((node as Node & { typeName: Node }).typeName);
      case 'TSIndexedAccessType':
        return this.#namesOfItems(node as Node & { objectType: Node; indexType: Node });
      default:
        return undefined;
    }
  }

  #namesOfAlias(name: Node): readonly string[] | undefined {
    const declared = this.#declaration(name);
    if (declared?.type !== 'TSTypeAliasDeclaration' || this.#seen.has(declared)) return undefined;
    this.#seen.add(declared);
    return this.#namesOfType((declared as Node & { typeAnnotation: Node }).typeAnnotation);
  }

  /** `(typeof STATES)[number]` */
  #namesOfItems({ objectType, indexType }: { objectType: Node; indexType: Node }): readonly string[] | undefined {
    if (objectType.type !== 'TSTypeQuery' || indexType.type !== 'TSNumberKeyword') return undefined;
    const { exprName } = objectType as Node & { exprName: Node };
    return exprName.type === 'Identifier' ? this.#namesOfConstant(exprName as Identifier) : undefined;
  }

  #declaredClass(node: Node | null): ClassNode | undefined {
    const declared = node === null ? undefined : this.#declaration(node);
    return declared?.type === 'ClassDeclaration' ? (declared as ClassNode) : undefined;
  }

  #declaration(node: Node): Node | undefined {
    if (node.type !== 'Identifier') return undefined;
    const { name } = node as Identifier;
    for (let scope: Scope | null = sourceOf(this.#context).getScope(node); scope !== null; scope = scope.upper) {
      const found = scope.set.get(name);
      if (found !== undefined) return found.defs[0]?.node;
    }
    return undefined;
  }
}

function staticValue(node: ClassNode, name: string | undefined): Node | undefined {
  const named = ({ static: isStatic, key, computed }: ClassMember): boolean =>
    isStatic === true && name !== undefined && propertyName(key, computed) === name;
  return node.body.body.find((member) => member.type === 'PropertyDefinition' && named(member))?.value ?? undefined;
}

/** The keys of `static prefixes = { ui: ... }`. */
function prefixesOf(node: ClassNode): readonly string[] {
  const keys = keysOf(staticValue(node, 'prefixes'));
  return keys === undefined || keys === 'unknown' ? [] : keys;
}

/** The keys of an object that is written there. */
function keysOf(value: Node | undefined): Names {
  if (value === undefined) return undefined;
  if (value.type !== 'ObjectExpression') return 'unknown';
  const keys = propertiesOf(value).map(({ key, computed }) => propertyName(key, computed));
  return keys.every((key) => key !== undefined) ? keys : 'unknown';
}

type Property = Node & { readonly key?: Node; readonly computed?: boolean; readonly value?: Node };

function propertiesOf(object: Node): readonly Property[] {
  return (object as Node & { readonly properties: readonly Property[] }).properties;
}

/** What `extends Door.with({ ... })` says. */
interface Said {
  /** `Door` */
  readonly of: Node;
  value(name: string): Node | undefined;
}

function saidOf({ superClass }: ClassNode): Said | undefined {
  if (superClass?.type !== 'CallExpression') return undefined;
  const { callee, arguments: given } = superClass as Node & { callee: Node; arguments: readonly Node[] };
  if (callee.type !== 'MemberExpression') return undefined;
  const { object, property, computed } = callee as MemberExpression;
  const [written] = given;
  if (propertyName(property, computed) !== 'with' || written?.type !== 'ObjectExpression') return undefined;
  const named = (name: string): Property | undefined =>
    propertiesOf(written).find(({ key, computed: isComputed }) => propertyName(key, isComputed) === name);
  return { of: object, value: (name) => named(name)?.value };
}

/** The names of all parts together, or none where one of them cannot be read. */
function all<T>(
  parts: readonly T[],
  namesOf: (part: T) => readonly string[] | undefined,
): readonly string[] | undefined {
  const names: string[] = [];
  for (const part of parts) {
    const found = namesOf(part);
    if (found === undefined) return undefined;
    names.push(...found);
  }
  return names;
}
