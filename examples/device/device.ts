import { TcpConnection, TimerRepeat } from 'tasktonic';
import { Served } from '../shared/served.js';
import type { Serving } from '../shared/serving.js';
import { Memory, ModbusException } from './memory.js';
import { IS_EXCEPTION, type ModbusFrame, modbus } from './modbus.js';

/** Where its values are: a coil that switches the heater, and a register with the temperature in tenths of a degree. */
export const HEATER = 0;
export const TEMPERATURE = 0;
const [COLD, HOT, STEP] = [180, 900, 5];

/** Answers the requests of one peer, in their order. What is no Modbus ends it. */
export class DeviceConnection extends TcpConnection.with({ framing: modbus }) {
  constructor(private readonly memory: Memory) {
    super();
  }

  ttse__onFrame(request: ModbusFrame): void {
    try {
      this.sendFrame({ ...request, data: this.memory.answer(request) });
    } catch (thrown) {
      if (!(thrown instanceof ModbusException)) throw thrown;
      this.sendFrame({ ...request, code: request.code | IS_EXCEPTION, data: Buffer.from([thrown.code]) });
    }
  }

  ttse__onError(): void {
    this.ttsc__close();
  }
}

/** A simulated boiler that speaks Modbus TCP: it becomes warmer while its heater is on, and cooler while it is not. */
export class Device extends Served {
  protected override readonly limits = { maxConnections: 100 };
  readonly memory = new Memory();

  constructor(places: readonly Serving[]) {
    super(places, 'Modbus', { name: 'device' });
  }

  protected connection(): DeviceConnection {
    return new DeviceConnection(this.memory);
  }

  override ttse__onStart(): void {
    super.ttse__onStart();
    this.memory.registers.writeUInt16BE(COLD, 2 * TEMPERATURE);
    new TimerRepeat({ seconds: 1, name: 'second' });
  }

  ttse__onSecond(): void {
    const { coils, registers } = this.memory;
    const next = registers.readUInt16BE(2 * TEMPERATURE) + (coils[HEATER] === true ? STEP : -STEP);
    registers.writeUInt16BE(Math.min(Math.max(next, COLD), HOT), 2 * TEMPERATURE);
  }
}
