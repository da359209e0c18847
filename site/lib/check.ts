import { posix } from 'node:path';

/** A site as it is built. */
export interface BuiltSite {
  /** The text of each page, by its path: `use/framing.html`. */
  readonly pages: ReadonlyMap<string, string>;
  /** The paths of all other files. */
  readonly files: ReadonlySet<string>;
}

/** A link as it is written, and the file and the anchor that it leads to. */
interface Link {
  readonly link: string;
  readonly path: string;
  readonly anchor: string;
}

const FIRST = 'index.html';
/** The server shows it where there is no page: no link leads to it. */
const NOT_FOUND = '404.html';
const HERE = 'http://here';

/**
 * What is wrong with the links of a site that is served at `base`: links to nothing, anchors that are not there, pages that no link
 * leads to.
 */
export function faultsOf({ pages, files }: BuiltSite, base = '/'): string[] {
  const anchors = new Map([...pages].map(([page, html]) => [page, anchorsOf(html)]));
  const faults: string[] = [];
  const leadsTo = new Map<string, string[]>();
  for (const [page, html] of pages) {
    const links = linksOf(html, page, base);
    leadsTo.set(
      page,
      links.map(({ path }) => pageAt(path, pages)).filter((to) => to !== undefined),
    );
    for (const { link, path, anchor } of links) {
      const to = pageAt(path, pages);
      if (to === undefined && !files.has(path)) faults.push(`${page}: ${link} leads nowhere`);
      if (to !== undefined && anchor !== '' && !anchors.get(to)!.has(anchor))
        faults.push(`${page}: ${link}: there is no such anchor`);
    }
  }
  const reached = reachedFrom(FIRST, leadsTo);
  const lost = [...pages.keys()].filter((page) => page !== NOT_FOUND && !reached.has(page));
  return [...faults, ...lost.map((page) => `${page}: no way leads there from the first page`)];
}

function reachedFrom(first: string, leadsTo: ReadonlyMap<string, string[]>): Set<string> {
  const reached = new Set([first]);
  for (const page of reached) for (const to of leadsTo.get(page) ?? []) reached.add(to);
  return reached;
}

/** The page that a server shows for a path: a page needs no `.html`. */
function pageAt(path: string, pages: ReadonlyMap<string, string>): string | undefined {
  return [path, `${path}.html`, posix.join(path, FIRST)].find((page) => pages.has(page));
}

/** The links and images of a page that lead to this site. */
function linksOf(html: string, page: string, base: string): Link[] {
  const links = [...html.matchAll(/<(?:a|img)\b[^>]*? (?:href|src)="([^"]*)"/g)].map(([, link]) => link!);
  return [...new Set(links)]
    .map((link) => link.replaceAll('&amp;', '&'))
    .map((link) => ({ link, url: new URL(link, HERE + base + page) }))
    .filter(({ url }) => url.origin === HERE)
    .map(({ link, url: { pathname, hash } }) => ({
      link,
      // What is not below the base is not of this site: it leads nowhere.
      path: decodeURI(pathname.startsWith(base) ? pathname.slice(base.length) : pathname),
      anchor: decodeURIComponent(hash.slice(1)),
    }));
}

function anchorsOf(html: string): Set<string> {
  return new Set([...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id!));
}
