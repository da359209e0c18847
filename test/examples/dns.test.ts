import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { type Answer, type DecodedPacket, type Packet, decode, encode, streamEncode } from 'dns-packet';
import { type ListenInfo, type ListenOptions, MessageServer, TcpClient } from 'tasktonic';
import { custom, lengthPrefixed } from 'tasktonic/framing';
import { type Distiller, type Fault, explore } from 'tasktonic/testing';
import { answer } from '../../examples/dns/answer.js';
import { DnsServer } from '../../examples/dns/dns-server.js';
import { Zone } from '../../examples/dns/zone.js';
import { readZone } from '../../examples/dns/zone-file.js';
import { onRealSockets } from '../support/stage.js';
import { Served, needsProgram, printed } from './support/real-client.js';

const TEXT = readFileSync(new URL('../../examples/dns/example.zone', import.meta.url), 'utf8');
const HEAD = '$ORIGIN a.\n@ 60 SOA m r 1 2 3 4 5\n';

describe('a zone file', () => {
  const zone = readZone(TEXT);
  const of = (name: string, type: string): unknown[] =>
    zone
      .filter((record) => record.name === name && record.type === type)
      .map((record) => (record as { data: unknown }).data);

  it('gives records with whole names and times in seconds', () => {
    expect(of('example.org', 'SOA')).to.deep.equal([
      {
        mname: 'ns1.example.org',
        rname: 'admin.example.org',
        serial: 2_026_112_701,
        refresh: 7_200,
        retry: 1_800,
        expire: 1_209_600,
        minimum: 300,
      },
    ]);
    expect(of('example.org', 'NS')).to.deep.equal(['ns1.example.org', 'ns2.example.org']);
    expect((of('example.org', 'TXT')[0] as unknown[]).map(String)).to.deep.equal([
      'v=spf1 mx -all',
      'a text; with a semicolon',
    ]);
    expect(of('_sip._tcp.example.org', 'SRV')).to.deep.equal([
      { priority: 10, weight: 60, port: 5_060, target: 'mail.example.org' },
    ]);
    expect(of('1.2.0.192.in-addr.example.org', 'PTR')).to.deep.equal(['example.org']);
    expect((zone.find(({ name }) => name === 'mail.example.org') as { ttl?: number }).ttl).to.equal(300);
  });

  for (const [line, problem] of [
    ['x A 1.2.3', /^line 3 of the zone: /],
    ['x A', 'A has 0 fields'],
    ['x MX ten mail', 'ten is no whole number'],
    ['x HINFO a b', 'HINFO'],
    ['x..y A 1.2.3.4', 'x..y is no name'],
    [`${'x'.repeat(64)} A 1.2.3.4`, 'is no name'],
    ['$INCLUDE other', '$INCLUDE is not known'],
    ['$TTL soon', 'soon is no time'],
    ['x TXT ( a', 'a parenthesis has no end'],
  ] as const) {
    it(`with ${line.slice(0, 20)} is refused, with the line`, () => {
      expect(() => readZone(`${HEAD}${line}\n`))
        .to.throw(problem)
        .with.property('message')
        .that.includes('line 3');
    });
  }

  it('refuses a number that is larger than its field', () => {
    expect(() => readZone(`${HEAD}x MX 65536 m`)).to.throw(/^line 3 of the zone: /);
  });

  it('without a SOA record, or with names outside of it, is no zone', () => {
    expect(() => new Zone(readZone('a. A 1.2.3.4'))).to.throw('no SOA');
    expect(() => new Zone(readZone(`${HEAD}b. A 1.2.3.4`))).to.throw('b is not in the zone a');
  });
});

