import { expect } from 'chai';
import { Formula, SelectorCatalyst, TcpClient, TcpConnection, TcpServer } from '../../../src/index.js';
import {
  Distiller,
  explore,
  type Fault,
  SimulatedNetwork,
  type SimulatedNetworkOptions,
} from '../../../src/testing/index.js';
import { expectRejection } from '../../support/errors.js';

/** Takes what comes at once for a whole message: which is so until a stream is cut. */
class Hasty extends TcpConnection {
  ttse__onData(data: Buffer): void {
    this.send(`[${String(data)}]`);
  }
}

class Asking extends TcpClient {
  answer = '';
  ttse__onConnected(): void {
    this.send('hello');
  }
  ttse__onData(data: Buffer): void {
    this.answer += String(data);
  }
}

class ServerFormula extends Formula {
  protected override creatingMainCatalyst(): SelectorCatalyst {
    return new SelectorCatalyst();
  }
  protected override creatingStartingTonics(): void {
    new TcpServer({ port: 80, protocol: Hasty });
  }
}

/** Takes the length of a frame from its first two bytes, and forgets one that comes alone. */
class HalfReading extends TcpConnection {
  ttse__onData(data: Buffer): void {
    if (data.length >= 2) this.send(data);
  }
}

class HalfReadingFormula extends ServerFormula {
  protected override creatingStartingTonics(): void {
    new TcpServer({ port: 80, protocol: HalfReading });
  }
}

class ClientFormula extends Formula {
  protected override creatingMainCatalyst(): SelectorCatalyst {
    return new SelectorCatalyst();
  }
  protected override creatingStartingTonics(): void {
    new Asking({ host: 'server', port: 80, name: 'asking' });
  }
}

/** A network whose links lose packets and cut streams by chance. */
const bad = (parts: Pick<SimulatedNetworkOptions, 'clock' | 'random' | 'inject'>): SimulatedNetwork =>
  new SimulatedNetwork(parts).conditions({ latency: 5, jitter: 2, loss: 0.05, split: 'random' });

/** One that cuts streams by chance, and does nothing else. */
const cutting = (parts: Pick<SimulatedNetworkOptions, 'clock' | 'random' | 'inject'>): SimulatedNetwork =>
  new SimulatedNetwork(parts).conditions({ split: 'random' });

const conversation = async (distiller: Distiller): Promise<string> => {
  const client = await distiller.join(ClientFormula, { host: 'client' });
  await distiller.advance('1m');
  return (client.find('asking') as Asking).answer;
};

describe('the simulated network under a Distiller', () => {
  it('is the network of each app from its own host', async () => {
    const distiller = await Distiller.start(ServerFormula, {
      host: 'server',
      network: (parts) => new SimulatedNetwork(parts),
    });
    expect(await conversation(distiller)).to.equal('[hello]');
    await distiller.finish();
  });

  for (const seed of [1, 100, 200, 300, 400]) {
    it(`lets explore() find a protocol that takes a piece for a message, and blame one cut alone, from seed ${seed} on`, async () => {
      const { details } = await expectRejection(
        explore({ runs: 50, seed, app: ServerFormula, host: 'server', network: bad }, async (distiller) => {
          expect(await conversation(distiller)).to.equal('[hello]');
        }),
        'TT_EXPLORE_FAILED',
      );
      expect((details['faults'] as Fault[]).map(({ kind }) => kind)).to.deep.equal(['split']);
    });
  }

  for (const seed of [1, 1_000, 2_000]) {
    it(`lets explore() find a header of two bytes that was read by halves, within 20 runs from seed ${seed} on`, async () => {
      const { details } = await expectRejection(
        explore({ runs: 20, seed, app: HalfReadingFormula, host: 'server', network: cutting }, async (distiller) => {
          expect(await conversation(distiller)).to.match(/^h/);
        }),
        'TT_EXPLORE_FAILED',
      );
      expect((details['faults'] as Fault[]).map(({ kind }) => kind)).to.deep.equal(['split']);
    });
  }
});
