import type * as v from 'valibot';
import { checkOptionsOf, takesOptions } from '../../core/options/class-options.js';
import { badOption } from '../../core/options/option-problem.js';
import { settingsIn } from '../../core/options/option-schema.js';
import { ofFramework } from '../../core/plan/plan.js';
import type { Address } from '../../selector/network.js';
import { AddressList } from '../address-list.js';
import { type ListenInfo, TcpServer, type TcpServerOptions } from '../tcp/server/tcp-server.js';
import type { UdpTraffic } from '../udp/udp-socket.js';
import { type MessageServerOptions, messageSchema, messageServerSchema } from './message-server-options.js';
import { MessageConnection, MessageSocket } from './message-socket.js';

/**
 * A protocol in which each message has one answer, over TCP and, with `datagrams`, over UDP on the same port: DNS, SIP, Modbus. One function makes the
 * answers.
 *
 * ```ts
 * new MessageServer({ port: 53, framing: lengthPrefixed({ bytes: 2 }), datagrams: true, answer: (question) => answerTo(question) });
 * ```
 *
 * It is a TcpServer, with its options, events and counts. `onListening` is told once for TCP, and then for UDP; with port 0 both have the
 * port that TCP was given. Bytes that the framing refuses close their connection, and a datagram that it refuses is dropped.
 *
 * @typeParam Message what is answered: what `framing` decodes.
 * @typeParam Reply the answer.
 */
export class MessageServer<Message = Buffer, Reply = Message, State extends string = never> extends TcpServer<State> {
  /** What its options must look like. */
  static override readonly optionsSchema: v.GenericSchema = messageServerSchema;
  readonly #settings: v.InferOutput<typeof messageSchema>;
  readonly #ipv6Only: boolean;
  readonly #allow: AddressList | undefined;
  readonly #deny: AddressList | undefined;
  #socket: MessageSocket | undefined = undefined;

  /** @throws {TaskTonicError} as a TcpServer. */
  constructor(options: MessageServerOptions<Message, Reply>) {
    const { name } = new.target;
    checkOptionsOf(new.target, options);
    const settings = settingsIn(messageSchema, options, name);
    for (const option of ['protocol', 'catalysts'] as const)
      if (option in options) throw badOption(name, option, 'it is for a TcpServer, and not for one of messages');
    const protocol = (): MessageConnection => new MessageConnection(options.answer as never);
    super({ ...(options as unknown as TcpServerOptions), protocol });
    const { ipv6Only = false, allow, deny } = options;
    this.#settings = settings;
    this.#ipv6Only = ipv6Only;
    this.#allow = allow && new AddressList(allow);
    this.#deny = deny && new AddressList(deny);
  }

  /** What has passed as datagrams; `undefined` where it takes none, or does not yet. */
  get datagrams(): UdpTraffic | undefined {
    return this.#socket?.traffic;
  }

  /** @internal TCP listens first: where the port was left open, UDP takes the same one. */
  override _ttListens(info: ListenInfo): void {
    super._ttListens(info);
    if (this.#settings.datagrams !== undefined && info.family !== 'UNIX') this._ttss__receiveDatagrams(info);
  }

  /** @internal */
  _ttss__receiveDatagrams({ address: host, port }: ListenInfo): void {
    if (!this._ttMayInfuse) return;
    const { datagrams, answer } = this.#settings;
    const framing = datagrams === true ? undefined : datagrams;
    const place = { host, port, ipv6Only: this.#ipv6Only, framing };
    this.#socket = new MessageSocket(place, answer as never, (from) => this.#admits(from));
  }

  /** Turns new connections away, and drops datagrams, until `ttsc__resume`. */
  override ttsc__pause(): void {
    super.ttsc__pause();
    this.#socket?.ttsc__pause();
  }

  /** Takes new connections and datagrams again. */
  override ttsc__resume(): void {
    super.ttsc__resume();
    this.#socket?.ttsc__resume();
  }

  #admits(from: Address): boolean {
    return this.#deny?.has(from) !== true && this.#allow?.has(from) !== false;
  }
}
ofFramework(MessageServer);
takesOptions(MessageServer, messageServerSchema);
