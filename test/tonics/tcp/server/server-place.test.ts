import { expect } from 'chai';
import { type TaskTonicError, TcpClient, TcpConnection, TcpServer } from '../../../../src/index.js';
import { expectCode } from '../../../support/errors.js';
import { startNet, tidyUp } from '../../../support/net-app.js';
import { freePath, removeFolders } from '../../../support/unix.js';

afterEach(tidyUp);
afterEach(removeFolders);

/** What becomes of options that nobody could write in TypeScript. */
async function refusalOf(make: () => unknown): Promise<TaskTonicError> {
  let thrown: unknown;
  await startNet(() => {
    try {
      make();
    } catch (error) {
      thrown = error;
    }
  });
  return expectCode(thrown, 'TT_BAD_OPTION');
}

const server = (options: object) => () => new TcpServer({ protocol: TcpConnection, ...options } as never);
const client = (options: object) => () => new TcpClient({ retries: 0, ...options } as never);
const long = `/run/${'x'.repeat(103)}`;

const REFUSED: readonly (readonly [what: string, make: () => unknown, option: string, text: RegExp])[] = [
  ['a server without a place', server({}), 'port', /give "port", "path", "fd" or "systemd"/],
  ['a port and a path', server({ port: 0, path: '/run/a' }), 'path', /together with "port"/],
  ['a path and a descriptor', server({ path: '/run/a', fd: 3 }), 'fd', /together with "path"/],
  ['a descriptor and systemd', server({ fd: 3, systemd: true }), 'systemd', /together with "fd"/],
  ['a path and a host', server({ path: '/run/a', host: '::1' }), 'host', /belongs to a port/],
  ['a path and several listeners', server({ path: '/run/a', listeners: 2 }), 'listeners', /belongs to a port/],
  ['rights of a port', server({ port: 0, mode: 0o600 }), 'mode', /belongs to "path"/],
  ['rights that were not written in octal', server({ path: '/run/a', mode: 660 }), 'mode', /such as 0o660/],
  ['a path of 108 bytes', server({ path: long }), 'path', /has 108 bytes, and the system takes at most 107/],
  ['a path whose folder leaves no room', server({ path: `/${'x'.repeat(98)}/a` }), 'path', /folder has 99 bytes/],
  ['a path with a NUL in it', server({ path: '/run/a\0b' }), 'path', /has a NUL in it/],
  ['an abstract name of nothing', server({ path: '\0' }), 'path', /needs something behind its NUL/],
  ['rights of an abstract name', server({ path: '\0a', mode: 0o600 }), 'mode', /has no rights/],
  ['an empty name of systemd', server({ systemd: '' }), 'systemd', /must not be empty/],
  ['a descriptor below 0', server({ fd: -1 }), 'fd', /0 or more/],
  ['a client without a place', client({}), 'port', /give "port", with "host", or "hosts", "srv" or "path"/],
  ['a client with a port and a path', client({ port: 7, path: '/run/a' }), 'port', /together with "path"/],
  ['a client with a host and a path', client({ host: 'b', path: '/run/a' }), 'host', /together with "path"/],
  ['a client with too long a path', client({ path: long }), 'path', /has 108 bytes/],
];

describe('where a server listens and a client connects', () => {
  for (const [what, make, option, text] of REFUSED)
    it(`is said once and can be: ${what} is refused`, async () => {
      const error = await refusalOf(make);
      expect(error.details['option']).to.equal(option);
      expect(error.message).to.match(text);
    });

  it('on one thread where threads cannot share it, and the log says so', async () => {
    const path = freePath();
    const app = await startNet(() => {
      class Loadable extends TcpConnection {
        static readonly module = import.meta.url;
      }
      new TcpServer({ path, catalysts: 2, protocol: Loadable });
    });
    const told = app.lines.find(({ msg }) => String(msg).includes('threads cannot share'));
    expect(told?.msg).to.contain(`TcpServer listens at unix:${path}`);
    await app.heard.on('onListening');
  });
});
