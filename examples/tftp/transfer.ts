import { UdpSession } from 'tasktonic';
import type { Files, OpenFile } from './folder.js';
import { ERROR, OP, errorPacket, optionsAck, packet, readBlock, readRequest } from './packet.js';

const TRIES = 5;
const BLOCK = 512;
const LARGEST_BLOCK = 65_464;
/** What the system says, as TFTP does. */
const CODES: Readonly<Record<string, number>> = { ENOENT: ERROR.notFound, EACCES: ERROR.access, EEXIST: ERROR.exists };

/**
 * One transfer: all that comes from one port of a client. It waits for a packet in `asked`, `sending` (an acknowledgement) and `receiving` (data), and for
 * the disk in `atDisk`, where it hears nothing: so a packet that comes twice is no second order.
 */
export class Transfer extends UdpSession.with({ states: ['asked', 'atDisk', 'sending', 'receiving', 'over'] }) {
  #file: OpenFile | undefined;
  #blockSize = BLOCK;
  #seconds = 1;
  /** The number of the block that was sent last, or is to come; from its low 16 bits a peer knows it. */
  #block = 0;
  #isLast = false;
  #isWhole = false;
  #sent: Buffer = Buffer.alloc(0);
  #tries = 0;

  constructor(private readonly files: Files) {
    super();
  }

  ttse__onStart(): void {
    this.toState('asked');
  }

  ttse_asked__onData(data: Buffer): void {
    const request = readRequest(data);
    if (request === undefined) return this.#fail(ERROR.illegal, 'this is no request');
    if (request.mode !== 'octet') return this.#fail(ERROR.other, 'only the mode octet is known');
    const open = this.files.open(request.name, request.writes).then((file) => ({ file, request }));
    this.toState('atDisk');
    return this.pipe(open, this.ttse__onOpened, this.ttse__onDiskFailed);
  }

  ttse__onOpened({ file, request }: { file: OpenFile; request: NonNullable<ReturnType<typeof readRequest>> }): void {
    this.#file = file;
    const agreed = this.#agree(request.options, request.writes ? request.options.get('tsize') : String(file.size));
    if (agreed.size > 0) return this.#say(optionsAck(agreed), request.writes ? 'receiving' : 'sending');
    return request.writes ? this.#acknowledge() : this.#readNext();
  }

  /** Takes what it knows of the options of a client (RFC 2347). */
  #agree(options: ReadonlyMap<string, string>, size: string | undefined): Map<string, string> {
    const agreed = new Map<string, string>();
    const [blockSize, seconds] = [Number(options.get('blksize')), Number(options.get('timeout'))];
    if (blockSize >= 8) agreed.set('blksize', String((this.#blockSize = Math.min(blockSize, LARGEST_BLOCK))));
    if (seconds >= 1 && seconds <= 255) agreed.set('timeout', String((this.#seconds = seconds)));
    if (options.has('tsize') && size !== undefined) agreed.set('tsize', size);
    return agreed;
  }

  // ---- It sends a file ----

  ttse_sending__onData(data: Buffer): void {
    if (this.#isError(data) || readBlock(data, OP.ack)?.block !== (this.#block & 0xffff)) return;
    if (this.#isLast) this.ttsc__close();
    else this.#readNext();
  }

  #readNext(): void {
    this.toState('atDisk');
    this.pipe(
      this.#file!.read(this.#blockSize, this.#block * this.#blockSize),
      this.ttse__onRead,
      this.ttse__onDiskFailed,
    );
  }

  ttse__onRead(data: Buffer): void {
    this.#block++;
    this.#isLast = data.length < this.#blockSize;
    this.#say(packet(OP.data, this.#block & 0xffff, data), 'sending');
  }

  // ---- It receives one ----

  ttse_receiving__onData(data: Buffer): void {
    const received = readBlock(data, OP.data);
    if (this.#isError(data) || received === undefined) return;
    if (!this.isNext(received.block, this.#block)) return;
    this.#isLast = received.data.length < this.#blockSize;
    this.toState('atDisk');
    const written = this.#file!.write(received.data, this.#block * this.#blockSize);
    this.pipe(written, this.ttse__onWritten, this.ttse__onDiskFailed);
  }

  /** Whether a block is the one that is to come, and not one that has come before. */
  protected isNext(number: number, before: number): boolean {
    return number === ((before + 1) & 0xffff);
  }

  ttse__onWritten(): void {
    this.#block++;
    this.#isWhole = this.#isLast;
    this.#acknowledge();
  }

  #acknowledge(): void {
    this.#say(packet(OP.ack, this.#block & 0xffff), this.#isLast ? 'over' : 'receiving');
  }

  /** Its last acknowledgement was lost: the client sends its last block once more. */
  ttse_over__onData(data: Buffer): void {
    if (readBlock(data, OP.data) !== undefined) this.send(this.#sent);
  }

  ttse_over__onStateTimeout(): void {
    this.ttsc__close();
  }

  // ---- What goes wrong ----

  /** Nothing has come: what was sent last may be lost. */
  ttse__onStateTimeout(): void {
    if (++this.#tries >= TRIES) return this.#fail(ERROR.other, 'nothing came for too long');
    this.send(this.#sent);
    return this.toState(this.state, { reenter: true, timeout: this.#seconds * 1_000 });
  }

  ttse__onDiskFailed(reason: unknown): void {
    const { code = '', message } = reason as NodeJS.ErrnoException;
    this.#fail(CODES[code] ?? ERROR.other, code in CODES ? code : message);
  }

  ttse__onFinished(): void {
    void this.#file?.close(this.#isWhole).catch(() => {});
  }

  #isError(data: Buffer): boolean {
    const isError = readBlock(data, OP.error) !== undefined;
    if (isError) this.ttsc__close();
    return isError;
  }

  #say(sent: Buffer, next: 'sending' | 'receiving' | 'over'): void {
    this.#tries = 0;
    this.#sent = sent;
    this.send(sent);
    this.toState(next, { timeout: this.#seconds * (next === 'over' ? TRIES * 1_000 : 1_000) });
  }

  #fail(code: number, text: string): void {
    this.send(errorPacket(code, text));
    this.ttsc__close();
  }
}
