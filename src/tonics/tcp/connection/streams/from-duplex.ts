import { Duplex, Readable, Writable } from 'node:stream';
import * as v from 'valibot';
import { fail } from '../../../../core/errors.js';
import { settingsIn, text } from '../../../../core/options/option-schema.js';
import { tonicOptions } from '../../../../core/options/tonic-options.js';
import { runAs, running } from '../../../../core/running.js';
import type { Address } from '../../../../selector/network.js';
import { DuplexChannel } from '../../../../selector/node/duplex-channel.js';
import { SelectorCatalyst } from '../../../../selector/selector-catalyst.js';
import { adopt } from '../../server/adoption.js';
import { type ConnectionOptions, connectionOptions, connectionSettings } from '../connection-options.js';
import { protocolMaker, protocolOption } from '../protocol.js';
import { TcpConnection } from '../tcp-connection.js';

export const fromDuplexSchema = v.strictObject({
  ...connectionOptions,
  /** The class of the connection, or a function that makes it. Default: TcpConnection, whose events its base hears. */
  protocol: protocolOption,
  /** What its peer is called, in errors and as the address of `remote`, such as `/dev/ttyUSB0`. Default: where the stream says that it is connected to. */
  peer: v.optional(text),
  /** Its base. Default: the Tonic whose sparkle calls this; needed where none runs. */
  base: tonicOptions.base,
});

type Given = Readonly<v.InferInput<typeof fromDuplexSchema>>;

/** Options of {@link fromDuplex}: what differs from those of every connection, and these. */
export type FromDuplexOptions<C extends TcpConnection<string> = TcpConnection<string>> = Pick<Given, 'peer' | 'base'> &
  Omit<ConnectionOptions, 'noDelay' | 'keepAlive'> & { readonly protocol?: (new () => C) | (() => C) };

/** Two streams that are one: what is read, and what is written, such as `stdout` and `stdin` of a child process. */
export interface StreamPair {
  readonly readable: Readable;
  readonly writable: Writable;
}

/**
 * Speaks a protocol over any stream of Node's: a serial port, a channel of SSH, a child process. The connection has the same life, limits, framing and drain as one of a
 * TcpServer; where those reset a connection, the stream is destroyed. Its `remote` and `local` are `undefined` where the stream has no addresses, and `peer` is not given.
 * `startTls()` is not for it: wrap the stream with `node:tls` before.
 *
 * @returns the connection. The stream is its from now on.
 * @throws {TaskTonicError} `TT_BAD_STREAM` where it is no stream of bytes that can be read and written; `TT_BAD_OPTION`, `TT_BAD_PROTOCOL`; `TT_NO_BASE` outside of sparkles
 *   without `base`; and what the constructor of the protocol throws.
 */
export function fromDuplex<C extends TcpConnection<string> = TcpConnection<string>>(
  stream: Duplex | StreamPair,
  options: FromDuplexOptions<C> = {},
): C {
  const settings = settingsIn(fromDuplexSchema, options, 'fromDuplex()');
  const make = protocolMaker(settings.protocol ?? (TcpConnection as never), 'fromDuplex()');
  const base = settings.base ?? running.tonic;
  if (base === undefined) throw fail('TT_NO_BASE', { class: 'fromDuplex()' });
  SelectorCatalyst.of(base, 'fromDuplex()');
  const one = oneOf(stream);
  const channel = new DuplexChannel(one, endsOf(one, settings.peer));
  const given = { settings: connectionSettings(settings), channel };
  try {
    return (settings.base === undefined ? adopt(given, make) : runAs(base, () => adopt(given, make))) as C;
  } catch (thrown) {
    channel.close();
    throw thrown;
  }
}

/** @throws {TaskTonicError} `TT_BAD_STREAM` */
function oneOf(stream: Duplex | StreamPair): Duplex {
  if (isDuplex(stream)) return checked(stream);
  const { readable, writable } = (stream ?? {}) as Partial<StreamPair>;
  if (!(readable instanceof Readable) || !(writable instanceof Writable))
    throw fail('TT_BAD_STREAM', { problem: 'give a Duplex, or { readable, writable } with a Readable and a Writable' });
  return checked(Duplex.from({ readable, writable }));
}

/** Streams of other copies of Node's library are no instances of this one's. */
function isDuplex(stream: unknown): stream is Duplex {
  const { write, read, on } = (stream ?? {}) as Partial<Duplex>;
  return [write, read, on].every((method) => typeof method === 'function');
}

function checked(stream: Duplex): Duplex {
  if (stream.readableObjectMode || stream.writableObjectMode)
    throw fail('TT_BAD_STREAM', { problem: 'it is a stream of objects, and must be one of bytes' });
  return stream;
}

/** What a socket says of itself, or who gave the stream. */
function endsOf(
  stream: Duplex,
  peer: string | undefined,
): { readonly local: Address | undefined; readonly remote: Address | undefined } {
  const said = stream as Partial<Record<'remoteAddress' | 'localAddress', unknown>> &
    Partial<Record<'remotePort' | 'localPort', unknown>>;
  const local = addressOf(said.localAddress, said.localPort);
  const remote = peer === undefined ? addressOf(said.remoteAddress, said.remotePort) : { address: peer, port: 0 };
  return { local, remote };
}

function addressOf(address: unknown, port: unknown): Address | undefined {
  return typeof address === 'string' && typeof port === 'number' ? { address, port } : undefined;
}
