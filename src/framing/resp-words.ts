const ESCAPED: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', a: '\x07' };
/** A word is bare up to a space or a quote; in quotes it has spaces, and in double quotes escapes. */
const SPACE = /[\0\t-\r ]/;
const HEX = /^x[0-9a-f]{2}/i;

/**
 * The words of a command that somebody has typed, as Redis splits them: `SET "a key" 'a value'`.
 *
 * @param line one character for each byte.
 * @returns `undefined` where a quote has no end, or text stands right behind that end.
 */
export function wordsOf(line: string): string[] | undefined {
  const words: string[] = [];
  let at = 0;
  for (;;) {
    while (at < line.length && SPACE.test(line[at]!)) at++;
    if (at === line.length) return words;
    let word = '';
    while (at < line.length && !SPACE.test(line[at]!)) {
      const character = line[at]!;
      const quoted = character === '"' || character === "'" ? quotedAt(line, at) : undefined;
      if (quoted === undefined) {
        if (character === '"' || character === "'") return undefined;
        word += character;
        at++;
      } else {
        word += quoted.text;
        at = quoted.end;
        if (at < line.length && !SPACE.test(line[at]!)) return undefined;
      }
    }
    words.push(word);
  }
}

/** What stands in the quotes that begin there, and where the text behind them begins. */
function quotedAt(line: string, from: number): { text: string; end: number } | undefined {
  const quote = line[from]!;
  let text = '';
  for (let at = from + 1; at < line.length; at++) {
    const character = line[at]!;
    if (character === quote) return { text, end: at + 1 };
    if (character !== '\\') text += character;
    else if (quote === "'") {
      if (line[at + 1] === "'") at++;
      text += line[at]!;
    } else if (HEX.test(line.slice(at + 1, at + 4))) {
      text += String.fromCharCode(parseInt(line.slice(at + 2, at + 4), 16));
      at += 3;
    } else if (at + 1 < line.length) {
      at++;
      text += ESCAPED[line[at]!] ?? line[at]!;
    }
  }
  return undefined;
}
