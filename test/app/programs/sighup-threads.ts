import * as v from 'valibot';
import { threadId } from 'node:worker_threads';
import {
  type ConfigurationSources,
  Formula,
  type FormulaData,
  type ListenInfo,
  TcpConnection,
  TcpServer,
  Tonic,
} from '../../../src/index.js';
import { lines } from '../../../src/framing/index.js';

// A server whose connections run in threads. It reads a file, and reads it again on SIGHUP. It says where it listens, and what was read again.

const [file] = process.argv.slice(2);
const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** Tells its thread and the limit: when it is asked, and when the limit is another. */
export class Limited extends TcpConnection.with({ framing: lines() }) {
  static readonly module = import.meta.url;

  override ttse__onFrame(line: string): void {
    if (line === 'die') process.exit(7);
    this.sendFrame(`${threadId} ${this.config.number('limit')}`);
  }
  ttse__onConfigurationChanged(): void {
    this.sendFrame(`${threadId} changed to ${this.config.number('limit')}`);
  }
}

class Main extends Tonic {
  ttse__onStart(): void {
    new TcpServer({ port: 0, host: '127.0.0.1', protocol: Limited, catalysts: 2 });
  }
  ttse__onListening({ port }: ListenInfo): void {
    say(`port ${port}`);
  }
  ttse__onConfigurationChanged(): void {
    say(`limit is ${this.config.number('limit')}`);
  }
}

class App extends Formula {
  protected override creatingFormula(): FormulaData {
    return { log: { to: 'off' } };
  }
  protected override creatingConfiguration(): ConfigurationSources {
    const schema = v.object({ limit: v.pipe(v.number(), v.metadata({ reload: true })) });
    return { file: file!, schema, sighup: true };
  }
  protected override creatingStartingTonics(): void {
    new Main();
  }
}

// Its threads load this file for the class of their connections alone.
if (threadId === 0) await App.run();
