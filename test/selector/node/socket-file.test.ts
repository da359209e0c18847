import { execFile } from 'node:child_process';
import { existsSync, lstatSync, readdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { type Server, connect, createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { expectCode } from '../../support/errors.js';
import { tidyUp } from '../../support/net-app.js';
import { onRealSockets } from '../../support/stage.js';
import { appAt, clientAt, errorIn, freePath, newFolder, removeFolders, serveAt } from '../../support/unix.js';

const run = promisify(execFile);
const servers: Server[] = [];

/** A socket file that somebody has left behind: it is moved away from whoever would remove it. */
async function abandoned(path: string): Promise<number> {
  const server = createServer();
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(`${path}~`, resolve));
  renameSync(`${path}~`, path);
  await new Promise((resolve) => server.close(resolve));
  return lstatSync(path).ino;
}

const rights = (path: string): string => (lstatSync(path).mode & 0o777).toString(8);

describe('the file of a UNIX socket', () => {
  onRealSockets('its file is one of the machine');
  afterEach(tidyUp);
  afterEach(removeFolders);
  afterEach(() => servers.splice(0).forEach((server) => server.close()));

  it('is for nobody but the own user, unless told', async () => {
    const path = freePath();
    await serveAt(path);
    expect(rights(path)).to.equal('600');
  });

  it('has the rights that the option "mode" says, whatever the umask', async () => {
    const path = freePath();
    const umask = process.umask(0o077);
    try {
      await serveAt(path, { mode: 0o666 });
      expect(rights(path)).to.equal('666');
    } finally {
      process.umask(umask);
    }
  });

  it('is all that there is in its folder, and goes with its server', async () => {
    const path = freePath();
    const { server, app } = await serveAt(path);
    expect(readdirSync(dirname(path))).to.deep.equal(['app.sock']);
    server.ttsc__close();
    await app.heard.on('onInfusionFinished');
    expect(readdirSync(dirname(path))).to.deep.equal([]);
  });

  it('is not there before it has its rights', async () => {
    const path = freePath();
    const seen: string[] = [];
    const look = (): void => {
      if (existsSync(path)) seen.push(rights(path));
    };
    const served = serveAt(path, { mode: 0o640 });
    const looking = setInterval(look, 0);
    const ticking = (async () => {
      for (let n = 0; n < 200; n++) await new Promise((resolve) => (look(), setImmediate(resolve)));
    })();
    await Promise.all([served, ticking]);
    clearInterval(looking);
    expect(new Set(seen)).to.deep.equal(new Set(['640']));
  });

  it('that nobody answers at is replaced', async () => {
    const path = freePath();
    const before = await abandoned(path);
    const { connection } = await serveAt(path);
    expect(lstatSync(path).ino).not.to.equal(before);
    await clientAt(path);
    await connection();
  });

  it('that nobody answers at is told to a client as nobody who listens', async () => {
    const path = freePath();
    await abandoned(path);
    const { app } = await clientAt(path);
    const error = expectCode(await errorIn(app), 'TT_CONNECTION_REFUSED');
    expect(error.message).to.equal(`Nothing listens at unix:${path}: start the server, or correct its address.`);
  });

  it('that another program answers at is left to it', async () => {
    const path = freePath();
    const other = createServer();
    servers.push(other);
    await new Promise<void>((resolve) => other.listen(path, resolve));
    const { app } = await appAt(path);
    expectCode(await errorIn(app), 'TT_ADDRESS_IN_USE');
    await new Promise<void>((resolve, reject) => {
      const peer = connect(path, () => (peer.destroy(), resolve())).on('error', reject);
    });
    expect(readdirSync(dirname(path))).to.deep.equal(['app.sock']);
  });

  for (const [what, make] of [
    ['a file', (path: string) => writeFileSync(path, 'precious')],
    ['a link to something else', (path: string) => symlinkSync('/dev/null', path)],
  ] as const)
    it(`is not made where ${what} is, which stays`, async () => {
      const path = freePath();
      make(path);
      const { app } = await appAt(path);
      const error = expectCode(await errorIn(app), 'TT_NOT_A_SOCKET');
      expect(error.message).to.contain(`The file at unix:${path} is not a socket`);
      expect(existsSync(path)).to.equal(true);
    });

  it('in a folder that is not there is told', async () => {
    const path = join(newFolder(), 'none', 'app.sock');
    const { app } = await appAt(path);
    const error = expectCode(await errorIn(app), 'TT_NO_SUCH_PATH');
    expect(error.details['address']).to.equal(`unix:${path}`);
  });

  it('that another server has put in its place is left there when the first one ends', async () => {
    const path = freePath();
    const first = await serveAt(path);
    renameSync(path, `${path}.old`);
    const second = await serveAt(path);
    first.server.ttsc__close();
    await first.app.heard.on('onInfusionFinished');
    await clientAt(path);
    await second.connection();
  });

  it('of one of two servers that start at once is never lost', async () => {
    for (let n = 0; n < 10; n++) {
      const path = freePath();
      if (n % 2 === 1) await abandoned(path);
      const both = await Promise.all([appAt(path), appAt(path)]);
      const outcome = async ({ app: { heard } }: (typeof both)[0]): Promise<string> => {
        await heard.until(() => heard.count('onListening') + heard.count('onError') > 0);
        return heard.names.find((name) => name === 'onListening' || name === 'onError')!;
      };
      expect((await Promise.all(both.map(outcome))).sort()).to.deep.equal(['onError', 'onListening']);
      await clientAt(path);
      await Promise.race(both.map(async ({ connection }) => connection()));
    }
  });

  it('may have a path as long as the system takes', async () => {
    const folder = newFolder();
    const path = join(folder, 'x'.repeat(107 - folder.length - 1));
    const { connection } = await serveAt(path);
    await clientAt(path);
    await connection();
  });

  it('is found by other programs', async function () {
    const path = freePath();
    const { connection } = await serveAt(path);
    const socat = run('socat', ['-', `UNIX-CONNECT:${path}`]).catch((error: unknown) => error);
    const missing = (await Promise.race([socat, connection()])) as { readonly code?: unknown };
    if (missing.code === 'ENOENT') {
      console.log('      skipped: no socat');
      return this.skip();
    }
    const peer = await connection();
    peer.ttsc__send('hello');
    peer.ttsc__close();
    expect((await socat) as { stdout: string }).to.include({ stdout: 'hello' });
    return undefined;
  });

  describe('with an abstract name', () => {
    const name = `\0tasktonic-test-${process.pid}`;
    const isRight = process.platform === 'linux' && Number(process.versions.node.split('.')[0]) >= 22;

    it(
      isRight ? 'is no file, and has that name for others too' : 'is refused where Node makes another name of it',
      async function () {
        if (!isRight) {
          const { app } = await appAt(name);
          expectCode(await errorIn(app), 'TT_NO_ABSTRACT_NAMES');
          const client = await clientAt(name);
          expectCode(await errorIn(client.app), 'TT_NO_ABSTRACT_NAMES');
          return;
        }
        const { connection, info } = await serveAt(name);
        expect(info.address).to.equal(name);
        const socat = run('socat', ['-', `ABSTRACT-CONNECT:${name.slice(1)}`]);
        const peer = await connection();
        peer.ttsc__send('hello');
        peer.ttsc__close();
        expect((await socat).stdout).to.equal('hello');
      },
    );
  });
});
