import * as v from 'valibot';
import { checkOption } from '../core/options/option-schema.js';
import type { Framing } from './framing.js';

export const framingOption = v.custom<Framing<unknown>>(
  isFraming,
  'must be a framing, such as lines() of tasktonic/framing',
);

function isFraming(value: unknown): boolean {
  const { decoder, encode } = (value ?? {}) as Partial<Framing<unknown>>;
  return typeof decoder === 'function' && typeof encode === 'function';
}

/**
 * The framing that a class says of itself, with `with` or as `static framing`.
 * @throws {TaskTonicError} `TT_BAD_OPTION`
 */
export function framingOf(socketClass: object): Framing<unknown> | undefined {
  const { framing, name } = socketClass as { readonly framing?: Framing<unknown>; readonly name: string };
  if (framing !== undefined) checkOption(framingOption, framing, name, 'framing');
  return framing;
}
