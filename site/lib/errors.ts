import type { Item } from './sidebar.js';
import { slug } from './slug.js';

/** A row of the pages of errors. */
export interface ErrorRow {
  readonly code: string;
  /** When it comes, and what to do. */
  readonly advice: string;
  /** The heading that it stands under. */
  readonly section: string;
  /** The address of the page that has the row. */
  readonly page: string;
}

/** A page that names an error. */
export interface Mention {
  readonly title: string;
  readonly address: string;
}

const ROW = /^\| \[?`(TT_\w+)`(?:\]\(\S*\))? \| .* \| (.*) \|$/;

/** The rows of a page of errors. */
export function errorRows(text: string, page: string): ErrorRow[] {
  let section = '';
  return text.split('\n').flatMap((line) => {
    section = /^## (.*)$/.exec(line)?.[1] ?? section;
    const [, code, advice] = ROW.exec(line) ?? [];
    return code === undefined ? [] : [{ code, advice: advice!.replaceAll('\\|', '|'), section, page }];
  });
}

/** The page of an error: what it says, what to do, and where more is told. */
export function errorPage(
  { code, advice, section, page }: ErrorRow,
  sentence: string,
  mentions: readonly Mention[],
): string {
  const more = mentions.map(({ title, address }) => `- [${title}](${address})\n`).join('');
  return `# ${code}

> ${shown(sentence)}

## When, and what to do

${advice}

${more && `## Pages that tell of it\n\n${more}\n`}Others of this kind: [${section}](${page}#${slug(section)}). What all errors have in common: [Errors](/look-up/errors).
`;
}

/** The page that lists all errors, by what they are about. */
export function errorsPage(rows: readonly ErrorRow[]): string {
  const sections = sectionsOf(rows).map((section) => {
    const codes = rows.filter((row) => row.section === section).map(({ code }) => `- [${code}](/errors/${code})`);
    return `\n## ${section}\n\n${codes.join('\n')}\n`;
  });
  return `# All errors

Each code has a page. What all errors have in common: [Errors](/look-up/errors).
${sections.join('')}`;
}

/** The sections of that page: a list of all codes beside each of them would be long. */
export function errorsSidebar(rows: readonly ErrorRow[]): Item[] {
  const items = sectionsOf(rows).map((section) => ({ text: section, link: `/errors/#${slug(section)}` }));
  return [{ text: 'All errors', link: '/errors/', items }];
}

function sectionsOf(rows: readonly ErrorRow[]): string[] {
  return [...new Set(rows.map(({ section }) => section))];
}

/** The sentence of an error: what is filled in stands out, and nothing in it is taken for Markdown. */
function shown(sentence: string): string {
  return sentence
    .split(/(\{\w+\})/)
    .map((part, at) =>
      at % 2 === 1 ? `\`${part}\`` : part.replace(/[\\`*_<>[\]{}|#&]/g, (sign) => `&#${sign.charCodeAt(0)};`),
    )
    .join('');
}
