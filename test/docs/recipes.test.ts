import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { onlyWithAll } from '../support/how-many.js';
import { textOf } from './support/pages.js';

describe('the files on the pages of recipes', () => {
  let folder: string;
  before(function () {
    onlyWithAll(this, 'programs of others look at them');
    folder = mkdtempSync(join(tmpdir(), 'recipes-'));
  });
  after(() => folder && rmSync(folder, { recursive: true }));

  it('are understood by haproxy', function () {
    const file = written('haproxy.cfg', blockWith('docs/use/recipes/haproxy.md', '# haproxy.cfg'));
    const said = told('haproxy', '-c', '-f', file);
    if (said === undefined) this.skip();
    expect(said).to.deep.equal({ status: 0, stderr: '' });
  });

  it('are understood by systemd', function () {
    const unit = blockWith('docs/use/recipes/systemd-unit.md', '# /etc/systemd/system/notes.service');
    expect(unit).to.include('ExecStart=/usr/bin/node ');
    // Node may be elsewhere here, which systemd would complain of.
    const file = written('notes.service', unit.replace('/usr/bin/node', process.execPath));
    const said = told('systemd-analyze', 'verify', file);
    if (said === undefined) this.skip();
    expect(said).to.deep.equal({ status: 0, stderr: '' });
  });

  function written(name: string, text: string): string {
    const file = join(folder, name);
    writeFileSync(file, text);
    return file;
  }
});

/** How a program of others ended; where it is not there, a line says so. */
function told(command: string, ...args: readonly string[]): { status: number | null; stderr: string } | undefined {
  const { error, status, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (error === undefined) return { status, stderr };
  console.log(`      skipped: no ${command}`);
  return undefined;
}

/** The block of a page that begins with a line. */
function blockWith(page: string, first: string): string {
  const block = textOf(page)
    .split(/^```\w*\n/m)
    .find((text) => text.startsWith(`${first}\n`));
  if (block === undefined) throw new Error(`${page} has no block that begins with ${first}`);
  return block;
}
