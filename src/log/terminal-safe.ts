/** Control characters but line feed and tab; and escapes, unless they are a colour or a weight: a text is not to hide what follows it. */
// eslint-disable-next-line no-control-regex -- they are what is looked for
const CONTROL = /\u001b(?!\[(?:[0-4]|2[1-4]|[349]\d)m)|[\u0000-\u0008\u000b-\u001a\u001c-\u001f\u007f-\u009f]/g;

/** A text that a terminal only shows: what a peer has sent may be in it, and is not to move the cursor or set the title. */
export function terminalSafe(text: string): string {
  return text.replace(CONTROL, (found) => `\\x${found.charCodeAt(0).toString(16).padStart(2, '0')}`);
}
