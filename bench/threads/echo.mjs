// A Catalyst in a thread of its own that sends back what it is given.
import { Catalyst, transfer } from '../servers/tasktonic.mjs';

export class Echo extends Catalyst {
  static module = import.meta.url;

  ttsc__ping(n) {
    this.base.ttsc__pong(n);
  }

  ttsc__take(i, what) {
    this.base.ttsc__back(i, what);
  }

  ttsc__move(buffer) {
    touch(buffer);
    this.base.ttsc__moved(transfer(buffer));
  }
}

/** @param {ArrayBuffer} buffer */
function touch(buffer) {
  new Uint8Array(buffer)[buffer.byteLength - 1]++;
}
