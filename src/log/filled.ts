import { plain, plainText } from '../core/plain.js';

const PLACEHOLDER = /%[sdifjoO%]/g;

/** Fills the placeholders of a text with any values; further values follow the text. */
export function filled(text: string, values: readonly unknown[]): string {
  if (values.length === 0) return text;
  let next = 0;
  const whole = text.replace(PLACEHOLDER, (placeholder) => {
    if (placeholder === '%%') return '%';
    return next < values.length ? shown(placeholder, values[next++]) : placeholder;
  });
  return [whole, ...values.slice(next).map((value) => shown('%s', value))].join(' ');
}

function shown(placeholder: string, value: unknown): string {
  switch (placeholder) {
    case '%d':
    case '%f':
      return number(value);
    case '%i':
      return number(value, Math.trunc);
    case '%s':
      return typeof value === 'object' && value !== null ? json(value) : plainText(value);
    default:
      return json(value);
  }
}

function number(value: unknown, made = (read: number): number => read): string {
  if (typeof value === 'bigint') return String(value);
  return String(typeof value === 'number' || typeof value === 'string' ? made(Number(value)) : NaN);
}

/** A value that JSON shows as a text is shown without quotes: a Tonic, a date. */
function json(value: unknown): string {
  const copy = plain(value);
  return typeof copy === 'string' && typeof value !== 'string' ? copy : (JSON.stringify(copy) ?? plainText(value));
}