describe('the answers of the DNS server', () => {
  const zone = new Zone(readZone(TEXT));
  const ask = (name: string, type: string, more: Packet = {}, isDatagram = true): DecodedPacket & { bytes: number } => {
    const query = encode({ type: 'query', id: 7, questions: [{ name, type: type as 'A' }], ...more });
    const bytes = answer(zone, query, isDatagram)!;
    return { ...decode(bytes), bytes: bytes.length };
  };
  const brief = (records: readonly Answer[] = []): string[] =>
    records.map((record) => `${record.name} ${record.type} ${JSON.stringify((record as { data?: unknown }).data)}`);
  const rcodeOf = (packet: Packet): number => (packet.flags ?? 0) & 15;

  it('follow aliases, and repeat the question in its own case', () => {
    expect(brief(ask('wWw.example.org', 'AAAA').answers)).to.deep.equal([
      'www.example.org CNAME "example.org"',
      'example.org AAAA "2001:db8::1"',
    ]);
    expect(ask('wWw.example.org', 'A').questions?.[0]?.name).to.equal('wWw.example.org');
    expect(brief(ask('away.example.org', 'A').answers)).to.deep.equal(['away.example.org CNAME "www.example.com"']);
  });

  it('bring the addresses of those that are named', () => {
    expect(brief(ask('example.org', 'MX').additionals)).to.deep.equal(['mail.example.org A "192.0.2.25"']);
  });

  it('take a wildcard for any name below, and for none that exists', () => {
    expect(brief(ask('a.b.dyn.example.org', 'A').answers)).to.deep.equal(['a.b.dyn.example.org A "192.0.2.99"']);
    expect([rcodeOf(ask('dyn.example.org', 'A')), ask('dyn.example.org', 'A').answers]).to.deep.equal([0, []]);
  });

  it('come from a zone of all names, too', () => {
    const root = new Zone(readZone('. 60 SOA m. r. 1 2 3 4 5\nx. A 192.0.2.1\n*.y. A 192.0.2.2'));
    expect(root.find('.', 'SOA').answers).to.have.length(1);
    expect(brief(root.find('X', 'A').answers)).to.deep.equal(['x A "192.0.2.1"']);
    expect(brief(root.find('a.y', 'A').answers)).to.deep.equal(['a.y A "192.0.2.2"']);
    expect(root.find('b.x', 'A').flags & 15).to.equal(3);
  });

  it('end a chain of aliases that leads to itself', () => {
    const circle = new Zone(readZone(`${HEAD}x CNAME y\ny CNAME x\n`));
    expect(circle.find('x.a', 'A').answers).to.have.length(8);
  });

  it('say with the SOA that there is no such name, or no such type', () => {
    const [none, other] = [ask('none.example.org', 'A'), ask('mail.example.org', 'TXT')];
    expect([rcodeOf(none), rcodeOf(other)]).to.deep.equal([3, 0]);
    for (const { authorities } of [none, other])
      expect(authorities?.map((record) => [record.type, (record as { ttl: number }).ttl])).to.deep.equal([
        ['SOA', 300],
      ]);
  });

  it('send who asks below a part that was given away to its servers', () => {
    const referral = ask('x.sub.example.org', 'A');
    expect([referral.flag_aa, brief(referral.authorities), brief(referral.additionals)]).to.deep.equal([
      false,
      ['sub.example.org NS "ns.sub.example.org"'],
      ['ns.sub.example.org A "192.0.2.77"'],
    ]);
  });

  it('refuse what is of another zone', () => {
    expect(rcodeOf(ask('example.com', 'A'))).to.equal(5);
    expect(rcodeOf(ask('notexample.org', 'A'))).to.equal(5);
  });

  it('are cut to what a datagram may have, and whole over TCP', () => {
    const long = new Zone(readZone(`${HEAD}${`x TXT ${'y'.repeat(200)}\n`.repeat(7)}`));
    const query = (udpPayloadSize?: number): Buffer => {
      const opt = { type: 'OPT', name: '.', udpPayloadSize, flags: 0, options: [] } as unknown as Answer;
      return encode({
        type: 'query',
        questions: [{ name: 'x.a', type: 'TXT' }],
        additionals: udpPayloadSize ? [opt] : [],
      });
    };
    for (const [size, isDatagram, whole] of [
      [undefined, true, false],
      [65_000, true, false],
      [undefined, false, true],
    ] as const) {
      const bytes = answer(long, query(size), isDatagram)!;
      const { flag_tc, answers } = decode(bytes);
      expect([flag_tc, answers?.length]).to.deep.equal(whole ? [false, 7] : [true, 0]);
      if (isDatagram) expect(bytes.length).to.be.at.most(size === undefined ? 512 : 1_232);
    }
  });

  it('say what is wrong with a message, and answer no answer', () => {
    const query = encode({ type: 'query', id: 9, questions: [{ name: 'example.org', type: 'A' }] });
    const flagsOf = (bytes: Buffer): number[] => [...answer(zone, bytes, true)!.subarray(0, 4)];
    expect(flagsOf(query.subarray(0, 15))).to.deep.equal([0, 9, 0x80, 1]);
    expect(flagsOf(encode({ type: 'query', id: 9 }))).to.deep.equal([0, 9, 0x80, 1]);
    const update = Buffer.from(query);
    update[2] = 5 << 3;
    expect(flagsOf(update)).to.deep.equal([0, 9, 0xa8, 4]);
    for (const silent of [query.subarray(0, 11), encode({ type: 'response', id: 9 }), Buffer.alloc(0)])
      expect(answer(zone, silent, true)).to.equal(undefined);
  });

  it('come whatever the bytes of a message are', () => {
    let seed = 1;
    const random = (below: number): number => (seed = (seed * 48_271) % 2_147_483_647) % below;
    const query = encode({ type: 'query', questions: [{ name: 'www.example.org', type: 'A' }] });
    for (let round = 0; round < 3_000; round++) {
      const bytes = Buffer.from(query);
      for (let damage = 1 + random(4); damage > 0; damage--) bytes[random(bytes.length)] = random(256);
      answer(zone, bytes.subarray(0, random(4) === 0 ? random(bytes.length) : bytes.length), true);
    }
  });
});

