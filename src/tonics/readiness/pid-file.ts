import { readFileSync, renameSync, unlinkSync, writeFileSync } from 'node:fs';

/** A file with the number of a process, as long as that runs: who finds it whole knows that the process is ready. */
export class PidFile {
  readonly #path: string;
  readonly #pid: string;

  constructor(path: string, pid: number) {
    this.#path = path;
    this.#pid = `${pid}\n`;
  }

  /**
   * Makes it, in one step; one that is there is replaced.
   * @throws {Error} what the system says.
   */
  write(): void {
    const made = `${this.#path}.${this.#pid.trim()}`;
    writeFileSync(made, this.#pid, { mode: 0o644 });
    renameSync(made, this.#path);
  }

  /** Removes it, where it is still that of this process. */
  readonly remove = (): void => {
    try {
      if (readFileSync(this.#path, 'utf8') === this.#pid) unlinkSync(this.#path);
    } catch {
      // Somebody else has removed it.
    }
  };
}
