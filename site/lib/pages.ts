import { existsSync, readdirSync } from 'node:fs';

/** The pages that are not below docs or examples. */
const BESIDE = ['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'bench/README.md', 'test/hostile/README.md'];

/** The files of the repository that are pages of the site, by their paths from its root. */
export function pageFiles(root: string): string[] {
  const guides = readdirSync(`${root}docs`, { recursive: true, encoding: 'utf8' }).map((file) => `docs/${file}`);
  const examples = readdirSync(`${root}examples`).map((name) => `examples/${name}/README.md`);
  return [
    ...BESIDE,
    ...guides.filter((file) => file.endsWith('.md')),
    ...examples.filter((file) => existsSync(root + file)),
  ];
}

/** Where the page of a file is on the site: `docs/use/framing.md` is `use/framing`, the README of the project `index`. */
export function placeOf(file: string): string {
  if (file === 'README.md') return 'index';
  if (file === 'docs/README.md') return 'guides';
  return file
    .replace(/^docs\//, '')
    .replace(/(?:\/README)?\.md$/, '')
    .replace(/^[A-Z]+$/, (name) => name.toLowerCase());
}

/** The address of that page within the site. */
export function addressOf(file: string): string {
  return `/${placeOf(file)}`.replace(/^\/index$/, '/');
}

/** The heading that a page begins with. */
export function titleOf(text: string): string {
  return (/^# (.*)$/m.exec(text)?.[1] ?? '').replaceAll('`', '');
}
