import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';

const PROGRAMS = ['chromium', 'chromium-browser', 'google-chrome'];
const program = PROGRAMS.find((name) => spawnSync(name, ['--version']).status === 0);

/** Where this machine has no Chromium, prints so and skips the tests. */
export function needsChromium(running: Mocha.Context): void {
  if (program !== undefined) return;
  console.log('      skipped: this machine has no chromium');
  running.skip();
}

interface Answer {
  readonly id?: number;
  readonly method?: string;
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly message: string };
}

const running = new Set<Chromium>();

/** Ends all that were started. */
export async function closeBrowsers(): Promise<void> {
  for (const browser of running) await browser.end();
}

/** A Chromium without a window, with one page, which is told what to do over a pipe (the Chrome DevTools Protocol). */
export class Chromium {
  readonly #folder = mkdtempSync(join(tmpdir(), 'chromium-'));
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  readonly #events = new Map<string, () => void>();
  #ids = 0;
  #read = '';
  #session: string | undefined;

  private constructor() {
    const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--no-first-run'];
    const all = [...flags, `--user-data-dir=${this.#folder}`, '--remote-debugging-pipe', 'about:blank'];
    this.#child = spawn(program!, all, { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'], detached: true });
    running.add(this);
    (this.#child.stdio[4] as Readable).setEncoding('utf8').on('data', (text: string) => this.#take(text));
    (this.#child.stdio[3] as Writable).on('error', () => {});
  }

  /** Starts one that shows a page, and waits until that is loaded. */
  static async at(url: string): Promise<Chromium> {
    const browser = new Chromium();
    const { targetId } = await browser.#ask('Target.createTarget', { url: 'about:blank' });
    const { sessionId } = await browser.#ask('Target.attachToTarget', { targetId, flatten: true });
    browser.#session = sessionId as string;
    await browser.#ask('Page.enable');
    const loaded = new Promise<void>((resolve) => browser.#events.set('Page.loadEventFired', resolve));
    await browser.#ask('Page.navigate', { url });
    await loaded;
    return browser;
  }

  /** What an expression gives on the page; a promise is awaited there. */
  async evaluate(expression: string): Promise<unknown> {
    const told = await this.#ask('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true });
    if (told['exceptionDetails'] !== undefined) throw new Error(JSON.stringify(told['exceptionDetails']));
    return (told['result'] as { readonly value?: unknown }).value;
  }

  /** Waits until an expression is true on the page: it is looked at whenever the page changes. */
  async shows(expression: string): Promise<void> {
    await this.evaluate(`new Promise((resolve) => {
      const look = () => (${expression}) && (observer.disconnect(), resolve());
      const observer = new MutationObserver(look);
      observer.observe(document, { subtree: true, childList: true, characterData: true, attributes: true });
      look();
    })`);
  }

  async end(): Promise<void> {
    running.delete(this);
    const { exitCode, signalCode } = this.#child;
    if (exitCode === null && signalCode === null) {
      const ended = once(this.#child, 'exit');
      // It has processes of its own, which are of its group.
      process.kill(-this.#child.pid!, 'SIGKILL');
      await ended;
    }
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }

  async #ask(method: string, params: object = {}): Promise<Record<string, unknown>> {
    const id = ++this.#ids;
    const message = { id, method, params, ...(this.#session !== undefined && { sessionId: this.#session }) };
    const answer = await new Promise<Answer>((resolve, reject) => {
      this.#waiting.set(id, resolve);
      this.#child.once('exit', () => reject(new Error(`Chromium ended before it answered ${method}`)));
      (this.#child.stdio[3] as Writable).write(`${JSON.stringify(message)}\0`);
    });
    if (answer.error !== undefined) throw new Error(`${method}: ${answer.error.message}`);
    return answer.result ?? {};
  }

  #take(text: string): void {
    const messages = (this.#read + text).split('\0');
    this.#read = messages.pop()!;
    for (const one of messages) {
      const answer = JSON.parse(one) as Answer;
      if (answer.method !== undefined) this.#events.get(answer.method)?.();
      else this.#waiting.get(answer.id!)?.(answer);
    }
  }
}
