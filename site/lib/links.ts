import { posix } from 'node:path';
import { addressOf } from './pages.js';
import { changeProse } from './prose.js';

/** What a link of a page may lead to. */
export interface Surroundings {
  /** The files that are pages of the site. */
  readonly pages: ReadonlySet<string>;
  /** Whether the repository has such a file or folder. */
  isThere(path: string): boolean;
  /** The address of the repository, for what is no page: `https://github.com/owner/name`. */
  readonly repository: string;
  /** The codes of errors, each of which has a page. */
  readonly codes: ReadonlySet<string>;
}

const IMAGES = 'docs/images/';
/** A span of code, or where a link leads. */
const CODE_OR_LINK = /(`+)[^`](?:.*?[^`])?\1(?!`)|\]\(([^()\s]+)\)/g;
const CODE_OF_ERROR = /(?<!\[)`(TT_[A-Z_]+)`(?!\])/g;

/**
 * The text of a page of the repository as a page of the site: links lead to pages of the site, or to the repository; codes of errors
 * lead to their pages; what comments say to our tests is left out.
 * @throws Error for a link to a file that is not there
 */
export function asPage(text: string, file: string, around: Surroundings): string {
  return changeProse(text, (prose) => linkCodes(withLinks(withoutComments(prose), file, around), around.codes));
}

/** Names of errors lead to their pages, but in headings, whose anchors come from their words. */
export function linkCodes(prose: string, codes: ReadonlySet<string>): string {
  return prose.replace(/^(?!#).*$/gm, (line) =>
    line.replace(CODE_OF_ERROR, (span, code: string) => (codes.has(code) ? `[${span}](/errors/${code})` : span)),
  );
}

function withoutComments(prose: string): string {
  return prose.replace(/<!--.*?-->\n?/gs, '');
}

function withLinks(prose: string, file: string, around: Surroundings): string {
  return prose.replace(CODE_OR_LINK, (whole, ticks: string | undefined, link: string) =>
    ticks === undefined ? `](${onSite(link, file, around)})` : whole,
  );
}

/** Where a link that is written for a reader of the repository leads on the site. */
function onSite(link: string, file: string, { pages, isThere, repository }: Surroundings): string {
  if (/^(?:[a-z]+:|#)/.test(link)) return link;
  const [path, anchor] = link.split('#');
  const to = posix.join(posix.dirname(file), path!);
  if (pages.has(to)) return addressOf(to) + (anchor === undefined ? '' : `#${anchor}`);
  if (!isThere(to)) throw new Error(`${file} has a link to ${link}, where nothing is`);
  if (to.startsWith(IMAGES)) return `/${to.slice('docs/'.length)}`;
  return `${repository}/blob/main/${to}`;
}
