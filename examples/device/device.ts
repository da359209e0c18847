import { MessageServer, TimerRepeat, Tonic } from 'tasktonic';
import type { Serving } from '../shared/serving.js';
import { Memory } from './memory.js';
import { modbus } from './modbus.js';

/** Where its values are: a coil that switches the heater, and a register with the temperature in tenths of a degree. */
export const HEATER = 0;
export const TEMPERATURE = 0;
const [COLD, HOT, STEP] = [180, 900, 5];

/** A simulated boiler that speaks Modbus TCP: it becomes warmer while its heater is on, and cooler while it is not. */
export class Device extends Tonic {
  readonly memory = new Memory();

  constructor(private readonly places: readonly Serving[]) {
    super({ name: 'device' });
  }

  ttse__onStart(): void {
    for (const place of this.places)
      new MessageServer({
        ...place,
        framing: modbus,
        answer: (request) => this.memory.answer(request),
        maxConnections: 100,
      });
    this.memory.registers.writeUInt16BE(COLD, 2 * TEMPERATURE);
    new TimerRepeat({ seconds: 1, name: 'second' });
  }

  ttse__onSecond(): void {
    const { coils, registers } = this.memory;
    const next = registers.readUInt16BE(2 * TEMPERATURE) + (coils[HEATER] === true ? STEP : -STEP);
    registers.writeUInt16BE(Math.min(Math.max(next, COLD), HOT), 2 * TEMPERATURE);
  }
}
