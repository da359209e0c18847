import { expect } from 'chai';
import fc from 'fast-check';
import type { Address, ProxyHeader } from '../../../../src/index.js';
import { beginsAsProxyHeader, crc32c, readProxyHeader, writeV1, writeV2 } from '../../../doors/tonics.js';
import { howMany } from '../../../support/how-many.js';

const MAX = 4_096;
const RUNS = howMany(100, 2_000);
const bytesOf = (text: string): Buffer => Buffer.from(text, 'latin1');
const SIGNATURE = '\r\n\r\n\0\r\nQUIT\n';

function headerIn(bytes: Buffer | string, max = MAX): ProxyHeader {
  const reading = readProxyHeader(typeof bytes === 'string' ? bytesOf(bytes) : bytes, max);
  if (reading.is !== 'header') throw new Error(JSON.stringify(reading));
  return reading.header;
}

const problemIn = (bytes: Buffer | string, max = MAX): string => {
  const reading = readProxyHeader(typeof bytes === 'string' ? bytesOf(bytes) : bytes, max);
  return reading.is === 'bad' ? reading.problem : reading.is;
};

/** A header of version 2: command and version, family and transport, what follows the length. */
const v2 = (command: number, family: number, rest: Buffer | string = ''): Buffer => {
  const body = typeof rest === 'string' ? bytesOf(rest) : rest;
  return Buffer.concat([bytesOf(SIGNATURE), Buffer.from([command, family, body.length >> 8, body.length & 255]), body]);
};

const INET = Buffer.from([192, 0, 2, 1, 198, 51, 100, 2, 0xdc, 0x04, 0x01, 0xbb]);

// ---- By chance ----

const port = fc.integer({ min: 0, max: 65_535 });
const ipv4 = fc.tuple(fc.ipV4(), port).map(([address, at]): Address => ({ address, port: at, family: 'IPv4' }));
const groups = fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 65_535 })), { minLength: 8, maxLength: 8 });
const ipv6 = fc.tuple(groups, port).map(([words, at]): Address => ({
  // As Node would write it.
  address: new URL(`http://[${words.map((word) => word.toString(16)).join(':')}]`).hostname.slice(1, -1),
  port: at,
  family: 'IPv6',
}));
const isMapped = ({ address }: Address): boolean => /^::ffff:/.test(address);
const ends = fc.oneof(
  fc.tuple(ipv4, ipv4),
  fc.tuple(
    ipv6.filter((one) => !isMapped(one)),
    ipv6.filter((one) => !isMapped(one)),
  ),
);
const tlvs = fc.array(
  fc.record({
    type: fc.integer({ min: 0, max: 255 }).filter((type) => type !== 3 && type !== 4),
    value: fc.uint8Array({ maxLength: 300 }),
  }),
  { maxLength: 5 },
);
const headers = fc.oneof(
  ends.map(([source, destination]) => writeV1({ source, destination })),
  fc
    .tuple(fc.option(ends, { nil: undefined }), tlvs, fc.boolean())
    .map(([both, more, checksum]) => writeV2({ source: both?.[0], destination: both?.[1] }, { tlvs: more, checksum })),
);

