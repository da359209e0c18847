// Round trips before the first that is measured: threads start and code is compiled meanwhile.
import { ops } from '../micro/report.mjs';

export const warmUp = Math.ceil(ops / 10);
