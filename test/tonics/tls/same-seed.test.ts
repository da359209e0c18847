import { expect } from 'chai';
import { TcpClient, TcpConnection, TcpServer, Tonic } from '../../../src/index.js';
import { Distiller } from '../../../src/testing/index.js';
import { Authority } from '../../support/certificates.js';

// Signatures of this kind are of one length, so packets are, too.
const authority = new Authority('authority', { kind: 'ed25519' });
const own = authority.issue({ kind: 'ed25519', hosts: ['server'] });
const CLIENTS = 6;

class Echo extends TcpConnection {
  ttse__onData(data: Buffer): void {
    this.send(data);
  }
}

class Caller extends TcpClient {
  #said = 0;
  ttse__onConnected(): void {
    this.#say();
  }
  ttse__onData(): void {
    if (this.#said < 20) this.#say();
    else this.ttsc__close();
  }
  override ttse__onError(): void {}
  override ttse__onDisconnected(): void {}
  #say(): void {
    this.send(`${this.name} says ${++this.#said}, `.repeat(this.#said * 10));
  }
}

class Callers extends Tonic {
  ttse__onStart(): void {
    for (let n = 1; n <= CLIENTS; n++)
      new Caller({ name: `caller ${n}`, host: 'server', port: 7, reconnect: true, tls: { ca: authority.cert } });
  }
}

async function traceOf(seed: number): Promise<string> {
  const distiller = await Distiller.start(() => void new TcpServer({ port: 7, protocol: Echo, tls: own }), {
    host: 'server',
    seed,
  });
  distiller.network.conditions({ latency: 5, jitter: 20, loss: 0.05, reset: 0.002 });
  await distiller.join(() => void new Callers(), { host: 'clients' });
  await distiller.advance('20s');
  const trace = JSON.stringify(distiller.trace);
  expect((await distiller.finish()).leftOpen).to.deep.equal([]);
  return trace;
}

describe('TLS on a simulated network', () => {
  it('does the same again with the same seed, on a network that loses and resets, and something else with another', async () => {
    const first = await traceOf(1);
    expect(first.length).to.be.greaterThan(10_000);
    expect(await traceOf(1)).to.equal(first);
    expect(await traceOf(2)).to.not.equal(first);
  });
});
