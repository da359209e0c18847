import { type AnyTonic, type InfusionFailure, type ListenInfo, TcpConnection, Tonic } from '../../src/index.js';
import { Heard, inside } from './heard.js';

/** A base that hears every event of the sockets it infuses, and writes it down. */
export class EventRecorder extends Tonic {
  readonly heard = new Heard();

  constructor(private readonly begin: (ear: EventRecorder) => void = () => {}) {
    super({ name: 'ear' });
  }

  ttse__onStart(): void {
    this.begin(this);
  }
  /** Runs `body` in a sparkle of this Tonic. */
  ttsc__do(body: (ear: EventRecorder) => void): void {
    body(this);
  }
  ttse__onListening(info: ListenInfo): void {
    this.heard.push('onListening', info);
  }
  ttse__onConnected(...args: unknown[]): void {
    this.heard.push('onConnected', ...args);
  }
  ttse__onData(...args: unknown[]): void {
    this.heard.push('onData', ...args);
  }
  ttse__onDatagram(...args: unknown[]): void {
    this.heard.push('onDatagram', ...args);
  }
  ttse__onDrain(...args: unknown[]): void {
    this.heard.push('onDrain', ...args);
  }
  ttse__onHighWater(...args: unknown[]): void {
    this.heard.push('onHighWater', ...args);
  }
  ttse__onRelayEnded(...args: unknown[]): void {
    this.heard.push('onRelayEnded', ...args);
  }
  ttse__onEnd(...args: unknown[]): void {
    this.heard.push('onEnd', ...args);
  }
  ttse__onDisconnected(...args: unknown[]): void {
    this.heard.push('onDisconnected', ...args);
  }
  ttse__onError(...args: unknown[]): void {
    this.heard.push('onError', ...args);
  }
  ttse__onTurnedAway(...args: unknown[]): void {
    this.heard.push('onTurnedAway', ...args);
  }
  ttse__onInfusionFailed(failure: InfusionFailure): void {
    this.heard.push('onInfusionFailed', failure);
  }
  ttse__onInfusionFinished({ tonic }: { tonic: AnyTonic }): void {
    this.heard.push('onInfusionFinished', tonic);
  }
}

/** A protocol that writes every event of its own down, in a list that the test holds, and does what it is told. */
export class Recorder<State extends string = never> extends TcpConnection<State> {
  readonly heard = new Heard();

  ttsc__do(body: (connection: this) => void): void {
    body(this);
  }
  /** Runs `body` in a sparkle of this connection, and waits for it. */
  async inside<T>(body: (connection: this) => T): Promise<T> {
    return inside(this, body);
  }
  /** `send()`, for those who are not it. */
  say(...data: Parameters<TcpConnection['ttsc__send']>): ReturnType<TcpConnection['send']> {
    return this.send(...data);
  }
  ttse__onConnected(): void {
    this.heard.push('onConnected');
  }
  ttse__onData(data: Buffer): void {
    this.heard.push('onData', data);
  }
  ttse__onDrain(): void {
    this.heard.push('onDrain');
  }
  ttse__onHighWater(unsent: number): void {
    this.heard.push('onHighWater', unsent);
  }
  ttse__onEnd(): void {
    this.heard.push('onEnd');
  }
  ttse__onDisconnected(info: unknown): void {
    this.heard.push('onDisconnected', info);
  }
  ttse__onError(error: unknown): void {
    this.heard.push('onError', error);
  }
  ttse__onFinished(): void {
    this.heard.push('onFinished');
  }

  /** All that was received so far. */
  get text(): string {
    return this.heard
      .all('onData')
      .map(([data]) => String(data))
      .join('');
  }
}
