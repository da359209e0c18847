import { type Style, styled } from './styled.js';

/** The labels of pino's levels. */
export const LABELS: Readonly<Record<number, string>> = {
  10: 'TRACE', 20: 'DEBUG', 30: 'INFO', 40: 'WARN', 50: 'ERROR', 60: 'FATAL',
}; // prettier-ignore

const STYLES: Readonly<Record<number, Style>> = {
  10: 'gray', 20: 'blue', 30: 'green', 40: 'yellow', 50: 'red', 60: ['bold', 'red'],
}; // prettier-ignore

/** The label before the text of a line. */
export function levelText(level: unknown, colours: boolean): string {
  const label = LABELS[Number(level)] ?? 'LINE';
  const style = STYLES[Number(level)];
  return colours && style !== undefined ? styled(style, label) : label;
}
