import { written } from '../options/written.js';
import { fail } from '../errors.js';

/** What is read of a class. */
interface Grouping {
  readonly name: string;
  readonly states?: readonly string[];
  readonly groups?: Readonly<Record<string, readonly string[]>>;
}

/**
 * The groups of states that a class names with `static groups`. A group stands where a state may: in the name of a method and in
 * `static stateTimeouts`. What a state has of its own comes first, then its groups as they are declared, then the generic one.
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

  /** The states that are in some group. */
  get states(): Iterable<string> {
    return new Set([...this.#groups.values()].flat());
  }

  /** Whose things hold in a state, the strongest first: its own name, then those of its groups. */
  namesOf(state: string): string[] {
    return [state, ...[...this.#groups].filter(([, members]) => members.includes(state)).map(([group]) => group)];
  }

  /** Refuses a group where one state is meant. @throws {TaskTonicError} `TT_GROUP_IS_NO_STATE` */
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
    return `${typeof strange === 'string' ? strange : written(strange)} is not among the states${states === undefined ? '' : ` ${states.join(', ')}`}`;
  }
}
