// The rates of the network rows of the benchmark's report, ours beside those of the program written by hand: bars of one scale a row.
import { amount, machineText } from '../newest-report.mjs';
import { box, picture, text } from './svg.mjs';

const WIDTH = 800;
const LEFT = 256;
/** So long may a bar be; the figures stand to the right of it. */
const LONGEST = 314;
const ROW = 52;
const TOP = 84;

const STYLES = `
text { font: 13px system-ui, -apple-system, 'Segoe UI', Roboto, 'Liberation Sans', sans-serif; fill: #1f2328; }
.ground { fill: #ffffff; stroke: #d1d9e0; }
.title { font-weight: bold; font-size: 15px; }
.ratio { font-weight: bold; }
.dim { fill: #59636e; }
.ours { fill: #0a7a5c; }
.hand { fill: #a3adb8; }
.spread { fill: #1f2328; }
@media (prefers-color-scheme: dark) {
  text, .spread { fill: #f0f6fc; }
  .ground { fill: #161b22; stroke: #3d444d; }
  .dim { fill: #9198a1; }
  .ours { fill: #2ea98a; }
  .hand { fill: #59636e; }
}
`;

/** Rates are read as longer is better; times and memory stand in the table. */
const isShown = ({ id, unit }) => unit === 'messages/s' && /^(tcp|udp)-/.test(id);

export function speedChart({ report, rows }) {
  const shown = rows.filter(isShown);
  const height = TOP + ROW * shown.length + 34;
  // How long the bar of what was written by hand is.
  const one = LONGEST / Math.max(...shown.map(({ ratio }) => ratio.max), 1);
  const title = 'Messages a second of one thread: TaskTonic, and the same server by hand on node:net or node:dgram';
  const body = [
    box(0.5, 0.5, WIDTH - 1, height - 1, 'ground', 8),
    text(20, 30, 'Messages a second, one thread: longer is better', { kind: 'title' }),
    box(20, 46, 12, 12, 'ours', 2),
    text(38, 57, 'TaskTonic, with the least and the most of its rounds'),
    box(LEFT + 134, 46, 12, 12, 'hand', 2),
    text(LEFT + 152, 57, 'the same server by hand, on node:net or node:dgram'),
    ...shown.flatMap((row, nr) => bars(row, TOP + ROW * nr, one)),
    text(20, height - 16, `Medians of ${report.rounds} rounds on ${machineText(report)}`, { kind: 'dim' }),
  ];
  return picture({ width: WIDTH, height, title, styles: STYLES, body });
}

function bars({ title, unit, medians, ratio }, y, one) {
  const [work, ...how] = title.split(', ');
  const figures = LEFT + LONGEST + 12;
  return [
    text(20, y + 13, work),
    text(20, y + 31, how.join(', '), { kind: 'dim' }),
    box(LEFT, y, one * ratio.median, 16, 'ours', 2),
    box(LEFT + one * ratio.min, y + 7, one * (ratio.max - ratio.min), 2, 'spread'),
    text(figures, y + 13, amount(medians.ours, unit)),
    text(WIDTH - 20, y + 13, ratio.median.toFixed(2), { kind: 'ratio', anchor: 'end' }),
    box(LEFT, y + 19, one, 16, 'hand', 2),
    text(figures, y + 31, amount(medians.theirs, unit), { kind: 'dim' }),
  ];
}
