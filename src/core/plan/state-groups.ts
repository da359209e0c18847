import { valueText } from '../options/value-text.js';
import { fail } from '../errors.js';

/** The declarations of a class that are needed here. */
interface Grouping {
  readonly name: string;
  readonly states?: readonly string[];
  readonly groups?: Readonly<Record<string, readonly string[]>>;
}

/**
 * The groups of states that a class declares as `static groups`. A group may be used like a state: in the name of a
 * method and in `static stateTimeouts`. A method of the state itself comes first, then those of its groups in the order
 * of declaration, then the generic one.
 */
export class StateGroups {
  readonly #class: string;
  readonly #groups: ReadonlyMap<string, readonly string[]>;

  /** @throws {TaskTonicError} `TT_BAD_GROUP` */
  constructor({ name, states, groups = {} }: Grouping) {
    this.#class = name;
    this.#groups = new Map(Object.entries(groups));
    for (const [group, members] of this.#groups) this.#check(group, members, states);
  }

  get isEmpty(): boolean {
    return this.#groups.size === 0;
  }

  has(name: string): boolean {
    return this.#groups.has(name);
  }

  /** The states that belong to a group. */
  get states(): Iterable<string> {
    return new Set([...this.#groups.values()].flat());
  }

  /** The names that apply in a state, the most specific first: its own name, then its groups. */
  namesOf(state: string): string[] {
    return [state, ...[...this.#groups].filter(([, members]) => members.includes(state)).map(([group]) => group)];
  }

  /** Refuses a group where a state is required. @throws {TaskTonicError} `TT_GROUP_IS_NO_STATE` */
  refuse(name: string, key: string): void {
    const members = this.#groups.get(name);
    if (members !== undefined)
      throw fail('TT_GROUP_IS_NO_STATE', { class: this.#class, group: name, key, states: members.join(', ') });
  }

  #check(group: string, members: unknown, states: readonly string[] | undefined): void {
    const problem = this.#problem(group, members, states);
    if (problem !== undefined) throw fail('TT_BAD_GROUP', { class: this.#class, group, problem });
  }

  #problem(group: string, members: unknown, states: readonly string[] | undefined): string | undefined {
    if (!/^[a-z]\w*$/i.test(group) || group.includes('__')) return 'its name must be one that a state may have';
    if (states?.includes(group) === true) return 'a state has that name';
    if (!Array.isArray(members) || members.length === 0) return 'it must be a list of one state or more';
    const strange = (members as unknown[]).find(
      (state) => typeof state !== 'string' || this.has(state) || states?.includes(state) === false,
    );
    if (strange === undefined) return undefined;
    return `${typeof strange === 'string' ? strange : valueText(strange)} is not among the states${states === undefined ? '' : ` ${states.join(', ')}`}`;
  }
}
