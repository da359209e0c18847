// Writes the pages of options (docs/look-up/options*.md) from the descriptions of the options in src, as they are built:
// `npm run build && node scripts/options-table.mjs`. With --check it writes nothing, and fails where a page is another.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import ts from 'typescript';
import { PAGES } from './options-pages.mjs';

const ROOT = new URL('../', import.meta.url);
const FOLDER = new URL('docs/look-up/', ROOT);
const WRITTEN = '<!-- Written by scripts/options-table.mjs from the sources. Do not change it here. -->';

/** The sets by themselves: where one is the value of an option, the option points to its section. */
const titles = new Map();

/** @returns {Promise<Map<string, string>>} the text of each page, by its file. */
export async function optionsPages() {
  const pages = await Promise.all(
    PAGES.map(async (page) => ({ ...page, sections: await Promise.all(page.sections.map(read)) })),
  );
  for (const { title, sets } of pages.flatMap(({ sections }) => sections))
    for (const { set } of sets) titles.set(set.entries ?? set, title);
  return new Map([['options.md', listOf(pages)], ...pages.map((page) => [`${page.name}.md`, textOf(page, pages)])]);
}

function listOf(pages) {
  const rows = pages.map(({ name, title, sections }) => {
    const links = sections.map((section) => `[${section.title}](${name}.md#${anchor(section.title)})`);
    return `| [${title}](${name}.md) | ${links.join(', ')} |`;
  });
  return `# Options

${WRITTEN}

Which options are there? These pages have every option, with what it takes and what it is without it. A wrong, unknown or misspelt option throws
\`TT_BAD_OPTION\` at once, with the option and what is wrong with it; nothing is made then.

| page | options of |
|---|---|
${rows.join('\n')}
`;
}

