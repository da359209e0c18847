import { type DisconnectInfo, type Remote, type TaskTonicError, TcpClient } from 'tasktonic';
import { TEMPERATURE } from './device.js';
import { FUNCTION, IS_EXCEPTION, type ModbusFrame, modbus, words } from './modbus.js';

/** Who hears what was read. */
export interface PollerOwner {
  ttse__onReading(temperature: number): void;
}

export interface PollerOptions {
  readonly host: string;
  readonly port: number;
  /** From an answer to the next question. */
  readonly seconds: number;
}

/** Asks a device for its temperature again and again. A connection that is lost, or on which an answer takes too long, is made anew. */
export class Poller extends TcpClient.with({ states: ['asking', 'waiting', 'away'], framing: modbus }) {
  declare readonly base: Remote<PollerOwner>;
  #transaction = 0;

  constructor(private readonly options: PollerOptions) {
    const { host, port } = options;
    super({ name: 'poller', host, port, reconnect: true, giveUpAfter: Infinity, whileDisconnected: 'fail' });
  }

  ttse__onConnected(): void {
    this.toState('asking');
  }

  ttse_asking__onEnter(): void {
    const transaction = (this.#transaction = (this.#transaction + 1) & 0xffff);
    const question = { transaction, unit: 1, code: FUNCTION.readRegisters, data: words(TEMPERATURE, 1) };
    this.request(question, this.ttse__onAnswer, { key: transaction, timeout: 1_000, onError: this.ttse__onNoAnswer });
  }

  protected override answerKey({ transaction }: ModbusFrame): number {
    return transaction;
  }

  ttse__onAnswer({ code, data }: ModbusFrame): void {
    if ((code & IS_EXCEPTION) !== 0) this.log.warn(`the device answers with exception ${data[0]}`);
    else this.base.ttse__onReading(data.readUInt16BE(1) / 10);
    this.toState('waiting', { timeout: this.options.seconds * 1_000 });
  }

  ttse_waiting__onStateTimeout(): void {
    this.toState('asking');
  }

  /** It took too long, or its connection was lost. */
  ttse__onNoAnswer(error: Error & { readonly code?: string }): void {
    this.log.warn(error.message);
    if (error.code === 'TT_REQUEST_TIMEOUT') this.ttsc__reconnect();
  }

  ttse__onError({ message }: TaskTonicError): void {
    this.log.warn(message);
  }

  ttse__onDisconnected({ reason }: DisconnectInfo): void {
    this.log.warn(`the device is away: ${reason}`);
    this.toState('away');
  }
}
