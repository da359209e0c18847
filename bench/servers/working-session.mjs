// A session that works about 100 us for each datagram before it sends it back.
import { ABOUT_100_US, compute } from '../threads/compute.mjs';
import { UdpSession } from './tasktonic.mjs';

export class WorkingSession extends UdpSession {
  static module = import.meta.url;

  ttse__onData(data) {
    compute(ABOUT_100_US);
    this.send(data);
  }
}