describe('a PROXY header', () => {
  describe('of version 1', () => {
    it('says where a connection of TCP over IPv4 comes from', () => {
      const header = headerIn('PROXY TCP4 192.0.2.1 198.51.100.2 56324 443\r\nGET');
      expect(header).to.deep.equal({
        version: 1,
        command: 'PROXY',
        source: { address: '192.0.2.1', port: 56_324, family: 'IPv4' },
        destination: { address: '198.51.100.2', port: 443, family: 'IPv4' },
        tlvs: [],
      });
    });

    it('says it of IPv6', () => {
      const { source, destination } = headerIn('PROXY TCP6 2001:DB8::1 ::ffff:192.0.2.1 0 65535\r\n');
      expect(source).to.deep.equal({ address: '2001:db8::1', port: 0, family: 'IPv6' });
      expect(destination).to.deep.equal({ address: '::ffff:192.0.2.1', port: 65_535, family: 'IPv6' });
    });

    it('says nothing where it is UNKNOWN, whatever follows that word', () => {
      for (const line of ['PROXY UNKNOWN', 'PROXY UNKNOWN ', 'PROXY UNKNOWN ::1 \n\t 5'])
        expect(headerIn(`${line}\r\n`)).to.include({ version: 1, source: undefined, destination: undefined });
    });

    it('may be as long as the longest line there is', () => {
      const address = 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff';
      const line = `PROXY UNKNOWN ${address} ${address} 65535 65535\r\n`;
      expect(line.length).to.equal(107);
      expect(headerIn(line).source).to.equal(undefined);
      expect(headerIn(line.replace('UNKNOWN', 'TCP6')).source!.address).to.equal(address);
    });

    for (const [what, line] of Object.entries({
      'a line feed alone': 'PROXY TCP4 192.0.2.1 192.0.2.2 1 2\n',
      'two spaces': 'PROXY TCP4  192.0.2.1 192.0.2.2 1 2\r\n',
      'a space at the end': 'PROXY TCP4 192.0.2.1 192.0.2.2 1 2 \r\n',
      'a port too large': 'PROXY TCP4 192.0.2.1 192.0.2.2 1 65536\r\n',
      'a port that begins with 0': 'PROXY TCP4 192.0.2.1 192.0.2.2 01 2\r\n',
      'a port with a sign': 'PROXY TCP4 192.0.2.1 192.0.2.2 +1 2\r\n',
      'no ports': 'PROXY TCP4 192.0.2.1 192.0.2.2\r\n',
      'a number that begins with 0': 'PROXY TCP4 192.0.2.01 192.0.2.2 1 2\r\n',
      'three numbers': 'PROXY TCP4 192.0.2 192.0.2.2 1 2\r\n',
      'an address of the other family': 'PROXY TCP4 ::1 ::1 1 2\r\n',
      'an address of IPv4 in TCP6': 'PROXY TCP6 192.0.2.1 192.0.2.2 1 2\r\n',
      'a zone': 'PROXY TCP6 fe80::1%eth0 ::1 1 2\r\n',
      'another protocol': 'PROXY UDP4 192.0.2.1 192.0.2.2 1 2\r\n',
      'a word that begins with UNKNOWN': 'PROXY UNKNOWNS\r\n',
      nothing: 'PROXY \r\n',
      'a line of 108 bytes': `PROXY UNKNOWN ${'x'.repeat(92)}\r\n`,
    }))
      it(`is bad with ${what}`, () => {
        const whole = line.endsWith('\r\n') ? line : line.padEnd(107, 'x');
        expect(readProxyHeader(bytesOf(whole), MAX).is).to.equal('bad');
      });
  });

  describe('of version 2', () => {
    it('says where a connection of TCP over IPv4 comes from', () => {
      expect(headerIn(v2(0x21, 0x11, INET))).to.deep.equal({
        version: 2,
        command: 'PROXY',
        source: { address: '192.0.2.1', port: 56_324, family: 'IPv4' },
        destination: { address: '198.51.100.2', port: 443, family: 'IPv4' },
        tlvs: [],
      });
    });

    it('says it of IPv6', () => {
      const addresses = Buffer.alloc(36);
      addresses[15] = 1;
      addresses.set([0x20, 0x01, 0x0d, 0xb8], 16);
      addresses.writeUInt32BE(0x0001_0002, 32);
      const { source, destination } = headerIn(v2(0x21, 0x21, addresses));
      expect([source, destination]).to.deep.equal([
        { address: '::1', port: 1, family: 'IPv6' },
        { address: '2001:db8::', port: 2, family: 'IPv6' },
      ]);
    });

    it('says it of UNIX sockets, with and without a name', () => {
      const paths = Buffer.alloc(216);
      paths.write('\0abstract', 108);
      const { source, destination } = headerIn(v2(0x21, 0x31, paths));
      expect([source, destination]).to.deep.equal([
        { address: '', port: 0, family: 'UNIX' },
        { address: '\0abstract', port: 0, family: 'UNIX' },
      ]);
      paths.fill('x', 0, 108);
      expect(headerIn(v2(0x21, 0x31, paths)).source!.address).to.equal('x'.repeat(108));
    });

    it('gives no addresses if it is LOCAL, not for a stream, or of an unknown family', () => {
      for (const bytes of [
        v2(0x20, 0),
        v2(0x20, 0x11, INET),
        v2(0x20, 0xff, 'what?'),
        v2(0x21, 0x12, INET),
        v2(0x21, 0, 'ab'),
      ])
        expect(headerIn(bytes)).to.include({ version: 2, source: undefined, destination: undefined });
      expect([headerIn(v2(0x20, 0)).command, headerIn(v2(0x21, 0)).command]).to.deep.equal(['LOCAL', 'PROXY']);
    });

    it('has further values behind its addresses, of which those that only fill are left out', () => {
      const more = Buffer.from([4, 0, 2, 9, 9, 2, 0, 4, ...Buffer.from('a.de'), 0xe0, 0, 0]);
      const { tlvs: found } = headerIn(v2(0x21, 0x11, Buffer.concat([INET, more])));
      expect(found.map(({ type, value }) => [type, Buffer.from(value).toString()])).to.deep.equal([
        [2, 'a.de'],
        [0xe0, ''],
      ]);
    });

    it('has them with LOCAL too', () => {
      expect(headerIn(v2(0x20, 0, Buffer.from([0xe1, 0, 1, 7]))).tlvs.map(({ type }) => type)).to.deep.equal([0xe1]);
    });

    it('may have a checksum, and is bad where that is wrong, of whatever kind it is', () => {
      const ends4 = { address: '192.0.2.1', port: 5, family: 'IPv4' } as const;
      for (const source of [ends4, undefined]) {
        const bytes = writeV2({ source, destination: source }, { tlvs: [], checksum: true });
        expect(headerIn(bytes).tlvs.map(({ type }) => type)).to.deep.equal([3]);
        bytes[bytes.length - 1]! ^= 1;
        expect(problemIn(bytes)).to.equal('its checksum is wrong');
      }
      expect(problemIn(v2(0x21, 0x11, Buffer.concat([INET, Buffer.from([3, 0, 1, 0])])))).to.equal(
        'its checksum is wrong',
      );
    });

    it('has the checksum of the specification', () => {
      // RFC 3720, B.4.
      expect(crc32c(Buffer.alloc(32)).toString(16)).to.equal('8a9136aa');
      expect(crc32c(Buffer.from('123456789')).toString(16)).to.equal('e3069283');
    });

    for (const [what, bytes] of Object.entries({
      'version 1': v2(0x11, 0x11, INET),
      'version 3': v2(0x31, 0x11, INET),
      'command 2': v2(0x22, 0x11, INET),
      'family 4': v2(0x21, 0x41, INET),
      'transport 3': v2(0x21, 0x13, INET),
      'addresses of IPv4 that are cut off': v2(0x21, 0x11, INET.subarray(1)),
      'addresses of IPv6 that are cut off': v2(0x21, 0x21, Buffer.alloc(35)),
      'paths that are cut off': v2(0x21, 0x31, Buffer.alloc(215)),
      'one byte behind its addresses': v2(0x21, 0x11, Buffer.concat([INET, Buffer.from([1])])),
      'a value that is cut off': v2(0x21, 0x11, Buffer.concat([INET, Buffer.from([1, 0, 2, 0])])),
    }))
      it(`is bad with ${what}`, () => {
        expect(readProxyHeader(bytes, MAX).is).to.equal('bad');
      });

    it('is refused as soon as its length is known to be too much', () => {
      const bytes = v2(0x21, 0x11, Buffer.concat([INET, Buffer.alloc(1_000)])).subarray(0, 16);
      expect(problemIn(bytes, 1_027)).to.equal('it is 1028 bytes long, and 1027 are allowed');
      expect(readProxyHeader(bytes, 1_028).is).to.equal('unfinished');
    });
  });

  it('is told from everything else by its first bytes', () => {
    expect([problemIn(''), problemIn('\r'), problemIn('PROX'), problemIn('PROXY ')]).to.deep.equal(
      Array.from({ length: 4 }, () => 'unfinished'),
    );
    expect([problemIn('GET'), problemIn('\r\n\r\nQ'), problemIn('PROXY\t'), problemIn('proxy ')]).to.deep.equal(
      Array.from({ length: 4 }, () => 'other'),
    );
    expect(
      ['', 'PROX', 'PROXY ', 'PROXY x', SIGNATURE, 'x'].map((text) => beginsAsProxyHeader(bytesOf(text))),
    ).to.deep.equal(['perhaps', 'perhaps', 'yes', 'yes', 'yes', 'no']);
  });

  it('is read as it was written, with the bytes behind it left alone', () => {
    fc.assert(
      fc.property(
        fc.option(ends, { nil: undefined }),
        tlvs,
        fc.boolean(),
        fc.uint8Array({ maxLength: 40 }),
        (both, more, checksum, rest) => {
          const parts = { source: both?.[0], destination: both?.[1] };
          const second = writeV2(parts, { tlvs: more, checksum });
          const reading = readProxyHeader(Buffer.concat([second, rest]), 65_551);
          expect(reading).to.include({ is: 'header', size: second.length });
          const header = headerIn(second, 65_551);
          expect([header.source, header.destination]).to.deep.equal([parts.source, parts.destination]);
          expect(
            header.tlvs.filter(({ type }) => type !== 3).map(({ type, value }) => [type, [...value]]),
          ).to.deep.equal(more.map(({ type, value }) => [type, [...value]]));
          const first = headerIn(writeV1(parts));
          expect([first.source, first.destination]).to.deep.equal([parts.source, parts.destination]);
        },
      ),
      { numRuns: RUNS },
    );
  });

  it('is unfinished at every place where it may be cut, and never good or bad there', () => {
    fc.assert(
      fc.property(headers, (bytes) => {
        for (let size = 0; size < bytes.length; size++)
          expect(readProxyHeader(bytes.subarray(0, size), MAX).is, `${size} bytes`).to.equal('unfinished');
        expect(readProxyHeader(bytes, MAX).is).to.equal('header');
      }),
      { numRuns: RUNS },
    );
  });

  it('once told as good, bad or none stays so, whatever follows; and no bytes make it throw', () => {
    const begins = fc.constantFrom(
      '',
      'PROXY ',
      'PROXY TCP4 ',
      SIGNATURE,
      `${SIGNATURE}\x21`,
      `${SIGNATURE}\x21\x11\0`,
    );
    fc.assert(
      fc.property(
        begins,
        fc.uint8Array({ maxLength: 400 }),
        fc.uint8Array({ maxLength: 9 }),
        (first, garbage, more) => {
          const bytes = Buffer.concat([bytesOf(first), garbage]);
          const reading = readProxyHeader(bytes, MAX);
          if (reading.is !== 'unfinished')
            expect(readProxyHeader(Buffer.concat([bytes, more]), MAX)).to.deep.equal(reading);
          else expect(bytes.length).to.be.lessThan(MAX);
        },
      ),
      { numRuns: RUNS * 10 },
    );
  });

  it('with one bit changed is none, is bad, or says something else of the same length; with a checksum it never says something else', () => {
    fc.assert(
      fc.property(headers, fc.nat(), (bytes, chance) => {
        const at = chance % (bytes.length * 8);
        const changed = Buffer.from(bytes);
        changed[at >> 3]! ^= 1 << (at & 7);
        const reading = readProxyHeader(changed, MAX);
        const before = headerIn(bytes);
        if (reading.is !== 'header' || !before.tlvs.some(({ type }) => type === 3)) return;
        // Unless the bit has made another value, or an address, of the checksum.
        const isLost = !reading.header.tlvs.some(({ type }) => type === 3);
        expect(isLost, `bit ${at} of ${bytes.toString('hex')}`).to.equal(true);
      }),
      { numRuns: RUNS * 5 },
    );
  });
});
