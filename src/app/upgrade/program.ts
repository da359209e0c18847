const KEY = Symbol.for('tasktonic.program');
const place = globalThis as { [KEY]?: readonly string[] };

/** The words behind `node` that this process was started with; a command that changes `process.argv` for the app says here what they were. */
export function startedWith(words: readonly string[]): void {
  place[KEY] = [...words];
}

/** The file that this process was started from, and what it was given; without a file (`node -e`) it is `undefined`. */
export function program(): { readonly file: string; readonly args: readonly string[] } | undefined {
  const [file, ...args] = place[KEY] ?? process.argv.slice(1);
  return file === undefined ? undefined : { file, args };
}
