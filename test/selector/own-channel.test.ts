import { expect } from 'chai';
import { spawn, type ChildProcess } from 'node:child_process';
import { type FSWatcher, mkdtempSync, rmSync, watch, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Channel,
  Interest,
  type InterestSet,
  type SelectionKey,
  SelectorCatalyst,
  Tonic,
} from '../../src/index.js';
import { Heard } from '../support/heard.js';
import { type NetApp, startNet, tidyUp } from '../support/net-app.js';
import { onRealSockets } from '../support/stage.js';

afterEach(tidyUp);

/** What a child process writes, as a channel. */
class ChildOutput implements Channel {
  readonly chunks: Buffer[] = [];
  exitCode: number | null | undefined;
  readonly #child: ChildProcess;

  constructor(command: string, args: readonly string[]) {
    this.#child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  }
  attach(key: SelectionKey): void {
    this.#child.stdout!.on('data', (chunk: Buffer) => {
      this.chunks.push(chunk);
      key.signal(Interest.READ);
    });
    this.#child.on('close', (code) => {
      this.exitCode = code;
      key.signal(Interest.HANGUP);
    });
  }
  interestChanged(interest: InterestSet): void {
    if ((interest & Interest.READ) === 0) this.#child.stdout!.pause();
    else this.#child.stdout!.resume();
  }
  detach(): void {
    this.#child.kill();
  }
}

/** A watched folder, as a channel. */
class Folder implements Channel {
  readonly changed = new Set<string>();
  #watcher: FSWatcher | undefined;
  constructor(readonly path: string) {}
  attach(key: SelectionKey): void {
    this.#watcher = watch(this.path, (_event, name) => {
      this.changed.add(String(name));
      key.signal(Interest.READ);
    });
  }
  detach(): void {
    this.#watcher?.close();
    this.#watcher = undefined;
  }
  get open(): boolean {
    return this.#watcher !== undefined;
  }
}

/** Registers a channel with the Selector that it runs on, and hears of its readiness in a sparkle. */
class Reader<C extends Channel> extends Tonic {
  readonly heard = new Heard();
  key!: SelectionKey;

  constructor(readonly channel: C) {
    super();
  }
  ttse__onStart(): void {
    const { selector } = SelectorCatalyst.of(this);
    this.key = selector.register(this.channel, Interest.READ, this.bind('ttse__onReadable'));
  }
  ttse__onReadable(key: SelectionKey, ready: InterestSet): void {
    this.heard.push('onReadable', key, ready);
  }
  ttse__onFinished(): void {
    this.key.cancel();
  }
}

const read = async <C extends Channel>(channel: C): Promise<{ app: NetApp; reader: Reader<C> }> => {
  let reader!: Reader<C>;
  const app = await startNet(() => (reader = new Reader(channel)));
  await app.inside(() => {});
  return { app, reader };
};

describe('a channel of a user', () => {
  onRealSockets('child processes and watched folders are those of the machine, and take its time');

  it('brings what a child process writes, and its end, as sparkles', async () => {
    const { app, reader } = await read(
      new ChildOutput(process.execPath, ['-e', 'console.log("hello"); process.exitCode = 3']),
    );
    await reader.heard.until(() => reader.channel.exitCode !== undefined && reader.heard.events.length > 0);
    await reader.heard.until(() => reader.heard.all('onReadable').some(([, ready]) => ready & Interest.HANGUP));
    expect(Buffer.concat(reader.channel.chunks).toString()).to.equal('hello\n');
    expect(reader.channel.exitCode).to.equal(3);
    const [key] = await reader.heard.on('onReadable');
    expect(key).to.equal(reader.key);
    await app.over();
  });

  it('can be held: a child process waits while nobody reads', async () => {
    const { app, reader } = await read(
      new ChildOutput(process.execPath, ['-e', 'process.stdout.write("x".repeat(4e6))']),
    );
    await reader.heard.on('onReadable');
    reader.key.modify(Interest.NONE);
    const count = reader.heard.count('onReadable');
    for (let poll = 0; poll < 20; poll++) await new Promise((resolve) => setImmediate(resolve));
    expect(reader.heard.count('onReadable') - count).to.be.lessThan(2);
    reader.key.modify(Interest.READ);
    await reader.heard.until(() => reader.channel.exitCode !== undefined, 'the exit');
    expect(Buffer.concat(reader.channel.chunks)).to.have.length(4e6);
    await app.over();
  });

  it('brings the changes of a watched folder, and is closed with its Tonic', async () => {
    const path = mkdtempSync(join(tmpdir(), 'tasktonic-'));
    try {
      const { app, reader } = await read(new Folder(path));
      writeFileSync(join(path, 'new.txt'), 'x');
      await reader.heard.on('onReadable');
      await reader.heard.until(() => reader.channel.changed.has('new.txt'));
      reader.ttsc__finish();
      await app.heard.on('onInfusionFinished');
      expect(reader.channel.open).to.equal(false);
      await app.over();
    } finally {
      rmSync(path, { recursive: true });
    }
  });

  it('is closed with the Catalyst where nobody cancels its key', async () => {
    const path = mkdtempSync(join(tmpdir(), 'tasktonic-'));
    const folder = new Folder(path);
    const app = await startNet(() => {});
    (app.main as SelectorCatalyst).selector.register(folder, Interest.READ, () => {});
    expect(folder.open).to.equal(true);
    await app.over();
    expect(folder.open).to.equal(false);
    rmSync(path, { recursive: true });
  });
});
