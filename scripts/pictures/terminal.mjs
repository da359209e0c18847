// A window of a terminal with lines of text in it. It is dark on light pages too, as terminals are.
import { box, picture, text } from './svg.mjs';

const CHARACTER = 7.3;
const LINE = 18;
const EDGE = 18;
const BAR = 34;
const WIDEST = 110;

const STYLES = `
text { font: 12px ui-monospace, SFMono-Regular, Menlo, Consolas, 'Liberation Mono', monospace; fill: #c9d1d9; white-space: pre; }
.ground { fill: #161b22; stroke: #6e7681; }
.title, .dim { fill: #8b949e; }
.failed { fill: #ff7b72; font-weight: bold; }
.needed { fill: #e3b341; }
.button { fill: #484f58; }
`;

/** @param kindOf the kind of a line (`failed`, `needed`, `dim`), or none. */
export function terminal({ title, lines, kindOf }) {
  const long = lines.find((line) => line.length > WIDEST);
  if (long !== undefined) throw new Error(`a line is too long for the picture: ${long}`);
  const width = Math.ceil(2 * EDGE + CHARACTER * Math.max(...lines.map(({ length }) => length)));
  const height = BAR + LINE * lines.length + EDGE;
  const body = [
    box(0.5, 0.5, width - 1, height - 1, 'ground', 8),
    ...[0, 1, 2].map((nr) => box(EDGE + 18 * nr, 12, 10, 10, 'button', 5)),
    text(EDGE + 66, 21, title, { kind: 'title' }),
    ...lines.map((line, nr) => text(EDGE, BAR + LINE * (nr + 0.8), line, { kind: kindOf(line) })),
  ];
  return picture({ width, height, title, styles: STYLES, body });
}
