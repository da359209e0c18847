import { EXCEPTION, FUNCTION, IS_EXCEPTION, type ModbusFrame } from './modbus.js';

/** Why a request is not done. */
class ModbusException extends Error {
  constructor(readonly code: number) {
    super(`Modbus exception ${code}`);
  }
}

const SIZE = 100;
const ON = 0xff00;
/** How many values each function is for at most. */
const MOST = new Map<number, number>([
  [FUNCTION.readCoils, 2_000],
  [FUNCTION.readRegisters, 125],
  [FUNCTION.writeCoil, 1],
  [FUNCTION.writeRegister, 1],
  [FUNCTION.writeCoils, 1_968],
  [FUNCTION.writeRegisters, 123],
]);

/** The coils and registers of a device, and what requests do with them (Modbus Application Protocol 1.1b3, 6). */
export class Memory {
  readonly coils = new Array<boolean>(SIZE).fill(false);
  /** As they are sent: two bytes each, the higher one first. */
  readonly registers = Buffer.alloc(2 * SIZE);

  /** Does what a request asks for; where that cannot be done, nothing is, and the answer says why. */
  answer(request: ModbusFrame): ModbusFrame {
    try {
      return { ...request, data: this.#done(request) };
    } catch (thrown) {
      if (!(thrown instanceof ModbusException)) throw thrown;
      return { ...request, code: request.code | IS_EXCEPTION, data: Buffer.from([thrown.code]) };
    }
  }

  /** What the answer holds: what was read, or where was written. */
  #done({ code, data }: ModbusFrame): Buffer {
    const most = MOST.get(code);
    if (most === undefined) throw new ModbusException(EXCEPTION.function);
    if (data.length < 4) throw new ModbusException(EXCEPTION.value);
    const [from, value] = [data.readUInt16BE(0), data.readUInt16BE(2)];
    const count = most === 1 ? 1 : value;
    if (count < 1 || count > most) throw new ModbusException(EXCEPTION.value);
    if (from + count > SIZE) throw new ModbusException(EXCEPTION.address);
    if (code === FUNCTION.readCoils) return sized(bytesOf(this.coils.slice(from, from + count)));
    if (code === FUNCTION.readRegisters) return sized(this.registers.subarray(2 * from, 2 * (from + count)));
    if (code === FUNCTION.writeCoil) this.coils[from] = coilIn(value);
    if (code === FUNCTION.writeRegister) data.copy(this.registers, 2 * from, 2, 4);
    if (code === FUNCTION.writeRegisters) given(data, 2 * count).copy(this.registers, 2 * from);
    if (code === FUNCTION.writeCoils) {
      const bytes = given(data, Math.ceil(count / 8));
      for (let at = 0; at < count; at++) this.coils[from + at] = (bytes[at >> 3]! & (1 << (at & 7))) !== 0;
    }
    return data.subarray(0, 4);
  }
}

function coilIn(value: number): boolean {
  if (value !== 0 && value !== ON) throw new ModbusException(EXCEPTION.value);
  return value === ON;
}

/** What several values are written with: behind their number stands how many bytes they are. */
function given(data: Buffer, size: number): Buffer {
  if (data[4] !== size || data.length !== 5 + size) throw new ModbusException(EXCEPTION.value);
  return data.subarray(5);
}

function sized(bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.from([bytes.length]), bytes]);
}

/** Eight coils in a byte, the first one in its lowest bit. */
function bytesOf(coils: readonly boolean[]): Buffer {
  const bytes = Buffer.alloc(Math.ceil(coils.length / 8));
  coils.forEach((isOn, at) => isOn && (bytes[at >> 3]! |= 1 << (at & 7)));
  return bytes;
}
