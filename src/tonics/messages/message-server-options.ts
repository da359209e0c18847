import * as v from 'valibot';
import { callable } from '../../core/options/option-schema.js';
import type { TonicOptions } from '../../core/options/tonic-options.js';
import type { Framing } from '../../framing/framing.js';
import { framingOption } from '../../framing/framing-option.js';
import type { Address } from '../../selector/network.js';
import type { ConnectionOptions } from '../tcp/connection/connection-options.js';
import { type ListenOptions, type TcpServerOptions, serverSchema } from '../tcp/server/server-options.js';

export const messageSchema = v.strictObject({
  /** How messages lie in the stream of a connection. */
  framing: framingOption,
  /** Also takes datagrams, on the same port: `true` for those that are each one message, as bytes; or a framing, of which each datagram has whole messages. Default: TCP only. */
  datagrams: v.optional(v.union([v.literal(true), framingOption], 'must be true or a framing')),
  /** Makes the answer to a message; `undefined` for none. */
  answer: callable<() => unknown>('a function'),
});

export const messageServerSchema = v.strictObject({ ...serverSchema.entries, ...messageSchema.entries });

/**
 * Makes the answer to a message; `undefined` for none.
 *
 * @param transport what the message came by: an answer to a datagram may have to be short.
 * @param from who has sent it; a sender of datagrams may have lied about that. `undefined` for a connection that has gone.
 */
export type AnswersMessage<Message, Reply> = (
  message: Message,
  transport: 'tcp' | 'udp',
  from: Address | undefined,
) => Reply | undefined;

type NotOfMessages = 'protocol' | 'catalysts' | 'framing';

/** Options of a {@link MessageServer}: those of a TcpServer, but for `protocol` and `catalysts`. */
export type MessageServerOptions<Message = Buffer, Reply = Message> = Omit<
  TcpServerOptions,
  NotOfMessages | keyof ListenOptions
> &
  Omit<ConnectionOptions, 'framing'> &
  TonicOptions &
  ListenOptions & {
    /** How messages lie in the stream of a connection. */
    readonly framing: Framing<Message, Reply>;
    /**
     * Also takes datagrams, on the same port: `true` for those that are each one message, as bytes; or a framing, of which each datagram has
     * whole messages. Default: TCP only.
     */
    readonly datagrams?: Framing<Message, Reply> | (Buffer extends Message ? true : never) | undefined;
    readonly answer: AnswersMessage<Message, Reply>;
  };
