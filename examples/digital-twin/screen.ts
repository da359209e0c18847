import { TimerSingleShot, Tonic } from 'tasktonic';
import { Store, type StoreEvent, type StoreHandle } from 'tasktonic/store';
import { tableOf } from './table.js';

/** Where it shows things. */
export interface Terminal {
  /** How large it is; `undefined` where it is none: then there are lines. */
  readonly size: { readonly rows: number; readonly columns: number } | undefined;
  readonly write: (text: string) => void;
}

const SHOWN = ['rooms/*/*', 'rooms/*/*/value', 'rooms/*/*/on', 'rules/limit', 'refused/count', 'mqtt/online'];
/** Between two tables, in seconds. */
const PAUSE = 0.2;

/** Shows the twin: on a terminal a table that follows it, elsewhere a line for each change. While nothing changes it does nothing. */
export class Screen extends Tonic.with({ states: ['still', 'changing', 'lines'] }) {
  #store!: StoreHandle;

  constructor(private readonly terminal: Terminal) {
    super({ name: 'screen' });
  }

  ttse__onStart(): void {
    this.#store = this.use(Store);
    this.toState(this.terminal.size === undefined ? 'lines' : 'still');
    this.#store.subscribe(SHOWN, this.ttse__onChange, { triggerNow: true });
  }

  /** What else changes within the pause is in the table as well. */
  ttse_still__onChange(): void {
    new TimerSingleShot({ seconds: PAUSE, name: 'pause' });
    this.toState('changing');
  }

  ttse_changing__onPause(): void {
    this.#draw();
    this.toState('still');
  }

  ttse_changing__onFinished(): void {
    this.#draw();
  }

  ttse_lines__onChange(events: readonly StoreEvent[]): void {
    for (const { path, value, source } of events) {
      if (value === undefined && source === 'init') continue;
      const names = path.replace('rooms/', '').replaceAll('/', ' ');
      this.terminal.write(`${names} ${value === undefined ? 'is gone' : String(value)}\n`);
    }
  }

  /** In any other state there is nothing to do. */
  ttse__onChange(_events: readonly StoreEvent[]): void {}

  /** In place of what is there, in one piece: so it does not flicker. */
  #draw(): void {
    const { rows, columns } = this.terminal.size!;
    const lines = tableOf(this.#store).slice(0, rows - 1);
    this.terminal.write(`\x1b[H${lines.map((line) => `${line.slice(0, columns)}\x1b[K\n`).join('')}\x1b[J`);
  }
}
