// What goes over and back before that which is measured, as much again: threads start and code is compiled meanwhile.
import { ops } from '../micro/report.mjs';

export const warmUp = ops;
