import { expect } from 'chai';
import { type ErrorDetails, TcpClient, TcpServer, UdpSocket, type UdpSocketOptions } from '../../src/index.js';
import { parseOptions } from '../doors/core.js';
import {
  clientSchema,
  connectionOptions,
  connectionSettings,
  serverSchema,
  udpSchema,
  udpSettings,
} from '../doors/tonics.js';
import { expectCode, expectThrow } from '../support/errors.js';
import { startNet, tidyUp } from '../support/net-app.js';

afterEach(tidyUp);

/** What is wrong with options, as `option: problem`. */
const problem = (schema: Parameters<typeof parseOptions>[0], options: unknown): string => {
  const { details, message } = expectThrow(() => parseOptions(schema, options, 'It'), 'TT_BAD_OPTION');
  const { option, problem, class: name } = details as ErrorDetails & Record<string, string>;
  expect(message).to.equal(`The option ${option} of ${name} is not right: ${problem}.`);
  expect(name).to.equal('It');
  return `${option}: ${problem}`;
};

describe('the options of a TcpServer are refused', () => {
  const cases: [Record<string, unknown>, string][] = [
    [{ prot: 1 }, 'prot: there is no such option (did you mean port?)'],
    [{ port: 7, hots: 'x' }, 'hots: there is no such option (did you mean host?)'],
    [{ port: '7' }, 'port: it is "7", and must be a port, 0 to 65535'],
    [{ port: 65_536 }, 'port: it is 65536, and must be a port, 0 to 65535'],
    [{ port: -1 }, 'port: it is -1, and must be a port, 0 to 65535'],
    [{ port: 7.5 }, 'port: it is 7.5, and must be a port, 0 to 65535'],
    [{ port: NaN }, 'port: it is NaN, and must be a port, 0 to 65535'],
    [{ port: null }, 'port: it is null, and must be a port, 0 to 65535'],
    [{ port: 0, host: '' }, 'host: it is "", and must not be empty'],
    [{ port: 0, host: 127 }, 'host: it is 127, and must be a text'],
    [{ port: 0, backlog: 0 }, 'backlog: it is 0, and must be a whole number, 1 or more'],
    [{ port: 0, maxConnections: -1 }, 'maxConnections: it is -1, and must be a whole number, 0 or more'],
    [{ port: 0, ipv6Only: 'no' }, 'ipv6Only: it is "no", and must be true or false'],
    [{ port: 0, noDelay: 1 }, 'noDelay: it is 1, and must be true or false'],
    ...[true, 0, 999, 1_500, 32_768_000, Infinity].map((keepAlive): [Record<string, unknown>, string] => [
      { port: 0, keepAlive },
      `keepAlive: it is ${keepAlive}, and must be whole seconds in ms, from 1000 to 32767000, or false`,
    ]),
    [{ port: 0, idleTimeout: 0 }, 'idleTimeout: it is 0, and must be 1 ms or more'],
    [{ port: 0, idleTimeout: { read: 0 } }, 'idleTimeout.read: it is 0, and must be 1 ms or more'],
    [{ port: 0, idleTimeout: { reed: 5 } }, 'idleTimeout.reed: there is no such option'],
    [{ port: 0, highWaterMark: 16_383 }, 'highWaterMark: it is 16383, and must be 16384 bytes or more'],
    [{ port: 0, lowWaterMark: -1 }, 'lowWaterMark: it is -1, and must be 0 bytes or more'],
    [{ port: 0, unsentLimit: 1 }, 'unsentLimit: it is 1, and must be 16384 bytes or more'],
    [{ port: 0, onUnsentLimit: 'wait' }, 'onUnsentLimit: it is "wait", and must be close or refuse'],
    [{ port: 0, lingerTimeout: -5 }, 'lingerTimeout: it is -5, and must be 0 ms or more'],
    [{ port: 0, drainTimeout: '5' }, 'drainTimeout: it is "5", and must be 0 ms or more'],
    [{ port: 0, name: '' }, 'name: it is "", and must not be empty'],
    [{ port: 0, logMode: 'loud' }, 'logMode: it is "loud", and must be stealth, off, quiet or full'],
    [{ port: 0, protocol: 'echo' }, 'protocol: it is "echo", and must be a class or a function'],
    [{ port: 0, base: 7 }, 'base: it is 7, and must be a Tonic'],
  ];
  for (const [options, wanted] of cases) {
    it(wanted, () => expect(problem(serverSchema, options)).to.equal(wanted));
  }

  it('if they are not an object', () => {
    expect(problem(serverSchema, undefined)).to.match(/^\(all\): it is undefined, and must be/);
    expect(problem(serverSchema, 7007)).to.match(/^\(all\): it is 7007, and must be/);
  });
});

describe('the options of a TcpClient are refused', () => {
  const cases: [Record<string, unknown>, string][] = [
    [{ port: 0 }, 'port: it is 0, and must be a port, 1 to 65535'],
    [{ port: 1, family: 5 }, 'family: it is 5, and must be 0, 4 or 6'],
    [{ port: 1, retries: -1 }, 'retries: it is -1, and must be a whole number, 0 or more'],
    [{ port: 1, retries: 1.5 }, 'retries: it is 1.5, and must be a whole number, 0 or more'],
    [{ port: 1, connectTimeout: 0 }, 'connectTimeout: it is 0, and must be 1 ms or more'],
    [{ port: 1, retryDelay: -1 }, 'retryDelay: it is -1, and must be 0 ms or more'],
    [{ port: 1, retryCap: NaN }, 'retryCap: it is NaN, and must be 0 ms or more'],
    [{ port: 1, whileDisconnected: 'drop' }, 'whileDisconnected: it is "drop", and must be queue or fail'],
    [{ port: 1, queueLimit: -1 }, 'queueLimit: it is -1, and must be 0 bytes or more'],
    [{ port: 1, localAddress: 'nowhere' }, 'localAddress: it is "nowhere", and must be an IP address'],
    [{ port: 1, localPort: 70_000 }, 'localPort: it is 70000, and must be a port, 0 to 65535'],
    [{ port: 1, reconnect: 1 }, 'reconnect: it is 1, and must be true or false'],
    [{ port: 1, backlog: 5 }, 'backlog: there is no such option'],
  ];
  for (const [options, wanted] of cases) {
    it(wanted, () => expect(problem(clientSchema, options)).to.equal(wanted));
  }
});

