import { existsSync, readdirSync } from 'node:fs';
import { expect } from 'chai';
import { ROOT, textOf } from './support/pages.js';

/** The rows of the order of reading: a room, and the files that are named of it. */
function rows(): { room: string; named: string[] }[] {
  return [...textOf('docs/look-up/architecture.md').matchAll(/^\| `(src\/[\w-]+)` \| (.*) \|$/gm)].map(
    ([, room, text]) => ({
      room: room!,
      // `-sources` stands for `configuration-sources`.
      named: [...text!.matchAll(/`([\w-]+)`/g)].map(([, name]) => name!).filter((name) => !name.startsWith('-')),
    }),
  );
}

function filesOf(room: string): string[] {
  return readdirSync(ROOT + room, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => file.replace(/^.*\//, '').replace(/\.ts$/, ''));
}

describe('the pages on how it is built', () => {
  it('name files that there are', () => {
    for (const page of ['docs/look-up/architecture.md', 'docs/look-up/the-loop.md', 'CONTRIBUTING.md']) {
      const named = [...textOf(page).matchAll(/\b(?:src|test|scripts|bench)\/[\w/.-]+\.(?:ts|mjs|sh)\b/g)].map(
        ([path]) => path,
      );
      expect(
        named.filter((path) => !existsSync(ROOT + path)),
        page,
      ).to.deep.equal([]);
    }
  });

  it('say of each room in which order it is read, by files that it has', () => {
    const rooms = readdirSync(`${ROOT}src`, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => `src/${name}`);
    expect(rows().map(({ room }) => room)).to.have.members(rooms);
    for (const { room, named } of rows()) {
      const files = filesOf(room);
      expect(
        named.filter((name) => !files.includes(name)),
        room,
      ).to.deep.equal([]);
    }
  });
});
