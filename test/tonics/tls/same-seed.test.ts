import { expect } from 'chai';
import { TcpClient, TcpConnection, TcpServer, Tonic } from '../../../src/index.js';
import { Distiller } from '../../../src/testing/index.js';
import { Authority } from '../../support/certificates.js';

const authority = new Authority('authority', { kind: 'ed25519' });
const own = authority.issue({ kind: 'ed25519' });

class Echo extends TcpConnection {
  ttse__onData(data: Buffer): void {
    this.send(data);
  }
}
