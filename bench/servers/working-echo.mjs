// A protocol that works about 100 us for each message before it sends it back.
import { ABOUT_100_US, compute } from '../threads/compute.mjs';
import { TcpConnection } from './tasktonic.mjs';

export class WorkingEcho extends TcpConnection {
  static module = import.meta.url;

  ttse__onData(data) {
    compute(ABOUT_100_US);
    this.send(data);
  }
}
