import dns from 'node:dns';
import { expect } from 'chai';
import { type Network, type SrvRecord, nodeNetwork } from '../../src/index.js';
import { VirtualBench } from '../support/bench.js';

interface Stage {
  readonly network: Network;
  /** Lets what is under way come. */
  pass(): Promise<void>;
  over(): void;
}

const RECORDS = [
  { name: 'a.example', port: 6379, priority: 0, weight: 1 },
  { name: 'b.example', port: 6380, priority: 10, weight: 5 },
];
const FOUND = ['fd00::1', '10.1.0.1', 'fd00::2', '10.1.0.2'];

/** A host of a simulated network with another one, that has these addresses. */
const simulated = (): Stage => {
  const bench = new VirtualBench();
  const { network } = bench;
  network.host('several.example', { address: FOUND });
  network.srv('_redis._tcp.example', RECORDS);
  return { network: network.host('here'), over() {}, pass: async () => bench.pass(10) };
};

/** This machine, whose system knows a name more. */
const node = (): Stage => {
  const { lookup, resolveSrv } = dns;
  const own = (host: string, options: dns.LookupAllOptions, done: (...answer: unknown[]) => void): void => {
    if (host !== 'several.example') return lookup(host, options, done);
    expect([options.all, options.order], 'asked for all, as they are').to.deep.equal([true, 'verbatim']);
    const all = FOUND.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
    return void setImmediate(() =>
      done(
        null,
        all.filter(({ family }) => [0, family].includes(options.family as number)),
      ),
    );
  };
  dns.lookup = own as unknown as typeof dns.lookup;
  const services = (name: string, done: (...answer: unknown[]) => void): void =>
    void setImmediate(() => {
      if (name === '_redis._tcp.example') done(null, RECORDS);
      else done(Object.assign(new Error('querySrv ENOTFOUND'), { code: 'ENOTFOUND' }));
    });
  dns.resolveSrv = services as unknown as typeof dns.resolveSrv;
  return {
    network: nodeNetwork,
    over: () => {
      dns.lookup = lookup;
      dns.resolveSrv = resolveSrv;
    },
    pass: async () => {},
  };
};

for (const [name, stage] of [
  ['a simulated host', simulated],
  ['this machine', node],
] as const) {
  describe(`a look-up of ${name}`, () => {
    let network: Network;
    let pass: Stage['pass'];
    let over: Stage['over'];
    before(() => void ({ network, pass, over } = stage()));
    after(() => over());

    const ask = async (host: string, family: 0 | 4 | 6 = 0): Promise<{ code: unknown; found: readonly string[] }> => {
      let answered = false;
      return new Promise((resolve, reject) => {
        network.lookup(host, family, (error, found) => {
          answered = true;
          resolve({ code: (error as NodeJS.ErrnoException | undefined)?.code, found });
        });
        if (answered) reject(new Error('it was answered within the call'));
        pass().catch(reject);
      });
    };

    const records = async (name: string): Promise<{ code: unknown; found: readonly SrvRecord[] }> =>
      new Promise((resolve, reject) => {
        network.lookupSrv(name, (error, found) =>
          resolve({ code: (error as NodeJS.ErrnoException | undefined)?.code, found }),
        );
        pass().catch(reject);
      });

    it('finds all addresses of a name, in the order of the system', async () => {
      expect(await ask('several.example')).to.deep.equal({ code: undefined, found: FOUND });
    });
    it('finds those of one family', async () => {
      expect((await ask('several.example', 4)).found).to.deep.equal(['10.1.0.1', '10.1.0.2']);
      expect((await ask('several.example', 6)).found).to.deep.equal(['fd00::1', 'fd00::2']);
    });
    it('gives a numeric host as its own answer, whatever the family', async () => {
      for (const family of [0, 4, 6] as const) {
        expect(await ask('10.9.9.9', family)).to.deep.equal({ code: undefined, found: ['10.9.9.9'] });
        expect((await ask('fd00::9', family)).found).to.deep.equal(['fd00::9']);
      }
    });
    it('fails where nobody has the name', async () => {
      const { code, found } = await ask('nobody.invalid');
      // A machine without a name service says EAI_AGAIN.
      expect(code).to.be.oneOf(['ENOTFOUND', 'EAI_AGAIN']);
      expect(found).to.deep.equal([]);
    });
    it('finds the SRV records of a service', async () => {
      expect(await records('_redis._tcp.example')).to.deep.equal({ code: undefined, found: RECORDS });
      expect((await records('_none._tcp.invalid')).found).to.deep.equal([]);
    });
    it('is not answered after it was ended', async () => {
      const ends = [
        network.lookup('several.example', 0, () => expect.fail('it was answered')),
        network.lookup('10.9.9.9', 0, () => expect.fail('it was answered')),
        network.lookupSrv('_redis._tcp.example', () => expect.fail('it was answered')),
      ];
      for (const end of ends) end();
      // What was asked later is answered later.
      await ask('10.9.9.9');
      await ask('several.example');
      for (const end of ends) end();
    });
  });
}
