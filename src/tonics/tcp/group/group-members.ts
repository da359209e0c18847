import { type Extras, type MemberGroup, extrasOf } from '../../../core/features/extras.js';

/** A connection, of any protocol. */
interface Member {
  /** @internal */ readonly _ttChannel: object | undefined;
  /** @internal */ _ttExtras: Extras | undefined;
}

/** Connections of one loop, each of which leaves when it is closed. */
export abstract class GroupMembers<C extends Member> implements Iterable<C>, MemberGroup {
  /** Each with the number of messages that it has missed since it is behind. */
  protected readonly members = new Map<C, number>();

  /** How many there are. */
  get size(): number {
    return this.members.size;
  }

  /** Adds one, unless it is closed or not connected yet. It may be in several groups. */
  add(connection: C): this {
    if (this.members.has(connection) || connection._ttChannel === undefined) return this;
    this.members.set(connection, 0);
    (extrasOf(connection).groups ??= new Set()).add(this);
    return this;
  }

  /** Takes one out; false where it is not in it. */
  delete(connection: C): boolean {
    connection._ttExtras?.groups?.delete(this);
    return this.members.delete(connection);
  }

  has(connection: C): boolean {
    return this.members.has(connection);
  }

  [Symbol.iterator](): Iterator<C> {
    return this.members.keys();
  }

  /** @internal What was sent to it has left, down to its low-water mark. */
  _ttCaughtUp(_connection: C): void {}
}
