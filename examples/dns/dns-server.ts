import { type Address, type ListenInfo, TcpConnection, UdpSocket, type UdpSocketOptions } from 'tasktonic';
import { lengthPrefixed } from 'tasktonic/framing';
import { Served } from '../shared/served.js';
import type { Serving } from '../shared/serving.js';
import { answer } from './answer.js';
import type { Zone } from './zone.js';

const framing = lengthPrefixed({ bytes: 2, max: 65_535, onTooLong: 'close' });

/** A client that asks over TCP. */
export class DnsConnection extends TcpConnection.with({ framing }) {
  constructor(protected readonly zone: Zone) {
    super();
  }

  ttse__onFrame(message: Buffer): void {
    const reply = answer(this.zone, message, false);
    if (reply === undefined) this.ttsc__close();
    else this.sendFrame(reply);
  }
}

class DnsSocket extends UdpSocket {
  constructor(
    private readonly zone: Zone,
    options: UdpSocketOptions,
  ) {
    super(options);
  }

  ttse__onDatagram(message: Buffer, from: Address): void {
    const reply = answer(this.zone, message, true);
    if (reply !== undefined) this.send(reply, from);
  }
}

/** Answers for a zone over TCP, and over UDP on the same port. */
export class DnsServer extends Served {
  protected override readonly limits = { idleTimeout: 10_000, maxConnections: 1_000 };

  constructor(
    protected readonly zone: Zone,
    places: readonly Serving[],
  ) {
    super(places, 'DNS');
  }

  protected connection(): DnsConnection {
    return new DnsConnection(this.zone);
  }

  /** TCP listens first: where the port was left open (0), UDP takes the same one. */
  override ttse__onListening({ transport, address, port }: ListenInfo): void {
    if (transport === 'tcp') new DnsSocket(this.zone, { host: address, port });
  }
}
