/** A step of a path into a value: a field, an index, or an entry of a Map or Set. */
export type Step = string | number | InMap;

/** An entry: its index, or its key if that is simple. */
export interface InMap {
  readonly in: 'keys' | 'values' | 'get';
  readonly at: unknown;
}

/** The most steps shown at each end of a long path. */
const TOLD = 20;

/** A path into the arguments of an order, as it would stand in code. */
export function pathText([index, ...rest]: readonly Step[]): string {
  const steps = rest.map(stepText);
  if (steps.length > 2 * TOLD) steps.splice(TOLD, steps.length - 2 * TOLD, ' ... ');
  return `args[${String(index)}]${steps.join('')}`;
}

function stepText(step: Step): string {
  if (typeof step === 'number') return `[${step}]`;
  if (typeof step === 'string') return `.${step}`;
  return step.in === 'get' ? `.get(${written(step.at)})` : `.${step.in}()[${String(step.at)}]`;
}

/** A key of a Map as it would stand in code; a long one is shortened. */
function written(key: unknown): string {
  if (typeof key !== 'string') return typeof key === 'bigint' ? `${key}n` : String(key);
  return JSON.stringify(key.length > 50 ? `${key.slice(0, 50)}...` : key);
}
