// What goes over and back before that which is measured, a tenth of it: threads start and code is compiled meanwhile.
import { ops } from '../micro/report.mjs';

export const warmUp = Math.ceil(ops / 10);