describe('the DNS server', () => {
  onRealSockets('its client is dig');
  let served: Served;

  before(async () => {
    served = await Served.start((listening) => {
      class Listening extends DnsServer {
        override ttse__onListening(info: ListenInfo): void {
          if (info.transport === 'udp') listening(info);
        }
      }
      return new Listening(new Zone(readZone(TEXT)), { host: '127.0.0.1', port: 0 });
    });
  });
  after(() => served.end());

  for (const way of ['+notcp', '+tcp']) {
    it(`answers dig with ${way}`, async function () {
      needsProgram(this, 'dig');
      const dig = (...args: string[]): Promise<string> =>
        printed('dig', ['@127.0.0.1', '-p', String(served.port), way, '+tries=1', '+time=10', ...args]);
      expect(await dig('+short', 'www.example.org', 'A')).to.equal('example.org.\n192.0.2.1\n');
      expect(await dig('+short', 'example.org', 'SOA')).to.equal(
        'ns1.example.org. admin.example.org. 2026112701 7200 1800 1209600 300\n',
      );
      expect(await dig('none.example.org'))
        .to.include('status: NXDOMAIN')
        .and.not.include('WARNING: Message');
      for (const name of ['example.org', 'none.example.org'])
        expect(await dig('+edns=1', '+noednsneg', name)).to.include('status: BADVERS');
    });
  }
});

/** Takes each piece that comes for a whole message: which is so until one is cut. */
const hasty = custom<Buffer>({
  size: (bytes) => bytes.length,
  read: (bytes) => bytes.subarray(2),
  write: (reply) => lengthPrefixed({ bytes: 2 }).encode(reply),
});

class HastyServer extends MessageServer {
  constructor(zone: Zone, place: ListenOptions) {
    super({ ...place, framing: hasty, answer: (message) => answer(zone, message, false) });
  }
}

class Asks extends TcpClient.with({ framing: lengthPrefixed({ bytes: 2 }) }) {
  heard: unknown[] = [];
  ttse__onConnected(): void {
    this.send(streamEncode({ type: 'query', id: 1, questions: [{ name: 'ns1.example.org', type: 'A' }] }));
  }
  ttse__onFrame(message: Buffer): void {
    for (const record of decode(message).answers ?? []) this.heard.push((record as { data: unknown }).data);
  }
  ttse__onError(): void {}
}

describe('the DNS server on a bad network', () => {
  const asking = (Server: typeof DnsServer | typeof HastyServer) => async (distiller: Distiller) => {
    const place = { host: 'server', port: 53 };
    await distiller.join(() => void new Server(new Zone(readZone(TEXT)), place), { host: 'server' });
    await distiller.settle();
    await distiller.join(() => void new Asks({ name: 'asks', host: 'server', port: 53 }), { host: 'client' });
    distiller.network.between('server', 'client', { latency: 5, jitter: 5, split: 'random' });
    await distiller.advance('5s');
    expect(distiller.find<Asks>('asks')!.heard).to.deep.equal(['192.0.2.53']);
  };

  it('answers what comes in pieces', async () => {
    expect((await explore({ runs: 10 }, asking(DnsServer))).faults).to.have.property('split');
  });

  it('is found out where it takes a piece of a question for a whole one', async () => {
    const failure: unknown = await explore({ runs: 20 }, asking(HastyServer)).catch((error: unknown) => error);
    const { code, details } = failure as { code?: string; details?: Record<string, unknown> };
    expect(code).to.equal('TT_EXPLORE_FAILED');
    expect((details?.['faults'] as Fault[]).map(({ kind }) => kind)).to.include('split');
  });
});
