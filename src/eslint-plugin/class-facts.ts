import { declarationOf, declaredClass } from './declarations.js';
import {
  type ClassMember,
  type ClassNode,
  type Identifier,
  type MemberExpression,
  type Node,
  type ObjectExpression,
  type RuleContext,
  propertyName,
  propertyNamed,
  stringValue,
} from './syntax.js';

/** Names that a class lists: `undefined` where it lists none, `'unknown'` where they cannot be read from this file. */
export type Names = readonly string[] | 'unknown' | undefined;

/** What the source of a class says about its sparkles. */
export interface ClassFacts {
  readonly states: Names;
  /** Groups of states, which stand where a state may. */
  readonly groups: Names;
  /** The states of a group, as far as they can be read. */
  readonly membersOf: (group: string) => Names;
  readonly events: Names;
  /** Prefixes of sparkles that it adds. */
  readonly prefixes: readonly string[];
}

const NO_FACTS: ClassFacts = {
  states: undefined,
  groups: undefined,
  membersOf: () => undefined,
  events: undefined,
  prefixes: [],
};

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
    const parent = declaredClass(said === undefined ? node.superClass : said.of, this.#context);
    const below = parent === undefined ? NO_FACTS : this.factsOf(parent);
    const groups = staticValue(node, 'groups') ?? said?.value('groups');
    return {
      states: this.#staticNames(node, 'states') ?? this.#statesSaid(said) ?? this.#statesOfParent(node, parent, below),
      groups: keysOf(groups) ?? below.groups,
      membersOf:
        groups === undefined ? below.membersOf : (group) => new FactsReader(this.#context).#membersOf(groups, group),
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

  #membersOf(groups: Node, group: string): Names {
    const value = propertyNamed(groups, group)?.value;
    return (value && this.#namesOfValue(value)) ?? 'unknown';
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
    const declared = declarationOf(node, this.#context);
    if (declared?.type !== 'VariableDeclarator' || this.#seen.has(declared)) return undefined;
    if ((declared.parent as Node & { kind?: string }).kind !== 'const') return undefined;
    this.#seen.add(declared);
    const { init } = declared as Node & { init: Node | null };
    return init === null ? undefined : this.#namesOfValue(init);
  }

  /** `Door.states`, where `Door` is a class of this file. */
  #namesOfStatic(node: MemberExpression): readonly string[] | undefined {
    const owner = declaredClass(node.object, this.#context);
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
    const declared = declarationOf(name, this.#context);
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
}

/** What a class says of itself in a static field. */
export function staticValue(node: ClassNode, name: string | undefined): Node | undefined {
  const named = ({ static: isStatic, key, computed }: ClassMember): boolean =>
    isStatic === true && name !== undefined && propertyName(key, computed) === name;
  return node.body.body.find((member) => member.type === 'PropertyDefinition' && named(member))?.value ?? undefined;
}

/** What a class says of itself, in a static field or by `with({ ... })`. */
export function saidValue(node: ClassNode, name: string): Node | undefined {
  return staticValue(node, name) ?? saidOf(node)?.value(name);
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
  const keys = (value as ObjectExpression).properties.map(({ key, computed }) => propertyName(key, computed));
  return keys.every((key) => key !== undefined) ? keys : 'unknown';
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
  return { of: object, value: (name) => propertyNamed(written, name)?.value };
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
