import * as v from 'valibot';
import { bytes, oneOf, parseOptions } from '../../core/options/option-schema.js';
import { GroupMembers } from '../../tonics/tcp/group/group-members.js';
import { sizeOf } from '../../tonics/socket-tonic.js';
import { frameOf, messageOf } from './frames.js';
import { POLICY } from './close-codes.js';
import { loadWs } from './load-ws.js';
import type { WebSocketConnection } from './websocket-connection.js';
import { lineOf } from './websocket-line.js';

export const groupSchema = v.strictObject({
  /** When this many bytes are unsent, a receiver is behind, and gets no more messages. Default: its `highWaterMark`. */
  limit: v.optional(bytes(0)),
  /** What happens to a receiver that is behind: it does not get this message, or it is closed with 1008. */
  onBehind: v.optional(oneOf('skip', 'close'), 'skip'),
});

/** Options of a {@link WebSocketGroup}. */
export type WebSocketGroupOptions = Readonly<v.InferInput<typeof groupSchema>>;

/** What became of a message to a group, by receivers. */
export interface GroupCounts {
  /** Receivers that it was sent to. */
  readonly sent: number;
  /** Receivers that were behind, and go without it. */
  readonly skipped: number;
  /** Receivers that were behind, and are closed for that. */
  readonly closed: number;
}

/**
 * WebSockets of one loop that are told the same, such as those of a room. A message becomes a frame once, however many there are: only what is compressed is made for each.
 *
 * One that ends is no more in it.
 */
export class WebSocketGroup<
  C extends WebSocketConnection<string> = WebSocketConnection<string>,
> extends GroupMembers<C> {
  readonly #limit: number | undefined;
  readonly #closes: boolean;
  #sent = 0;
  #skipped = 0;
  #closed = 0;

  /** @throws {TaskTonicError} `TT_BAD_OPTION` */
  constructor(options: WebSocketGroupOptions = {}) {
    super();
    const { limit, onBehind } = parseOptions(groupSchema, options, 'WebSocketGroup');
    this.#limit = limit;
    this.#closes = onBehind === 'close';
  }

  /** What became of all its messages. */
  get counts(): GroupCounts {
    return { sent: this.#sent, skipped: this.#skipped, closed: this.#closed };
  }

  /** Adds one, unless it is closed. It may be in several groups. */
  override add(connection: C): this {
    return lineOf(connection) === undefined ? this : super.add(connection);
  }

  /**
   * Sends a message to all of them, ahead of replies that are open. It leaves with the end of the turn.
   *
   * @param except one that goes without it: mostly the one that it is from.
   * @throws {TaskTonicError} `TT_BAD_DATA`
   */
  send(message: string | Uint8Array, except?: C): GroupCounts {
    const size = sizeOf(message);
    const before = this.counts;
    let frame: Buffer | undefined;
    for (const member of this) {
      if (member === except || !member._ttSends) continue;
      const line = lineOf(member)!;
      const limit = this.#limit ?? member._ttSettings.highWaterMark;
      if (member.unsentBytes + size > limit && member.unsentBytes > 0) this.#behind(member);
      else {
        const result = line.takesFramed ? line.sendFramed((frame ??= framed(message))) : line.send(message);
        if (result !== 'refused') this.#sent++;
      }
    }
    const { sent, skipped, closed } = this.counts;
    return { sent: sent - before.sent, skipped: skipped - before.skipped, closed: closed - before.closed };
  }

  #behind(member: C): void {
    if (!this.#closes) return void this.#skipped++;
    this.#closed++;
    member.ttsc__close(POLICY, 'it does not read what it is sent');
  }
}

function framed(message: string | Uint8Array): Buffer {
  const { kind, payload } = messageOf(message);
  return Buffer.concat(frameOf(loadWs('WebSocketGroup'), kind, payload, true).parts);
}
