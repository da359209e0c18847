import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { buildSync } from 'esbuild';
import { ServerCatalyst, nodeNetwork } from '../../../../src/index.js';

const ROOT = new URL('../../../../', import.meta.url).pathname;

/** A server with two threads answers one peer. */
const APP = `
import { connect } from 'node:net';
import { isMainThread } from 'node:worker_threads';
import { Formula, TcpConnection, TcpServer, Tonic } from 'tasktonic';
export class Echo extends TcpConnection {
  static module = import.meta.url;
  ttse__onData(data) { this.send(data); }
}
class Main extends Tonic {
  ttse__onStart() { new TcpServer({ port: 0, host: '127.0.0.1', protocol: Echo, catalysts: 2 }); }
  ttse__onListening({ port }) {
    const peer = connect(port, '127.0.0.1', () => peer.write('hello'));
    const end = (what) => { console.log(String(what)); peer.destroy(); this.ttsc__finish(); };
    peer.on('data', end).on('error', end);
  }
}
class App extends Formula {
  creatingFormula() { return { log: { to: 'off' } }; }
  creatingStartingTonics() { new Main(); }
}
if (isMainThread) await App.run();
`;

describe('the Catalyst of a thread of a TcpServer', function () {
  this.timeout(30_000);

  it('is found by its thread, in the sources and in the package', async () => {
    const packaged = (await import('tasktonic')) as { readonly ServerCatalyst: { readonly module: string } };
    for (const found of [ServerCatalyst as unknown as { readonly module: string }, packaged.ServerCatalyst])
      expect(((await import(found.module)) as { ServerCatalyst: unknown }).ServerCatalyst).to.equal(found);
    expect(decodeURIComponent(packaged.ServerCatalyst.module)).to.contain('/dist/lib/');
  });

  it('is found in an app of one file, and finds its protocol there, whatever the bundler has called them', function () {
    if (!nodeNetwork.canReusePort) {
      console.log(`    skipped: Node ${process.versions.node} cannot have several listeners on one port`);
      this.skip();
    }
    const folder = mkdtempSync(join(tmpdir(), 'tasktonic-bundle-'));
    try {
      const outfile = join(folder, 'app.mjs');
      buildSync({
        stdin: { contents: APP, resolveDir: ROOT },
        alias: { tasktonic: `${ROOT}dist/lib/index.js` },
        tsconfigRaw: {},
        bundle: true,
        platform: 'node',
        format: 'esm',
        minify: true,
        outfile,
        banner: { js: `import { createRequire as make } from 'node:module'; const require = make(import.meta.url);` },
        logLevel: 'error',
      });
      const { stdout, stderr } = spawnSync(process.execPath, [outfile], { encoding: 'utf8', timeout: 20_000 });
      expect(stdout, stderr).to.equal('hello\n');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
