import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { ServerCatalyst } from '../../../../src/index.js';

describe('the Catalyst of a thread of a TcpServer', () => {
  // A bundle puts files elsewhere: in the package a relative path leads to another place than in the sources.
  it('is found by its thread, in the sources and in the package', async () => {
    const packaged = (await import('tasktonic')) as { readonly ServerCatalyst: { readonly module: string } };
    for (const { module } of [ServerCatalyst, packaged.ServerCatalyst]) {
      const path = fileURLToPath(module);
      expect(path).to.match(/(?:src|lib)\/index\.(?:js|ts)$/);
      expect(existsSync(path.replace(/\/src\/index\.js$/, '/src/index.ts')), path).to.equal(true);
    }
    expect(packaged.ServerCatalyst.module).to.contain('/dist/lib/');
  });
});
