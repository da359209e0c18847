const KEY = Symbol.for('tasktonic.program');
const place = globalThis as { [KEY]?: readonly string[] };

/** Sets the arguments after `node` that this process was started with, for a command that changes `process.argv`. */
export function startedWith(words: readonly string[]): void {
  place[KEY] = [...words];
}

/** The file that this process was started from, and its arguments; `undefined` without a file (`node -e`). */
export function program(): { readonly file: string; readonly args: readonly string[] } | undefined {
  const [file, ...args] = place[KEY] ?? process.argv.slice(1);
  return file === undefined ? undefined : { file, args };
}
