// Checked by `tsc -p tsconfig.json`, never run: what the compiler must refuse stands under @ts-expect-error, and all else
// must pass.
import { type Duplex, PassThrough, Readable, Writable } from 'node:stream';
import {
  type Answer,
  Formula,
  type FrameIteratorOptions,
  type FromDuplexOptions,
  type RelayEnd,
  type RunResult,
  TcpClient,
  TcpConnection,
  Tonic,
  type UdpSocket,
  fromDuplex,
  relay,
} from '../../src/index.js';
import { jsonLines, lines } from '../../src/framing/index.js';
import { type WebSocketClient, WebSocketConnection, overWebSocket } from '../../src/http/index.js';

interface Price {
  readonly price: number;
}

class Lines extends TcpConnection.with({ states: ['a', 'b'], framing: lines() }) {}
class Prices extends TcpClient.with({ framing: jsonLines<Price>() }) {}
class Named extends TcpConnection {
  constructor(readonly word: string) {
    super();
  }
}
class Gate extends WebSocketConnection<'open'> {}
class Over extends overWebSocket(Lines) {}

declare const stream: Duplex;
declare const connection: TcpConnection;
declare const named: Lines;
declare const prices: Prices;
declare const gate: Gate;
declare const caller: WebSocketClient;
declare const over: Over;
declare const socket: UdpSocket;

// ---- toDuplex() ----

export const duplex: Duplex = named.toDuplex();
// @ts-expect-error it takes nothing: options of the stream are those of the connection
connection.toDuplex({ highWaterMark: 5 });
// @ts-expect-error a UDP socket has no stream
socket.toDuplex();
// @ts-expect-error it is a stream of Node's, not one of the web
export const web: ReadableStream = connection.toDuplex();

// ---- frames() ----

export async function read(): Promise<void> {
  for await (const line of named.frames()) line.toUpperCase();
  for await (const { price } of prices.frames({ limit: 5 })) price.toFixed();
  // @ts-expect-error a frame of lines is a text
  for await (const line of named.frames()) line.toFixed();
  // @ts-expect-error it has no such option
  named.frames({ most: 5 });
  // @ts-expect-error a number of frames
  named.frames({ limit: '5' });
}
export const limit: FrameIteratorOptions = {};

// ---- fromDuplex() ----

export const plain: TcpConnection<string> = fromDuplex(stream);
export const ofLines: Lines = fromDuplex(stream, { protocol: Lines, peer: '/dev/ttyUSB0', idleTimeout: 5_000 });
export const ofName: Named = fromDuplex(new PassThrough(), { protocol: () => new Named('a'), base: named });
fromDuplex({ readable: new Readable(), writable: new Writable() }, { framing: lines() });
export const options: FromDuplexOptions<Lines> = { protocol: Lines };

// @ts-expect-error it can be read, and not written
fromDuplex(new Readable());
// @ts-expect-error one half is missing
fromDuplex({ readable: new Readable() });
// @ts-expect-error the halves are mixed up
fromDuplex({ readable: new Writable(), writable: new Readable() });
// @ts-expect-error its constructor wants a word: give a function
fromDuplex(stream, { protocol: Named });
// @ts-expect-error a Tonic that is no connection
fromDuplex(stream, { protocol: Tonic });
// @ts-expect-error an option of TCP alone
fromDuplex(stream, { noDelay: true });
// @ts-expect-error a stream has no port
fromDuplex(stream, { port: 5 });
// @ts-expect-error a name
fromDuplex(stream, { peer: 5 });

// ---- relay() ----

export const nothing: void = relay(connection, prices);
relay(named, gate);
relay(caller, over);
// @ts-expect-error it joins two
relay(connection);
// @ts-expect-error a stream is to be made a connection before, by fromDuplex()
relay(connection, stream);
// @ts-expect-error datagrams are no stream
relay(connection, socket);
// @ts-expect-error each of the two has its own options
relay(connection, prices, { highWaterMark: 5 });

export class Visitor extends TcpConnection {
  override ttse__onRelayEnded({ other, toOther, reason }: RelayEnd): void {
    this.log.info({ other: other.name, bytes: toOther + 1, reason });
    // @ts-expect-error no such reason
    this.log.info(reason === 'bored');
  }
}
export class Deaf extends TcpConnection {
  // @ts-expect-error it is given the end
  override ttse__onRelayEnded(bytes: number): void {
    this.log.info(String(bytes));
  }
}

// ---- An AbortSignal ----

class Bank extends Tonic {
  ttsc__balance(_of: string, _answer: Answer<number>): void {}
}
class App extends Formula {
  constructor(readonly port: number) {
    super();
  }
  creatingStartingTonics(): void {}
}

export class Asks extends Tonic {
  ttsc__go(bank: Bank, signal: AbortSignal): void {
    this.pipe(Promise.resolve(5), this.ttse__onNumber, this.ttse__onFailed, { signal });
    this.ask(bank, { signal }).ttsc__balance('mine').then(this.ttse__onNumber, this.ttse__onFailed);
    new TcpClient({ port: 5, signal });
    // @ts-expect-error a controller is not its signal
    this.ask(bank, { signal: new AbortController() });
    // @ts-expect-error a controller is not its signal
    this.pipe(Promise.resolve(5), this.ttse__onNumber, this.ttse__onFailed, { signal: new AbortController() });
    // @ts-expect-error a signal of processes is another thing
    new TcpClient({ port: 5, signal: 'SIGTERM' });
    // @ts-expect-error a controller is not its signal
    new TcpClient({ port: 5, signal: new AbortController() });
  }
  ttse__onNumber(_: number): void {}
  ttse__onFailed(_: unknown): void {}
}

export async function run(signal: AbortSignal): Promise<void> {
  const result: RunResult = await App.run(5, { signal });
  result.exitCode.toFixed();
  await App.run(5);
  // @ts-expect-error a controller is not its signal
  await App.run(5, { signal: new AbortController() });
  // @ts-expect-error what the constructor takes comes first
  await App.run({ signal });
  // @ts-expect-error no such option
  await App.run(5, { abort: signal });
}
