import { fail, toError } from '../../core/errors.js';
import { ofFramework } from '../../core/plan/plan.js';
import type { Framing } from '../../framing/framing.js';
import type { Address } from '../../selector/network.js';
import { showAddress } from '../socket-errors.js';
import { TcpConnection } from '../tcp/connection/tcp-connection.js';
import { UdpSocket } from '../udp/udp-socket.js';
import type { AnswersMessage } from './message-server-options.js';

/** Answers the messages of one connection, in their order. One that throws fails this connection alone. */
export class MessageConnection extends TcpConnection {
  readonly #answer: AnswersMessage<unknown, unknown>;

  constructor(answer: AnswersMessage<unknown, unknown>) {
    super();
    this.#answer = answer;
  }

  override ttse__onFrame(message: unknown): void {
    const reply = this.#answer(message, 'tcp', this.remote);
    if (reply !== undefined) this.sendFrame(reply);
  }

  /** What came is no message, or the socket is broken: who waits for an answer would take the next one for it. */
  override ttse__onError(error: Error): void {
    this.log.debug(`closes, since ${error.message}`);
    // Before the next message, which is not to be answered.
    this.raise.ttsc__close();
  }
}
ofFramework(MessageConnection);

/** Where the datagrams of a server come. */
export interface MessagePlace {
  readonly host: string;
  readonly port: number;
  readonly ipv6Only: boolean;
  /** What each datagram has; `undefined` where it is one message. */
  readonly framing: Framing<unknown> | undefined;
}

/** Answers datagrams. One whose answer throws is told, and the others go on: anybody may have sent it. */
export class MessageSocket extends UdpSocket {
  readonly #answer: AnswersMessage<unknown, unknown>;
  readonly #admits: (from: Address) => boolean;

  constructor(
    { framing, ...place }: MessagePlace,
    answer: AnswersMessage<unknown, unknown>,
    admits: (from: Address) => boolean,
  ) {
    super({ ...place, ...(framing !== undefined && { framing }) });
    this.#answer = answer;
    this.#admits = admits;
  }

  override ttse__onDatagram(message: Buffer, from: Address): void {
    const reply = this.#replyTo(message, from);
    if (reply !== undefined) this.send(reply as Buffer, from);
  }

  override ttse__onFrame(message: unknown, from: Address): void {
    const reply = this.#replyTo(message, from);
    if (reply !== undefined) this.sendFrame(reply, from);
  }

  #replyTo(message: unknown, from: Address): unknown {
    if (!this.#admits(from)) return undefined;
    try {
      return this.#answer(message, 'udp', from);
    } catch (thrown) {
      const address = showAddress(from.address, from.port, from.family);
      this._ttReport(fail('TT_ANSWER_FAILED', { address }, toError(thrown)));
      return undefined;
    }
  }
}
ofFramework(MessageSocket);
