import {
  type Hears,
  type ListenInfo,
  type TcpConnection,
  TcpServer,
  type TcpServerOptions,
  Tonic,
  type TonicOptions,
} from 'tasktonic';
import type { Serving } from './serving.js';

/** A Tonic that is served at places, each with a TcpServer of its own, and that tells where. */
export abstract class Served extends Tonic implements Hears<TcpServer> {
  /** What each of its servers may take. */
  protected readonly limits: Pick<
    TcpServerOptions,
    'maxConnections' | 'idleTimeout' | 'frameTimeout' | 'highWaterMark'
  > = {};

  /** @param what is served, in the log. */
  constructor(
    protected readonly places: readonly Serving[],
    protected readonly what: string,
    options?: TonicOptions,
  ) {
    super(options);
  }

  /** Who speaks with one that comes. */
  protected abstract connection(place: Serving): TcpConnection;

  ttse__onStart(): void {
    for (const place of this.places)
      new TcpServer({ ...place, ...this.limits, protocol: () => this.connection(place) });
  }

  ttse__onListening({ address, port }: ListenInfo): void {
    this.log.info({ port }, `${this.what} on ${address} port ${port}`);
  }
}
