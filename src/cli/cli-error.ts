/** What the one who typed the command can mend: shown as one line, without a stack. */
export class CliError extends Error {
  override readonly name = 'CliError';
}
