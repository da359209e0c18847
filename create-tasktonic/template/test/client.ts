import { TcpClient } from 'tasktonic';
import { lines } from 'tasktonic/framing';

/** A client of the service, which remembers what it is told. */
export class Client extends TcpClient.with({ framing: lines() }) {
  readonly heard: string[] = [];
  lost = false;

  override ttse__onFrame(line: string): void {
    this.heard.push(line);
  }
  override ttse__onError(): void {}
  override ttse__onDisconnected(): void {
    this.lost = true;
  }
  ttsc__say(line: string): void {
    this.sendFrame(line);
  }
}
