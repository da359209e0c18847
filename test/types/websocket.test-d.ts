// What the compiler knows of WebSockets; looked at by `npm run typecheck` alone.
import { type Hears, type ShutdownInfo, TcpConnection, Tonic } from '../../src/index.js';
import {
  HttpServer,
  type Message,
  WebSocketClient,
  WebSocketConnection,
  type WebSocketDisconnectInfo,
  WebSocketGroup,
  overWebSocket,
} from '../../src/http/index.js';

export class Chat extends WebSocketConnection<'guest' | 'member'> {
  ttse_member__onMessage(message: Message): void {
    if (typeof message === 'string') message.trim();
    else message.readUInt8(0);
  }
  override ttse__onDisconnected({ closeCode, closeReason, reason, discarded }: WebSocketDisconnectInfo): void {
    const all: [number, string, string, number] = [closeCode, closeReason, reason, discarded];
    this.log.info(String(all));
  }

  ttsc__all(): void {
    this.toState('member');
    // @ts-expect-error no state of this class
    this.toState('other');
    const result: 'sent' | 'waiting' | 'refused' = this.send('text');
    this.send(new Uint8Array(1));
    // @ts-expect-error one message is one text, or bytes
    this.send(['a', 'b']);
    // @ts-expect-error no message
    this.send(7);
    // @ts-expect-error texts of a WebSocket are UTF-8
    this.send('a', 'latin1');
    this.ttsc__close(4000, result);
    // @ts-expect-error a code is a number
    this.ttsc__close('4000');
    this.request('question', this.ttse__onAnswer);
    this.reply().end('answer');
    const { url, path, query, headers } = this.handshake;
    this.log.info(`${url} ${path} ${query.get('a')} ${headers.host} ${this.subprotocol}`);
    // @ts-expect-error it was asked for: nobody changes it
    this.handshake.url = '/';
  }
  ttse__onAnswer(_answer: Message): void {}
}

export class Wrong extends WebSocketConnection {
  // @ts-expect-error a message is text or bytes
  override ttse__onMessage(_message: number): void {}
}

export class Promises extends WebSocketConnection {
  // @ts-expect-error no promise: a sparkle is over when it returns
  // eslint-disable-next-line tasktonic/sparkle-names
  override async ttse__onMessage(_message: Message): Promise<void> {}
}

export function serve(): void {
  new HttpServer({ port: 1, webSockets: { '/chat': Chat } });
  new HttpServer({ port: 1, webSockets: { '/chat': () => new Chat() } });
  new HttpServer({
    port: 1,
    webSockets: { '/chat': { protocol: Chat, origins: '*', perMessageDeflate: { level: 1 }, accept: () => 401 } },
  });
  // @ts-expect-error no class of WebSockets
  new HttpServer({ port: 1, webSockets: { '/chat': HttpServer } });
  // @ts-expect-error a path has a protocol
  new HttpServer({ port: 1, webSockets: { '/chat': { origins: '*' } } });
  // @ts-expect-error misspelt
  new HttpServer({ port: 1, webSockets: { '/chat': { protocol: Chat, maxPayLoad: 1 } } });
}

export function ask(): void {
  new WebSocketClient({ url: 'ws://x/', reconnect: true, subprotocols: ['a'] });
  new WebSocketClient({ url: 'ws://x/', protocol: Chat });
  // @ts-expect-error it has a URL
  new WebSocketClient({ host: 'x', port: 1 });
  // @ts-expect-error a port stands in the URL
  new WebSocketClient({ url: 'ws://x/', port: 1 });
}

export function tell(chat: Chat): void {
  const group = new WebSocketGroup<Chat>({ onBehind: 'close' });
  const sent: number = group.add(chat).send('all', chat).sent;
  group.send(`${sent}`);
  // @ts-expect-error one of another class
  group.add(new WebSocketConnection());
  // @ts-expect-error no message
  group.send({});
}

declare const Base: new () => object;
export class Listens extends Base implements Hears<HttpServer | WebSocketConnection> {
  ttse__onMessage(_from: Chat, _message: Message): void {}
}
export class Mistaken extends Base implements Hears<WebSocketConnection> {
  // @ts-expect-error the message comes behind the WebSocket that it is from
  ttse__onMessage(_message: number): void {}
}

class Line extends TcpConnection.with({ states: ['open'] }) {
  constructor(readonly room: string) {
    super();
  }
  ttsc__hear(_text: string): void {}
}
const LineOver = overWebSocket(Line);

/** The same class over WebSockets has its constructor and sparkles, and the handshake besides. */
export function over(): void {
  const line = new LineOver('hall');
  line.ttsc__hear('text');
  const room: string = line.room;
  const path: string = line.handshake.path;
  new HttpServer({ port: 0, webSockets: { '/': { protocol: () => new LineOver('hall') } } });
  // @ts-expect-error which room?
  new LineOver();
  // @ts-expect-error only a connection of bytes is spoken over WebSockets
  overWebSocket(Tonic);
  void [room, path];
}

export class Leaving extends Tonic {
  ttse__onShutdown({ signal, drainDelay }: ShutdownInfo): void {
    const ms: number = drainDelay;
    this.log.info(`${String(signal)} ${ms}`);
  }
}
export class WrongShutdown extends Tonic {
  // @ts-expect-error it is told what ends the app, and no text
  ttse__onShutdown(_reason: string): void {}
}
