/** Control characters except line feed and tab, other line ends, and characters that change the direction of text. */
const NO_ESCAPE =
  '\\u0000-\\u0008\\u000b-\\u001a\\u001c-\\u001f\\u007f-\\u009f\\u2028\\u2029\\u202a-\\u202e\\u2066-\\u2069';
const CONTROL = new RegExp(`[\\u001b${NO_ESCAPE}]`, 'g');
/** The same, except escape sequences for colours and weights. */
const CONTROL_BUT_COLOURS = new RegExp(`\\u001b(?!\\[(?:[0-4]|2[1-4]|[349]\\d)m)|[${NO_ESCAPE}]`, 'g');
/** Characters that JSON does not escape. */
const BARE_IN_JSON = /[\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

/**
 * A text that a terminal only shows: what a peer has sent may be in it, and must not move the cursor, set the title or hide
 * what follows. Control characters but line feed and tab, and those that turn the direction of a text around, are written
 * as `\x1b` or `\u202e`.
 */
export function terminalSafe(text: string): string {
  return text.replace(CONTROL, shown);
}

/** As {@link terminalSafe}, for a text with our own colours. */
export function terminalSafeInColour(text: string): string {
  return text.replace(CONTROL_BUT_COLOURS, shown);
}

function shown(found: string): string {
  const code = found.charCodeAt(0).toString(16);
  return code.length > 2 ? `\\u${code.padStart(4, '0')}` : `\\x${code.padStart(2, '0')}`;
}

/** Escapes characters in JSON that other programs take for a line end, or that a terminal would execute. */
export function lineSafe(json: string): string {
  if (json.search(BARE_IN_JSON) === -1) return json;
  return json.replace(BARE_IN_JSON, (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
