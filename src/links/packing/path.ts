/** A step on the way to something: a field, an index, or an entry of a Map or Set. */
export type Step = string | number | InMap;

/** An entry, by its number, or by its key where that is simple. */
export interface InMap {
  readonly in: 'keys' | 'values' | 'get';
  readonly at: unknown;
}

/** Steps that are told at each end of a long path. */
const TOLD = 20;

/** The way to something in the arguments of an order, as one would write it. */
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

/** A key of a Map as it would stand in code; a long one is cut. */
function written(key: unknown): string {
  if (typeof key !== 'string') return typeof key === 'bigint' ? `${key}n` : String(key);
  return JSON.stringify(key.length > 50 ? `${key.slice(0, 50)}...` : key);
}
