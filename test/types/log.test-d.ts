// Checked by `tsc -p tsconfig.json`, never run.
import { Formula, type FormulaData, logServices, type LogSink, showLog, Tonic } from '../../src/index.js';

// Where a log goes: a name of any service, or anything that takes lines.
export const targets: FormulaData[] = [
  { log: { to: 'screen' } },
  { log: { to: 'blackBox', options: { file: 'x' } } },
  { log: { to: process.stdout } },
  { log: { to: { write: (line: string) => void line } } },
  { log: { to: 'ip', ip: { port: 7008 } } },
  { log: { entries: true } },
  { log: { entries: { lines: 5 } } },
  // @ts-expect-error it takes no lines
  { log: { to: { close: () => {} } } },
  // @ts-expect-error a viewer has a port
  { log: { to: 'ip', ip: { host: 'localhost' } } },
  // @ts-expect-error the option is misspelt
  { log: { entires: true } },
  // @ts-expect-error the bound is misspelt
  { log: { entries: { line: 5 } } },
];

class BlackBox implements LogSink {
  constructor(readonly file: string) {}
  write(line: string): void {
    void line;
  }
}

export class Own extends Formula {
  protected override readonly logServices = logServices.with({
    blackBox: ({ file }: { file: string }, { clock, say }) => {
      say(`${clock.now()}`);
      return new BlackBox(file);
    },
    later: async () => Promise.resolve(new BlackBox('x')),
    // @ts-expect-error what it makes takes no lines
    odd: () => ({ flush: () => {} }),
  });
}

export class Lamp extends Tonic {
  ttse__onStart(): void {
    this.log.probe('queue', [1, 2]);
    this.log.mark('phase 2');
    this.log.flag('odd');
    this.log.lane = 'cyan';
    this.log.lane = undefined;
    // @ts-expect-error there is no such colour
    this.log.lane = 'pink';
    // @ts-expect-error a probe has a name
    this.log.probe(5);
    new Tonic({ logLane: 'red' });
    // @ts-expect-error there is no such colour
    new Tonic({ logLane: 'pink' });
  }
}

export const shown: string = showLog('{}', { colours: true });