function textOf({ title, text, sections }, pages) {
  const whole = `# ${title}

${WRITTEN}

${text} [Options](options.md) lists them all.
${sections.map(section).join('')}`;
  // A section of another page is linked to there.
  const own = new Set(sections.map((section) => anchor(section.title)));
  return whole.replace(/\]\(#([\w-]+)\)/g, (link, to) => (own.has(to) ? link : `](${pageOf(to, pages)}.md#${to})`));
}

function pageOf(to, pages) {
  const page = pages.find(({ sections }) => sections.some(({ title }) => anchor(title) === to));
  if (page === undefined) throw new Error(`no page has the section #${to}`);
  return page.name;
}

/** The sets of a section: what is built, and the source, which has the doc comments. */
async function read({ title, text, from: [path, ...names] }) {
  const module = await import(new URL(path.replace(/^src/, 'dist/src').replace(/ts$/, 'js'), ROOT));
  const source = ts.createSourceFile(path, readFileSync(new URL(path, ROOT), 'utf8'), ts.ScriptTarget.Latest, true);
  const sets = names.map((name) => {
    if (module[name] === undefined) throw new Error(`${path} exports no ${name}`);
    return { name, set: module[name], documented: commentsIn(source, name) };
  });
  return { title, text, sets };
}

function section({ title, text, sets }) {
  const rows = sets.flatMap(rowsOf);
  const head = '| option | takes | default | what it does |\n|---|---|---|---|';
  const lines = rows.map(({ name, takes, byDefault, what }) => `| \`${name}\` | ${takes} | ${byDefault} | ${what} |`);
  return `\n## ${title}\n\n${text === undefined ? '' : `${text}\n\n`}${head}\n${lines.join('\n')}\n`;
}

/** What has no doc comment of its own there is told elsewhere: what is spread, or taken from another set. */
function rowsOf({ name, set, documented }) {
  if (documented.size === 0) throw new Error(`${name} has no options of its own`);
  return [...documented].map(([option, comment]) => {
    const schema = (set.entries ?? set)[option];
    const { what, byDefault } = aboutDefault(comment);
    const required = schema.type !== 'optional';
    return {
      name: option,
      takes: takes(schema),
      byDefault: required ? 'needed' : (shown(schema.default) ?? byDefault ?? 'none'),
      what,
    };
  });
}

// ---- What the description says ----

/** What it takes, as an error would say it. */
function takes(schema) {
  const { type, wrapped, pipe, message, options, item, entries, literal } = schema;
  if (wrapped !== undefined) return takes(wrapped);
  if (titles.has(entries)) return `[these options](#${anchor(titles.get(entries))})`;
  const said = [message, ...(pipe ?? []).slice(1).map((action) => action.message)].findLast(
    (problem) => typeof problem === 'string' && problem.startsWith('must be '),
  );
  if (type === 'picklist') return or(options.map((option) => shown(option)));
  if (type === 'array') return `list of ${takes(item)}`;
  if (said !== undefined) return plain(said.slice('must be '.length));
  if (type === 'union') return or(options.map(takes));
  if (type === 'literal') return shown(literal);
  if (entries !== undefined) return `\`{ ${namesIn(entries)} }\``;
  return { string: 'a text', number: 'a number', boolean: 'true or false', record: 'an object' }[type] ?? unknown(type);
}

function namesIn(entries) {
  return Object.entries(entries)
    .map(([name, { type }]) => `${name}${type === 'optional' ? '?' : ''}`)
    .join(', ');
}

/** A value as a reader likes it: `262,144`, `'close'`. */
function shown(value) {
  if (value === undefined) return undefined;
  if (typeof value === 'number') return value === Infinity ? '`Infinity`' : value.toLocaleString('en');
  if (typeof value === 'string') return `\`'${value.replaceAll('\r', '\\r').replaceAll('\n', '\\n')}'\``;
  if (typeof value === 'object') return 'none';
  return `\`${value}\``;
}

function plain(text) {
  return text.replace(/\b\d{4,}\b/g, (digits) => Number(digits).toLocaleString('en')).replaceAll('|', '\\|');
}

function or(parts) {
  const [last, ...before] = [...new Set(parts)].reverse();
  return before.length === 0 ? last : `${before.reverse().join(', ')} or ${last}`;
}

function unknown(type) {
  throw new Error(`an option of the type ${type} says nowhere what it must be`);
}

function anchor(title) {
  return title
    .toLowerCase()
    .replace(/[^\w -]/g, '')
    .replaceAll(' ', '-');
}

// ---- What the source says ----

/** The doc comments of the options that a set has itself. */
function commentsIn(source, name) {
  const described = find(source, (node) => ts.isVariableDeclaration(node) && node.name.text === name);
  const object = find(described.initializer, ts.isObjectLiteralExpression);
  const comments = new Map();
  for (const property of object?.properties.filter(ts.isPropertyAssignment) ?? []) {
    const text = commentOf(property);
    if (text !== '') comments.set(property.name.text, text);
    else if (!ts.isPropertyAccessExpression(property.initializer))
      throw new Error(`${property.name.text} of ${name} has no description`);
  }
  return comments;
}

function commentOf(node) {
  const all = ts.getJSDocCommentsAndTags(node).map(({ comment }) => ts.getTextOfJSDocComment(comment) ?? '');
  return all.join(' ').replace(/\s+/g, ' ').trim();
}

/** The doc comment, its sentence about the default apart. */
function aboutDefault(text) {
  const found = /(?:^|(?<=[.;)] ))Default:? (.*?)(?:[.;](?= |$))/.exec(text);
  if (found === null) return { what: link(text), byDefault: undefined };
  const rest = text.slice(found.index + found[0].length).trim();
  const what = [text.slice(0, found.index).trim(), rest && rest[0].toUpperCase() + rest.slice(1)]
    .filter(Boolean)
    .join(' ');
  return { what: link(what), byDefault: link(found[1]) };
}

/** What `{@link X}` points to is named; a guide that is named is linked to, by its title. */
function link(text) {
  return text
    .replace(/\{@link (\w+)\}/g, '`$1`')
    .replaceAll('|', '\\|')
    .replace(/\bdocs\/([\w/-]+\.md)\b/g, (path, inDocs) => `[${titleOf(path)}](../${inDocs})`);
}

function titleOf(path) {
  return /^# (.*)$/m.exec(readFileSync(new URL(path, ROOT), 'utf8'))[1];
}

function find(node, matches) {
  if (node === undefined) return undefined;
  if (matches(node)) return node;
  return ts.forEachChild(node, (child) => find(child, matches));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  for (const [file, text] of await optionsPages()) {
    const place = new URL(file, FOLDER);
    if (!process.argv.includes('--check')) writeFileSync(place, text);
    else if (!existsSync(place) || readFileSync(place, 'utf8') !== text) {
      console.error(
        `docs/look-up/${file} is not what the sources say: run npm run build && node scripts/options-table.mjs`,
      );
      process.exitCode = 1;
    }
  }
}
