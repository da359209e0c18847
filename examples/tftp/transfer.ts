import { UdpSession } from 'tasktonic';
import type { Folder, OpenFile } from './folder.js';
import { ERROR, type Packet, type Request, tftp } from './packets.js';

const LARGEST_BLOCK = 65_464;
/** What the system says, as TFTP does. */
const CODES: Readonly<Record<string, number>> = { ENOENT: ERROR.notFound, EACCES: ERROR.access, EEXIST: ERROR.exists };

/** One transfer: all that comes from one port of a client. A packet that comes twice is no second order, since it is answered once. */
export class Transfer extends UdpSession.with({ states: ['asked', 'opening', 'sending', 'receiving'], framing: tftp }) {
  #request!: Request;
  #file: OpenFile | undefined;
  #blockSize = 512;
  /** The number of the block that was sent last, or has come, in 16 bits. */
  #block = 0;
  /** It was the last one. */
  #isWhole = false;

  constructor(private readonly folder: Pick<Folder, 'open'>) {
    super();
  }

  ttse__onStart(): void {
    this.#setTimeout(1);
    this.toState('asked');
  }

  ttse_asked__onFrame(packet: Packet): void {
    if (packet.kind !== 'read' && packet.kind !== 'write') return this.ttse_asked__onError();
    if (packet.mode.toLowerCase() !== 'octet') return this.#fail(ERROR.other, 'only the mode octet is known');
    this.#request = packet;
    this.toState('opening');
    return this.pipe(
      this.folder.open(packet.name, packet.kind === 'write'),
      this.ttse__onOpened,
      this.ttse__onDiskFailed,
    );
  }

  ttse_asked__onError(): void {
    this.#fail(ERROR.illegal, 'this is no request');
  }

  ttse__onOpened(file: OpenFile): void {
    this.#file = file;
    const isRead = this.#request.kind === 'read';
    this.toState(isRead ? 'sending' : 'receiving');
    const asked = new Map(this.#request.options.map(({ name, value }) => [name.toLowerCase(), Number(value)]));
    if (isRead && asked.has('tsize')) asked.set('tsize', file.size);
    const agreed = [...asked].map(([name, value]) => ({ name, value: String(this.#agree(name, value) ?? '') }));
    const options = agreed.filter(({ value }) => value !== '');
    if (options.length > 0) this.sendFrameUntilAnswered(isRead ? 0 : 1, { kind: 'optionsAck', options });
    else if (isRead) this.#readNext();
    else this.#acknowledge();
  }

  /** What it takes for the value of an option (RFC 2347 to 2349); nothing where it does not know it. */
  #agree(name: string, value: number): number | undefined {
    if (name === 'tsize' && value >= 0) return value;
    if (name === 'blksize' && value >= 8) return (this.#blockSize = Math.min(Math.trunc(value), LARGEST_BLOCK));
    return name === 'timeout' && value >= 1 && value <= 255 ? this.#setTimeout(value) : undefined;
  }

  ttse_sending__onFrame(packet: Packet): void {
    if (packet.kind === 'error') this.ttsc__close();
    else if (packet.kind !== 'ack' || !this.answered(packet.block)) return;
    else if (this.#isWhole) this.ttsc__close();
    else this.#readNext();
  }

  #readNext(): void {
    this.pipe(this.#file!.read(this.#blockSize), this.ttse__onRead, this.ttse__onDiskFailed);
  }

  ttse__onRead(data: Buffer): void {
    this.#passed(data.length);
    this.sendFrameUntilAnswered(this.#block, { kind: 'data', block: this.#block, data });
  }

  ttse_receiving__onFrame(packet: Packet): void {
    if (packet.kind === 'error') return this.ttsc__close();
    if (packet.kind !== 'data') return undefined;
    // Its last acknowledgement was lost where the client sends its last block once more.
    if (!this.answered(packet.block)) return this.#isWhole ? this.#acknowledge() : undefined;
    return this.pipe(this.#file!.write(packet.data), this.ttse__onWritten, this.ttse__onDiskFailed);
  }

  ttse__onWritten(size: number): void {
    this.#passed(size);
    this.#acknowledge();
  }

  #acknowledge(): void {
    const ack = { kind: 'ack', block: this.#block } as const;
    if (this.#isWhole) this.sendFrame(ack);
    else this.sendFrameUntilAnswered((this.#block + 1) & 0xffff, ack);
  }

  /** A block was read, or written; one that is not full is the last. */
  #passed(size: number): void {
    this.#block = (this.#block + 1) & 0xffff;
    this.#isWhole = size < this.#blockSize;
  }

  ttse__onUnanswered(): void {
    this.#fail(ERROR.other, 'nothing came for too long');
  }

  #setTimeout(seconds: number): number {
    this.setResend({ timeout: seconds * 1_000, factor: 1, spread: 0 });
    this.setIdleTimeout(seconds * 6_000);
    return seconds;
  }

  ttse__onDiskFailed(reason: unknown): void {
    const { code = '', message } = reason as NodeJS.ErrnoException;
    this.#fail(CODES[code] ?? ERROR.other, code in CODES ? code : message);
  }

  #fail(code: number, text: string): void {
    this.sendFrame({ kind: 'error', code, text });
    this.ttsc__close();
  }

  ttse__onFinished(): void {
    void this.#file?.close(this.#isWhole).catch(() => {});
  }
}
