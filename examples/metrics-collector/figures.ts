/** A metric: `name:value|type|@rate`, as statsd has it. */
const METRIC = /^([\w.\-/]{1,200}):([+-]?\d+(?:\.\d+)?|[^|]{1,200})\|(c|g|ms|s)(?:\|@(0?\.\d+|1))?$/;
/** Of so many times of a timer the newest are kept. */
const MOST_TIMES = 1_000;

type Metric =
  | { readonly type: 'c'; value: number }
  | { readonly type: 'g'; value: number }
  | { readonly type: 'ms'; readonly times: number[]; count: number }
  | { readonly type: 's'; readonly values: Set<string> };

/** What has been told, by name. It is bounded in names and in what is kept for one: peers cannot fill the memory. */
export class Figures {
  readonly #metrics = new Map<string, Metric>();
  /** Lines that are no metric, and those for which there is no room. */
  refused = 0;

  constructor(readonly mostNames: number) {}

  take(line: string): void {
    const [, name = '', text = '', type, rate = '1'] = METRIC.exec(line) ?? [];
    const value = Number(text);
    const metric = type === undefined || (type !== 's' && Number.isNaN(value)) ? undefined : this.#metric(name, type);
    if (metric === undefined) this.refused++;
    else if (metric.type === 'c') metric.value += value / Number(rate);
    // A gauge with a sign is changed by that much.
    else if (metric.type === 'g') metric.value = /^[+-]/.test(text) ? metric.value + value : value;
    else if (metric.type === 'ms') metric.times[metric.count++ % MOST_TIMES] = value;
    else if (metric.values.size < this.mostNames) metric.values.add(text);
    else this.refused++;
  }

  /** A line for each metric whose name begins so, in their order. */
  lines(prefix: string): string[] {
    const named = [...this.#metrics].filter(([key]) => key.startsWith(prefix)).sort(([a], [b]) => (a < b ? -1 : 1));
    return named.map(([key, metric]) => `${key} ${shown(metric)}`);
  }

  /** A name is one for each type. */
  #metric(name: string, type: string): Metric | undefined {
    const key = `${name} ${type}`;
    const known = this.#metrics.get(key);
    if (known !== undefined || this.#metrics.size >= this.mostNames) return known;
    const made: Metric =
      type === 'ms'
        ? { type, times: [], count: 0 }
        : type === 's'
          ? { type, values: new Set() }
          : { type: type === 'c' ? 'c' : 'g', value: 0 };
    this.#metrics.set(key, made);
    return made;
  }
}

function shown(metric: Metric): string {
  if (metric.type === 's') return String(metric.values.size);
  if (metric.type !== 'ms') return String(metric.value);
  const times = [...metric.times].sort((a, b) => a - b);
  const at = (share: number): number => times[Math.ceil(share * times.length) - 1]!;
  return `${metric.count} p50 ${at(0.5)} p99 ${at(0.99)} max ${at(1)}`;
}
