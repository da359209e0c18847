import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { onlyWithAll } from '../support/how-many.js';

const ROOT = new URL('../../', import.meta.url).pathname;
const read = (path: string): string => readFileSync(ROOT + path, 'utf8');

interface Package {
  readonly homepage: string;
  readonly bugs: string;
  readonly repository: { readonly type: string; readonly url: string };
}

/** For those who change the package: the page of a registry finds them by the address of the repository. */
const IN_THE_REPOSITORY_ALONE = ['CONTRIBUTING.md', 'bench/README.md', 'scripts/pictures/explored.mjs'];

function packed(): string[] {
  const told = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts', '--loglevel', 'error'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  const [{ files }] = JSON.parse(told) as [{ files: { path: string }[] }];
  return files.map(({ path }) => path);
}

/** The files that the links of a page lead to. */
function linkedFrom(page: string): string[] {
  const prose = read(page).replace(/^```.*?^```|`[^`\n]*`/gms, '');
  const links = [...prose.matchAll(/\]\(([^)#]+)[^)]*\)/g)].map(([, path]) => path!);
  return links.filter((path) => !/^https?:/.test(path)).map((path) => join(dirname(page), path));
}

describe('the package', function () {
  this.timeout(60_000);
  let files: string[];
  before(function () {
    onlyWithAll(this, 'npm packs the package');
    files = packed();
  });

  it('says where it lives, where its pages are read and where faults are told', () => {
    const { homepage, bugs, repository } = JSON.parse(read('package.json')) as Package;
    const address = /^git\+(https:\/\/.*)\.git$/.exec(repository.url)?.[1];
    expect(repository.type).to.equal('git');
    expect(homepage).to.equal(`${address}#readme`);
    expect(bugs).to.equal(`${address}/issues`);
  });

  it('holds each page and example that its README, its changelog and its guides lead to', () => {
    const pages = files.filter((path) => path.endsWith('.md'));
    expect(pages).to.include.members([
      'README.md',
      'CHANGELOG.md',
      'docs/README.md',
      'docs/look-up/the-loop.md',
      'docs/look-up/errors.md',
    ]);
    const missing = pages.flatMap((page) => linkedFrom(page).filter((path) => !files.includes(path)));
    expect([...new Set(missing)]).to.have.members(IN_THE_REPOSITORY_ALONE);
  });

  it('holds nothing else than code, types, guides and examples', () => {
    const known =
      /^(dist\/lib\/[\w-]+\.js(\.map)?|dist\/types\/.*\.d\.ts|docs\/(?:[\w-]+\/)*[\w-]+\.md|docs\/images\/\w+\.svg|examples\/[\w/-]+\.(ts|html|md|zone|json)|create-tasktonic\/(create\.js|template\/[\w/.-]+)|package\.json|[A-Z]+(\.md)?)$/;
    expect(files.filter((path) => !known.test(path))).to.deep.equal([]);
  });
});
