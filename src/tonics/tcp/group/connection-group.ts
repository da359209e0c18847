import * as v from 'valibot';
import { fail, toError } from '../../../core/errors.js';
import { callable, parseOptions } from '../../../core/options/option-schema.js';
import type { Framing } from '../../../framing/framing.js';
import { type Sendable, sizeOf } from '../../socket-tonic.js';
import type { TcpConnection } from '../connection/tcp-connection.js';
import { GroupMembers } from './group-members.js';

export const connectionGroupSchema = v.strictObject({
  /**
   * The frame that tells a member how many messages it has missed, as soon as it keeps up again. Default: it is not told.
   */
  missed: v.optional(callable<(count: number) => unknown>('a function')),
});

/** The type of the frames that a class of connections sends. */
export type SentBy<C> = C extends TcpConnection<infer _State, infer _Frame, infer Sent> ? Sent : never;

/** Options of a {@link ConnectionGroup}. */
export interface ConnectionGroupOptions<Sent> {
  /** The frame that tells a member how many messages it has missed, as soon as it keeps up again. Default: it is not told. */
  readonly missed?: ((count: number) => Sent) | undefined;
}

/** What became of messages to a group, by members. */
export interface GroupSent {
  /** Members that it was sent to. */
  readonly sent: number;
  /** Members that were behind, and have missed it. */
  readonly skipped: number;
}

/**
 * Connections of one loop that are sent the same, such as those of a room: over TCP, and over WebSockets where their class
 * was made with `overWebSocket()`. One that is closed leaves.
 *
 * A member whose unsent bytes have passed its `highWaterMark` is behind until they have fallen to its `lowWaterMark`. It
 * misses what is sent meanwhile, so it takes no more memory and delays nobody, and may be told how much it has missed.
 *
 * ```ts
 * const room = new ConnectionGroup<Guest>({ missed: (count) => `* you have missed ${count}` });
 * room.add(guest);
 * room.sendFrame('hello', guest);
 * ```
 */
export class ConnectionGroup<C extends TcpConnection<string>> extends GroupMembers<C> {
  readonly #missed: ((count: number) => SentBy<C>) | undefined;
  #sent = 0;
  #skipped = 0;

  /** @throws {TaskTonicError} `TT_BAD_OPTION` */
  constructor(options: ConnectionGroupOptions<SentBy<C>> = {}) {
    super();
    parseOptions(connectionGroupSchema, options, 'ConnectionGroup');
    this.#missed = options.missed;
  }

  /** What became of all its messages. */
  get counts(): GroupSent {
    return { sent: this.#sent, skipped: this.#skipped };
  }

  /**
   * Sends a frame to all members, ahead of replies that are open. It is encoded once for all that have the same framing.
   *
   * @param except a member that does not get it: mostly the one that it comes from.
   * @throws {TaskTonicError} `TT_NO_FRAMING`; `TT_FRAME_NOT_ENCODED` where the framing of a member refuses it.
   */
  sendFrame(frame: SentBy<C>, except?: C): GroupSent {
    let framing: Framing<unknown> | undefined;
    let bytes: Buffer;
    return this.#send((member) => {
      const own = framingOf(member);
      if (own !== framing) bytes = (framing = own).encode(frame);
      return bytes;
    }, except);
  }

  /**
   * Sends bytes or a text as they are to all members, ahead of replies that are open.
   *
   * @param except a member that does not get it.
   * @throws {TaskTonicError} `TT_BAD_DATA`
   */
  send(data: Sendable, except?: C): GroupSent {
    sizeOf(data);
    return this.#send(() => data, except);
  }

  #send(dataFor: (member: C) => Sendable, except: C | undefined): GroupSent {
    const before = this.counts;
    for (const [member, missed] of this.members) {
      if (member === except || !member._ttSends) continue;
      if (missed > 0 || isBehind(member)) {
        this.members.set(member, missed + 1);
        this.#skipped++;
      } else if (sendTo(member, dataFor(member)) !== 'refused') this.#sent++;
    }
    return { sent: this.#sent - before.sent, skipped: this.#skipped - before.skipped };
  }

  /** @internal */
  override _ttCaughtUp(member: C): void {
    const missed = this.members.get(member) ?? 0;
    if (missed === 0) return;
    this.members.set(member, 0);
    if (this.#missed === undefined || !member._ttSends) return;
    try {
      sendTo(member, framingOf(member).encode(this.#missed(missed)));
    } catch (thrown) {
      // It runs in no sparkle: as if one of the member had thrown.
      member._ttss__throw(toError(thrown));
    }
  }
}

/** More than its high-water mark waited, and more than its low-water mark still does: so it is told when that has left. */
function isBehind({ _ttBacklog: backlog, _ttSettings: settings, unsentBytes }: TcpConnection<string>): boolean {
  return backlog?.blocked === true && unsentBytes > settings.lowWaterMark;
}

function sendTo(member: TcpConnection<string>, data: Sendable): string {
  return member._ttSend(data, sizeOf(data));
}

function framingOf(member: TcpConnection<string>): Framing<unknown> {
  const framing = member._ttFraming;
  if (framing === undefined) throw fail('TT_NO_FRAMING', { class: member._ttPlan.className });
  return framing;
}
