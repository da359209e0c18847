// Writes docs/options.md from the descriptions of the options in src: `node scripts/options-table.mjs`.
// With --check it writes nothing, and fails where the page is another.
import { readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import ts from 'typescript';

const ROOT = new URL('../', import.meta.url);
const PAGE = new URL('docs/options.md', ROOT);

const INTRO = `# Options

<!-- Written by scripts/options-table.mjs from the sources. Do not change it here. -->

Every option, with what it takes and what it is without it. A wrong or misspelt option throws \`TT_BAD_OPTION\` at once, with the
option and what is wrong with it.
`;

/** The sections of the page: where the options are described, and what is said above them. */
const SECTIONS = [
  { title: 'Every Tonic', from: ['interface', 'src/core/tonic-options.ts', 'TonicOptions'] },
  {
    title: 'TcpServer',
    text: 'With the options of [every Tonic](#every-tonic), and those of [its connections](#tcpconnection).',
    from: ['schema', 'src/tonics/server-options.ts', 'serverSchema'],
  },
  {
    title: 'TcpConnection',
    text: 'Given to the TcpServer or TcpClient that makes the connection.',
    from: ['schema', 'src/tonics/connection-options.ts', 'connectionOptions'],
  },
  {
    title: 'TcpClient',
    text: 'With the options of [every Tonic](#every-tonic) and of [a connection](#tcpconnection); what differs is listed.',
    from: ['schema', 'src/tonics/tcp-client.ts', 'clientSchema'],
  },
  {
    title: 'UdpSocket',
    text: 'With the options of [every Tonic](#every-tonic).',
    from: ['schema', 'src/tonics/udp-options.ts', 'udpSchema'],
  },
  {
    title: 'Multicast',
    text: 'Under `multicast` of a UdpSocket.',
    from: ['schema', 'src/tonics/udp-options.ts', 'multicastSchema'],
  },
  {
    title: 'Timers',
    text: '`TimerSingleShot`, `TimerRepeat` and `TimerPausing`; also `base` and `logMode` of every Tonic.',
    from: ['interface', 'src/core/timer.ts', 'Period', 'AnyTimerOptions'],
  },
  {
    title: 'Calendar timers',
    text: `Of \`tasktonic/calendar\`, with \`name\` and \`sparkleBack\` of [timers](#timers); also \`base\` and \`logMode\` of every Tonic.
See [Timers and calendars](timers.md).`,
    from: ['interface', 'src/calendar/calendar-timer.ts', 'CalendarTimerOptions'],
  },
  {
    title: 'TimerEveryMinute',
    from: ['interface', 'src/calendar/options.ts', 'TimerEveryMinuteOptions'],
  },
  {
    title: 'TimerEveryHour',
    from: ['interface', 'src/calendar/options.ts', 'TimerEveryHourOptions'],
  },
  {
    title: 'TimerEveryDay',
    text: '`TimerEveryWeek`, `TimerEveryMonth` and `TimerEveryYear` take these as well.',
    from: ['interface', 'src/calendar/options.ts', 'TimeOfDay'],
  },
  { title: 'TimerEveryWeek', from: ['interface', 'src/calendar/options.ts', 'TimerEveryWeekOptions'] },
  {
    title: 'TimerEveryMonth',
    text: 'The number of a day, or its name with `inWeek`.',
    from: ['interface', 'src/calendar/options.ts', 'NumberedDay', 'NamedDay'],
  },
  {
    title: 'TimerEveryYear',
    text: '`month` with the day as [every month](#timereverymonth); or `week` with its day.',
    from: ['interface', 'src/calendar/options.ts', 'InMonth', 'DayOfWeekNumber'],
  },
  {
    title: 'Framings',
    text: `Of \`tasktonic/framing\`: all but \`fixed()\` take these, besides their own. See [Frames in a stream of bytes](framing.md).`,
    from: ['schema', 'src/framing/options.ts', 'limitOptions'],
  },
  { title: 'lines()', from: ['schema', 'src/framing/lines.ts', 'linesSchema'] },
  { title: 'delimited()', from: ['schema', 'src/framing/delimited.ts', 'delimitedSchema'] },
  { title: 'fixed()', from: ['schema', 'src/framing/fixed.ts', 'fixedSchema'] },
  { title: 'lengthPrefixed()', from: ['schema', 'src/framing/length-prefixed.ts', 'lengthPrefixedSchema'] },
  { title: 'netstrings()', from: ['schema', 'src/framing/netstrings.ts', 'netstringsSchema'] },
  { title: 'jsonLines()', from: ['schema', 'src/framing/json-lines.ts', 'jsonLinesSchema'] },
  { title: 'messagePack()', from: ['schema', 'src/framing/message-pack.ts', 'messagePackSchema'] },
  {
    title: 'custom()',
    text: 'Here `max` counts all bytes of a frame.',
    from: ['schema', 'src/framing/custom.ts', 'customSchema'],
  },
  {
    title: 'checkFraming()',
    text: 'The last argument of `checkFraming()` of `tasktonic/testing`.',
    from: ['interface', 'src/testing/check-framing.ts', 'CheckFramingOptions'],
  },
  {
    title: 'ask()',
    text: 'The second argument of `this.ask()`. See [Ask and answer](ask-and-answer.md).',
    from: ['interface', 'src/core/ask.ts', 'AskOptions'],
  },
  {
    title: 'toState()',
    from: ['interface', 'src/core/tonic-options.ts', 'TransitionOptions'],
  },
  {
    title: 'ChunkedWork',
    text: 'Also `base` and `logMode` of every Tonic. See [Long work in small pieces](long-work.md).',
    from: ['interface', 'src/core/chunked.ts', 'ChunkedWorkOptions'],
  },
  { title: 'supervise()', from: ['interface', 'src/core/supervised.ts', 'SuperviseOptions'] },
  {
    title: 'Catalyst',
    text: 'With the options of [every Tonic](#every-tonic); here `drainTimeout` is `Infinity`.',
    from: ['interface', 'src/core/catalyst.ts', 'CatalystOptions'],
  },
  {
    title: 'A Catalyst in a thread',
    text: 'Given by its class: `static override readonly thread = { watchdog: 1_000 }`. See [Threads](threads.md).',
    from: ['interface', 'src/core/catalyst.ts', 'ThreadOptions'],
  },
  {
    title: 'SelectorCatalyst',
    text: 'With those of a [Catalyst](#catalyst).',
    from: ['interface', 'src/selector/selector-catalyst.ts', 'SelectorCatalystOptions'],
  },
  {
    title: 'Formula',
    text: 'What `creatingFormula()` returns. Keys of your own may stand beside these.',
    from: ['interface', 'src/core/formula.ts', 'FormulaData'],
  },
  {
    title: 'Formula: log',
    text: 'What they mean is told in [Logging](logging.md).',
    from: ['interface', 'src/core/log-targets.ts', 'LogOptions'],
  },
  {
    title: 'Formula: log/ip',
    text: "Of the log service `ip`; also the second argument of `runtime.log.use('ip', ...)`.",
    from: ['interface', 'src/core/log-targets.ts', 'IpLogOptions'],
  },
];

/** @returns {string} the whole page. */
export function optionsPage() {
  return `${INTRO}${SECTIONS.map(section).join('')}`;
}

function section({ title, text, from: [kind, path, ...names] }) {
  const source = parse(path);
  const read = kind === 'schema' ? schemaRows : interfaceRows;
  const rows = names.flatMap((name) => read(source, name));
  if (rows.length === 0) throw new Error(`${path} has no options of ${names.join(', ')}`);
  const head = '| option | takes | default | what it does |\n|---|---|---|---|';
  const lines = rows.map(({ name, takes, byDefault, what }) => `| \`${name}\` | ${takes} | ${byDefault} | ${what} |`);
  return `\n## ${title}\n\n${text === undefined ? '' : `${text}\n\n`}${head}\n${lines.join('\n').replaceAll(' |  |', ' | |')}\n`;
}

function parse(path) {
  return ts.createSourceFile(path, readFileSync(new URL(path, ROOT), 'utf8'), ts.ScriptTarget.Latest, true);
}

// ---- Described with valibot ----

function schemaRows(source, name) {
  const described = find(source, (node) => ts.isVariableDeclaration(node) && node.name.text === name);
  const object = find(described.initializer, ts.isObjectLiteralExpression);
  return object.properties.filter(ts.isPropertyAssignment).map((property) => {
    const value = property.initializer;
    const [inner, given] = callOf(value) === 'optional' ? value.arguments : [value];
    const required = inner === value && !isOptionalByName(value);
    const { what, byDefault } = documented(property);
    if (what === '') throw new Error(`${property.name.text} of ${name} has no description`);
    return {
      name: property.name.text,
      takes: takes(inner),
      byDefault: required ? 'needed' : (shown(given) ?? byDefault ?? 'none'),
      what,
    };
  });
}

function isOptionalByName(value) {
  return ts.isIdentifier(value) && value.text === 'protocolOption';
}

/** What a description takes, in words. */
function takes(node) {
  if (ts.isIdentifier(node)) return WORDS[node.text] ?? unknown(node);
  const [first] = node.arguments;
  switch (callOf(node)) {
    case 'ms':
      return `ms, ${shown(first) ?? 0} or more`;
    case 'bytes':
      return `bytes, ${shown(first)} or more`;
    case 'count':
      return `whole number, ${shown(first)} or more`;
    case 'port':
      return `${shown(first)} to 65,535`;
    case 'literal':
      return shown(first);
    case 'string':
      return 'text';
    case 'instance':
      return `${first.text}`;
    case 'custom':
      return CUSTOM[node.typeArguments[0].getText()] ?? unknown(node);
    case 'picklist':
    case 'union':
      return or(first.elements.map((element) => (ts.isCallExpression(element) ? takes(element) : shown(element))));
    case 'array':
      return `list of ${takes(first)}`;
    case 'strictObject':
      return `\`{ ${first.properties.map(({ name, initializer }) => `${name.text}${callOf(initializer) === 'optional' ? '?' : ''}`).join(', ')} }\``;
    case 'pipe':
      return `${takes(first)}${limit(node)}`;
    default:
      return unknown(node);
  }
}

const WORDS = {
  flag: '`true` or `false`',
  text: 'text',
  protocolOption: 'a class, or a function that makes one',
  framingOption: '[a framing](framing.md), such as `lines()`',
  multicastSchema: '[see below](#multicast)',
  encodingOption: "`'buffer'`, `'utf8'`, `'latin1'` or `'ascii'`",
};

/** What a check of our own takes, by its type. */
const CUSTOM = {
  "CustomOptions<unknown>['size']": 'a function: `(bytes, seen) => number \\| undefined`',
  '(frame: Buffer) => unknown': 'a function: `(frame: Buffer) => Frame`',
  '(frame: unknown) => Uint8Array | string': 'a function: `(frame: Frame) => Uint8Array \\| string`',
  MessagePackCodec: '`{ pack, unpack }`',
};

function limit(node) {
  const most = node.arguments.find((argument) => callOf(argument) === 'maxValue');
  return most === undefined ? '' : `, ${shown(most.arguments[0])} or less`;
}

function callOf(node) {
  if (!ts.isCallExpression(node)) return undefined;
  return ts.isPropertyAccessExpression(node.expression) ? node.expression.name.text : node.expression.text;
}

// ---- Described by an interface ----

function interfaceRows(source, name) {
  const { members } = find(source, (node) => ts.isInterfaceDeclaration(node) && node.name.text === name);
  const options = members.filter((member) => ts.isPropertySignature(member) && member.type.getText() !== 'never');
  const rows = options.flatMap((member) => membersOf(member, ''));
  const missing = rows.find(({ what }) => what === '');
  if (missing !== undefined) throw new Error(`${name}.${missing.name} has no description`);
  return rows;
}

function membersOf(member, under) {
  const name = under + member.name.text;
  const inner = member.type.getText().startsWith('readonly') ? undefined : find(member.type, ts.isTypeLiteralNode);
  if (inner !== undefined)
    return inner.members.filter(ts.isPropertySignature).flatMap((deeper) => membersOf(deeper, `${name}/`));
  const { what, byDefault } = documented(member);
  const { text } = plain(member.type);
  return { name, takes: unit(text, what), byDefault: byDefault ?? (member.questionToken ? 'none' : 'needed'), what };
}

/** `number`, with its unit where the description tells one. */
function unit(text, what) {
  if (text === 'number') return /\bms\b/.test(what) ? 'ms' : 'number';
  if (text === 'boolean') return WORDS.flag;
  return TYPES[text] ?? `\`${text.replaceAll('|', '\\|')}\``;
}

const TYPES = {
  string: 'text',
  LogMode: alias('src/core/log-level.ts', 'LogMode'),
  "LineLevel | 'silent'": `${alias('src/core/log-port.ts', 'LineLevel')}, \`'silent'\``,
  Strategy: alias('src/core/supervised.ts', 'Strategy'),
  LogOptions: '[see below](#formula-log)',
  AnyTonic: 'a Tonic',
  'readonly { readonly tonic: string; readonly options?: object }[]': 'list of `{ tonic, options? }`',
  '(info: TimerInfo) => void': 'a sparkle',
  LogTarget: "`'screen'`, `'json'`, `'ip'`, `'off'`, a name or a stream",
  LogLane: alias('src/core/log-lane.ts', 'LogLane'),
  'boolean | Partial<EntryBounds>': '`true`, `false`, or `{ lines?, bytes? }`',
  IpLogOptions: '[see below](#formula-logip)',
  object: 'an object',
  '(error: Error, question: Question) => void': 'a sparkle',
  '(info: WorkInfo<Progress>) => void': 'a sparkle',
  '(result: Result, info: WorkInfo<Progress>) => void': 'a sparkle',
  'Work<Progress, Result> | (() => Work<Progress, Result>)': 'a generator function, or something to iterate',
  '(info: Info) => void': 'a sparkle',
  WeekdayName: 'the name of a day',
  DayOfWeek: 'a day of the week',
  'DayOfWeek | readonly DayOfWeek[]': 'a day of the week, or a list of them',
  'MonthName | number': 'the name of a month, or its number',
};

/** The texts that a type stands for. */
function alias(path, name) {
  const source = parse(path);
  const { type } = find(source, (node) => ts.isTypeAliasDeclaration(node) && node.name.text === name);
  return type.types.map((one) => shown(one)).join(', ');
}

function plain(type) {
  return {
    text: type
      .getText()
      .replace(/\s*\|\s*undefined\b/g, '')
      .replace(/^\((.*)\)$/s, '$1'),
  };
}

// ---- Both ----

/** The doc comment, its sentence about the default apart. */
function documented(node) {
  const all = ts.getJSDocCommentsAndTags(node).map(({ comment }) => ts.getTextOfJSDocComment(comment) ?? '');
  const text = all.join(' ').replace(/\s+/g, ' ').trim();
  const found = /(?:^|(?<=[.;)] ))Default:? (.*?)(?:[.;](?= |$))/.exec(text);
  if (found === null) return { what: link(text), byDefault: undefined };
  const rest = text.slice(found.index + found[0].length).trim();
  const what = [text.slice(0, found.index).trim(), rest && rest[0].toUpperCase() + rest.slice(1)]
    .filter(Boolean)
    .join(' ');
  return { what: link(what), byDefault: found[1] };
}

/** What `{@link X}` points to is named. */
function link(text) {
  return text.replace(/\{@link (\w+)\}/g, '`$1`').replaceAll('|', '\\|');
}

/** A value as a reader likes it: `262,144`, `'close'`. */
function shown(node) {
  if (node === undefined) return undefined;
  const text = node.getText();
  const number = Number(text.replaceAll('_', ''));
  if (text === '[]') return 'none';
  return Number.isNaN(number) ? `\`${text}\`` : number.toLocaleString('en');
}

function or(parts) {
  return [...new Set(parts)].join(parts.some((part) => part.includes(',')) ? ', or ' : ' or ');
}

function find(node, matches) {
  if (matches(node)) return node;
  return ts.forEachChild(node, (child) => find(child, matches));
}

function unknown(node) {
  throw new Error(`no words for ${node.getText()}: add them to scripts/options-table.mjs`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const page = optionsPage();
  if (!process.argv.includes('--check')) writeFileSync(PAGE, page);
  else if (readFileSync(PAGE, 'utf8') !== page) {
    console.error('docs/options.md is not what the sources say: run node scripts/options-table.mjs');
    process.exitCode = 1;
  }
}
