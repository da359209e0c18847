/* eslint-disable tasktonic/sparkle-names -- the mistakes are the point */
// Checked by `tsc -p tsconfig.json`, never run: what the compiler must refuse stands under @ts-expect-error, and all else
// must pass.
import {
  type Address,
  type Hears,
  type ListenInfo,
  type PeerTurnedAway,
  type SessionEnd,
  TcpConnection,
  TcpServer,
  Tonic,
  UdpServer,
  UdpSession,
  UdpSocket,
  type UnansweredInfo,
} from '../../src/index.js';
import { lines } from '../../src/framing/index.js';

class Game extends UdpSession.with({ states: ['lobby', 'play'], framing: lines() }) {
  readonly points = 0;
  ttse__onStart(): void {
    this.toState('play');
    // @ts-expect-error: no state of it
    this.toState('pause');
  }
  ttse_play__onFrame(line: string): void {
    this.sendFrame(line);
    this.send(Buffer.from(line));
    // @ts-expect-error: lines are texts
    this.sendFrame(7);
    // @ts-expect-error: a session has one peer
    this.send(line, { address: '127.0.0.1', port: 7 });
    this.setIdleTimeout(false);
    // @ts-expect-error: a number of ms
    this.setIdleTimeout('1s');
    this.setResend({ timeout: 500, factor: 1, tries: 3, spread: 0, maxTimeout: 1_000 });
    // @ts-expect-error: no such option
    this.setResend({ retries: 3 });
    this.sendUntilAnswered(1, line);
    this.sendFrameUntilAnswered('key', line);
    // @ts-expect-error: lines are texts
    this.sendFrameUntilAnswered(1, 7);
    // @ts-expect-error: what is its answer known by?
    this.sendUntilAnswered(Buffer.from(line));
    // @ts-expect-error: a session has one peer
    this.sendUntilAnswered(1, line, { address: '127.0.0.1', port: 7 });
    const waited: boolean = this.answered(1);
    void waited;
  }
}

class Asker extends UdpSocket.with({ framing: lines() }) {
  ttse__onListening(): void {
    this.sendUntilAnswered(1, 'x', { address: '127.0.0.1', port: 7 });
    this.sendFrameUntilAnswered(1, 'x', { address: '127.0.0.1', port: 7 });
    // @ts-expect-error: an address is an object
    this.sendUntilAnswered(1, 'x', '127.0.0.1');
  }
  override ttse__onUnanswered({ key, tries, to }: UnansweredInfo): void {
    const words: [string | number, number, Address | undefined] = [key, tries, to];
    void words;
  }
}

class Bad extends UdpSession {
  // @ts-expect-error: it is told what was not answered
  ttse__onUnanswered(_key: number): void {}
  // @ts-expect-error: a Buffer comes
  ttse__onData(_data: string): void {}
  // @ts-expect-error: an async one does not compile
  async ttse__onDrain(): Promise<void> {}
}

class Stream extends TcpConnection {}

export function servers(): void {
  new UdpServer();
  new UdpServer({ port: 7, protocol: Game, idleTimeout: false, maxPeers: 10, whenFull: 'dropIdlest' });
  new UdpServer({ protocol: () => new Game() });
  new UdpServer({ systemd: 'game', socketPerAddress: false });
  // @ts-expect-error: it speaks TCP
  new UdpServer({ protocol: Stream });
  // @ts-expect-error: it makes no session
  new UdpServer({ protocol: () => new Stream() });
  // @ts-expect-error: it is a socket of its own
  new UdpServer({ protocol: UdpSocket });
  // @ts-expect-error: it speaks UDP
  new TcpServer({ port: 0, protocol: Game });
  // @ts-expect-error: no such policy
  new UdpServer({ whenFull: 'drop' });
  // @ts-expect-error: a server has many peers
  new UdpServer({ remote: { host: '127.0.0.1', port: 7 } });
}

export class Room extends Tonic implements Hears<UdpServer> {
  ttse__onListening(_info: ListenInfo): void {}
  /** Its own protocol class. */
  ttse__onConnected(session: Game): void {
    session.ttsc__send(String(session.points));
  }
  ttse__onDisconnected(_session: Game, { reason }: SessionEnd): void {
    // @ts-expect-error: no such reason
    if (reason === 'peerReset') this.ttsc__finish();
  }
  ttse__onTurnedAway(_server: UdpServer, { reason }: PeerTurnedAway): void {
    if (reason === 'maxPeers') this.ttsc__finish();
  }
}

export class Wrong extends Tonic implements Hears<UdpServer> {
  // @ts-expect-error: the session comes first
  ttse__onData(_data: Buffer): void {}
}

export class Hearing extends Tonic implements Hears<UdpSocket> {
  ttse__onUnanswered(_socket: UdpSocket, { key }: UnansweredInfo): void {
    this.log.info(String(key));
  }
}

export const kept = [Bad, Asker];
