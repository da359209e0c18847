import { linkCodes } from './links.js';
import type { OptionsSections } from './options.js';
import { changeProse } from './prose.js';
import { slug } from './slug.js';

const HEADING = /^#{1,3} (.*)$/gm;

/** What TypeDoc wrote, as a page of the site. */
export function apiPage(text: string, options: OptionsSections, codes: ReadonlySet<string>): string {
  const own = new Set([...text.matchAll(HEADING)].map(([, heading]) => slug(heading!)));
  return changeProse(text, (prose) =>
    linkCodes(withOptions(plainParts(toOptions(prose, own, options)), options), codes),
  );
}

/** Links of doc comments that are written for the pages of options lead there. */
function toOptions(prose: string, own: ReadonlySet<string>, options: OptionsSections): string {
  return prose.replace(/\]\(#([\w-]+)\)/g, (link, anchor: string) =>
    own.has(anchor) ? link : `](${options.at(anchor)?.address ?? `#${anchor}`})`,
  );
}

/**
 * "Parameters" and the like stand in each part: as headings they would fill the search and the list of what is on the page. Those that
 * name a class of which most have no page are left out.
 */
function plainParts(prose: string): string {
  return prose
    .replace(/^#{4,} (?:Overrides|Inherited from|Implementation of)\n\n.*\n\n?/gm, '')
    .replace(/^#{4,} (.*)$/gm, '**$1**')
    .replace(/^\*\*\*\n\n/gm, '');
}

/** Below the type of some options stands where each of them is told. */
function withOptions(prose: string, options: OptionsSections): string {
  return prose.replace(/^> \*\*(\w+Options|\w+)\*\*.* = .*$/gm, (line, name: string) => {
    const described = /\*typeof\* `(\w+Schema)`/.exec(line)?.[1] ?? '';
    const section = options.of(described) ?? (name.endsWith('Options') ? options.of(name) : undefined);
    return section === undefined ? line : `${line}\n\nEach of them: [${section.title}](${section.address}).`;
  });
}
