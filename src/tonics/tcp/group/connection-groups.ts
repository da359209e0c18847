import * as v from 'valibot';
import { count, parseOptions } from '../../../core/options/option-schema.js';
import type { TcpConnection } from '../connection/tcp-connection.js';
import {
  ConnectionGroup,
  type ConnectionGroupOptions,
  type GroupSent,
  type SentBy,
  connectionGroupSchema,
} from './connection-group.js';

export const connectionGroupsSchema = v.strictObject({
  /**
   * The frame that tells a member how many messages of a group it has missed, as soon as it keeps up again. Default: it
   * is not told.
   */
  missed: connectionGroupSchema.entries.missed,
  /** The most groups that exist at the same time. */
  groups: v.optional(count(1), 10_000),
});

/** Options of {@link ConnectionGroups}. */
export interface ConnectionGroupsOptions<Sent> extends ConnectionGroupOptions<Sent> {
  /** The most groups that exist at the same time. Default 10,000. */
  readonly groups?: number | undefined;
}

const NOTHING_SENT: GroupSent = { sent: 0, skipped: 0 };

/**
 * Groups of connections by their names, such as the rooms of a chat. A group exists as long as somebody is in it: the first
 * one who joins makes it, and it goes with the last one who leaves or is closed.
 */
export class ConnectionGroups<C extends TcpConnection<string>> implements Iterable<
  [name: string, group: ConnectionGroup<C>]
> {
  readonly #groups = new Map<string, ConnectionGroup<C>>();
  readonly #options: ConnectionGroupOptions<SentBy<C>>;
  readonly #most: number;

  /** @throws {TaskTonicError} `TT_BAD_OPTION` */
  constructor(options: ConnectionGroupsOptions<SentBy<C>> = {}) {
    const { groups, ...ofEach } = options;
    this.#most = parseOptions(connectionGroupsSchema, options, 'ConnectionGroups').groups;
    this.#options = ofEach;
  }

  /** How many groups there are. */
  get size(): number {
    return this.#groups.size;
  }

  /** Adds a connection to a group; false where it is closed, or would need one group more than there may be. */
  join(name: string, connection: C): boolean {
    const known = this.#groups.get(name);
    if (known === undefined && this.size >= this.#most) return false;
    const group = known ?? new NamedGroup<C>(this.#options, () => this.#groups.delete(name));
    if (!group.add(connection).has(connection)) return false;
    this.#groups.set(name, group);
    return true;
  }

  /** Takes a connection out of a group; false where it is not in it. */
  leave(name: string, connection: C): boolean {
    return this.#groups.get(name)?.delete(connection) ?? false;
  }

  /** The group of that name; `undefined` where nobody is in it. */
  get(name: string): ConnectionGroup<C> | undefined {
    return this.#groups.get(name);
  }

  /** Sends a frame to all of a group, as {@link ConnectionGroup.sendFrame}; to nobody where nobody is in it. */
  sendFrame(name: string, frame: SentBy<C>, except?: C): GroupSent {
    return this.#groups.get(name)?.sendFrame(frame, except) ?? NOTHING_SENT;
  }

  [Symbol.iterator](): Iterator<[name: string, group: ConnectionGroup<C>]> {
    return this.#groups.entries();
  }
}

/** A group that says when its last member has left. */
class NamedGroup<C extends TcpConnection<string>> extends ConnectionGroup<C> {
  readonly #emptied: () => void;

  constructor(options: ConnectionGroupOptions<SentBy<C>>, emptied: () => void) {
    super(options);
    this.#emptied = emptied;
  }

  override delete(connection: C): boolean {
    const wasIn = super.delete(connection);
    if (wasIn && this.size === 0) this.#emptied();
    return wasIn;
  }
}
