/** A line that begins with one of the words of a protocol. */
export interface TextCommand<Verb extends string> {
  /** The word, as the list has it. */
  readonly verb: Verb;
  /** What follows it, without white space around; `''` for nothing. */
  readonly rest: string;
}

/**
 * Reads a line of a text protocol (SMTP, FTP, POP3, IRC) as a command: a word of a list, in upper or lower case, then
 * perhaps white space and the rest. `undefined` where the line begins with another word.
 *
 * ```ts
 * const command = readCommand(line, ['mail', 'rcpt', 'data']);
 * if (command !== undefined) this.raise[`ttsc__${command.verb}`](command.rest);
 * ```
 *
 * @param verbs the words that are known. No other one becomes the name of a sparkle, whatever a peer sends.
 */
export function readCommand<const Verb extends string>(
  line: string,
  verbs: readonly Verb[],
): TextCommand<Verb> | undefined {
  const text = line.trim();
  const space = text.search(/\s/);
  const word = (space < 0 ? text : text.slice(0, space)).toLowerCase();
  const verb = verbs.find((known) => known.toLowerCase() === word);
  return verb === undefined ? undefined : { verb, rest: space < 0 ? '' : text.slice(space).trimStart() };
}