describe('the options of a UdpSocket are refused', () => {
  const cases: [Record<string, unknown>, string][] = [
    [{ port: 65_536 }, 'port: it is 65536, and must be a port, 0 to 65535'],
    [{ family: 0 }, 'family: it is 0, and must be 4 or 6'],
    [{ remote: { host: 'a' } }, 'remote.port: it is missing, and must be given'],
    [{ remote: { host: 'a', port: 0 } }, 'remote.port: it is 0, and must be a port, 1 to 65535'],
    [{ remote: { host: 'a', port: 1, x: 1 } }, 'remote.x: there is no such option'],
    [{ multicast: { ttl: 256 } }, 'multicast.ttl: it is 256, and must be a whole number, 0 to 255'],
    [{ multicast: { groups: ['224.0.0.1'] } }, 'multicast.groups.0: it is "224.0.0.1", and must be an object'],
    [{ multicast: { groups: [{ group: '' }] } }, 'multicast.groups.0.group: it is "", and must not be empty'],
    [{ receiveBuffer: 0 }, 'receiveBuffer: it is 0, and must be a whole number, 1 or more'],
    [{ receiveBuffer: 1.5 }, 'receiveBuffer: it is 1.5, and must be a whole number, 1 or more'],
    [{ unsentLimit: 'x' }, 'unsentLimit: it is "x", and must be 1 byte or more'],
    [{ unsentMessages: 0 }, 'unsentMessages: it is 0, and must be a whole number, 1 or more'],
    [{ broadcast: 'yes' }, 'broadcast: it is "yes", and must be true or false'],
  ];
  for (const [options, wanted] of cases) {
    it(wanted, () => expect(problem(udpSchema, options)).to.equal(wanted));
  }
});

describe('the options of a UdpSocket that contradict each other are refused, and both are named', () => {
  const far = { host: '127.0.0.1', port: 9 };
  const cases: [UdpSocketOptions, string, string][] = [
    [{ host: '::1', family: 4 }, 'host', 'it is "::1", an IPv6 address, and family is 4'],
    [{ host: '0.0.0.0', family: 6 }, 'host', 'it is "0.0.0.0", an IPv4 address, and family is 6'],
    [{ remote: far, family: 6 }, 'remote.host', 'it is "127.0.0.1", an IPv4 address, and family is 6'],
    [
      { remote: far, host: '::' },
      'remote.host',
      'it is "127.0.0.1", an IPv4 address, and host is "::", an IPv6 address',
    ],
  ];
  for (const [options, option, problem] of cases) {
    it(problem, () => {
      const { details } = expectThrow(() => udpSettings(options), 'TT_BAD_OPTION');
      expect(details).to.deep.equal({ class: 'UdpSocket', option, problem });
    });
  }

  it('but a name may have both families', () => {
    const families = [{ host: 'localhost', remote: { host: '::1', port: 9 } }, { host: 'a' }, { host: 'a', family: 6 }];
    expect(families.map((options) => udpSettings(options as UdpSocketOptions).family)).to.deep.equal([6, 4, 6]);
  });
});

describe('options that are refused', () => {
  for (const [name, make] of [
    ['TcpServer', () => new TcpServer({ port: -1 })],
    ['TcpClient', () => new TcpClient({ port: -1 })],
    ['UdpSocket', () => new UdpSocket({ port: -1 })],
  ] as const) {
    it(`are a throw of the constructor of ${name}, and leave nothing behind`, async () => {
      let thrown: unknown;
      let before = 0;
      const app = await startNet((ear) => {
        before = app0(ear).size;
        try {
          make();
        } catch (error) {
          thrown = error;
        }
      });
      expect(expectCode(thrown, 'TT_BAD_OPTION').details).to.include({ class: name, option: 'port' });
      expect(app.ledger.size).to.equal(before);
    });
  }
  const app0 = (ear: { base: unknown }) => (ear.base as { runtime: { ledger: { size: number } } }).runtime.ledger;
});

describe('the settings of a connection', () => {
  const settings = (given: Record<string, unknown>) =>
    connectionSettings({ ...(parseOptions(serverSchema, { port: 0, ...given }, 'It') as object) } as never);

  it('have a low-water mark of a quarter of the high-water mark, and one of 0 where it is given', () => {
    expect(settings({ highWaterMark: 20_000 }).lowWaterMark).to.equal(5_000);
    expect(settings({ lowWaterMark: 0 }).lowWaterMark).to.equal(0);
  });

  it('have no low-water mark above the high-water mark, and no limit below it', () => {
    expect(settings({ highWaterMark: 20_000, lowWaterMark: 30_000 }).lowWaterMark).to.equal(20_000);
    expect(settings({ highWaterMark: 200_000, unsentLimit: 20_000 }).unsentLimit).to.equal(200_000);
  });

  it('are those of connections and no others', () => {
    const { startTls: _, watchMark: __, sharedRead: ___, ...options } = settings({});
    expect(Object.keys(options).sort()).to.deep.equal(Object.keys(connectionOptions).sort());
  });
});
