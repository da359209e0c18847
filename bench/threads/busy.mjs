// A Catalyst in a thread of its own that computes at full speed, a piece a sparkle, and tells when it has begun.
import { Catalyst } from '../servers/tasktonic.mjs';
import { ABOUT_100_US, compute } from './compute.mjs';

export class Busy extends Catalyst {
  static module = import.meta.url;

  ttse__onStart() {
    this.base.ttsc__begun();
    this.ttsc__compute();
  }

  ttsc__compute() {
    compute(10 * ABOUT_100_US);
    this.ttsc__compute();
  }
}
