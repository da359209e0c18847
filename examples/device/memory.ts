import { EXCEPTION, FUNCTION, type ModbusFrame, words } from './modbus.js';

/** Why a request is not done. */
export class ModbusException extends Error {
  constructor(readonly code: number) {
    super(`Modbus exception ${code}`);
  }
}

type Range = [from: number, to: number];

const ON = 0xff00;
const KNOWN = new Set<number>(Object.values(FUNCTION));

/** The coils and registers of a device, and what requests do with them (Modbus Application Protocol 1.1b3, 6). */
export class Memory {
  readonly coils: boolean[];
  readonly registers: Uint16Array;

  constructor(size = 100) {
    this.coils = new Array<boolean>(size).fill(false);
    this.registers = new Uint16Array(size);
  }

  /**
   * Does what a request asks for.
   *
   * @returns what its answer holds.
   * @throws {ModbusException} where that cannot be done; then nothing has been.
   */
  answer({ code, data }: ModbusFrame): Buffer {
    if (!KNOWN.has(code)) throw new ModbusException(EXCEPTION.function);
    if (data.length < 4) throw new ModbusException(EXCEPTION.value);
    const [address, value] = [data.readUInt16BE(0), data.readUInt16BE(2)];
    switch (code) {
      case FUNCTION.readCoils:
        return sized(bitsOf(this.coils.slice(...this.#range(address, value, 2_000))));
      case FUNCTION.readRegisters:
        return sized(words(...this.registers.subarray(...this.#range(address, value, 125))));
      case FUNCTION.writeCoil:
        if (value !== 0 && value !== ON) throw new ModbusException(EXCEPTION.value);
        this.coils[this.#range(address, 1, 1)[0]] = value === ON;
        return data;
      case FUNCTION.writeRegister:
        this.registers[this.#range(address, 1, 1)[0]] = value;
        return data;
      case FUNCTION.writeCoils:
        return this.#writeCoils(this.#range(address, value, 1_968), given(data, Math.ceil(value / 8)));
      default:
        return this.#writeRegisters(this.#range(address, value, 123), given(data, 2 * value));
    }
  }

  #range(address: number, count: number, most: number): Range {
    if (count < 1 || count > most) throw new ModbusException(EXCEPTION.value);
    if (address + count > this.registers.length) throw new ModbusException(EXCEPTION.address);
    return [address, address + count];
  }

  #writeCoils([from, to]: Range, bytes: Buffer): Buffer {
    for (let at = from, bit = 0; at < to; at++, bit++) this.coils[at] = (bytes[bit >> 3]! & (1 << (bit & 7))) !== 0;
    return words(from, to - from);
  }

  #writeRegisters([from, to]: Range, bytes: Buffer): Buffer {
    for (let at = from; at < to; at++) this.registers[at] = bytes.readUInt16BE(2 * (at - from));
    return words(from, to - from);
  }
}

/** What several values are written with: behind their number stands how many bytes they are. */
function given(data: Buffer, size: number): Buffer {
  if (data[4] !== size || data.length !== 5 + size) throw new ModbusException(EXCEPTION.value);
  return data.subarray(5);
}

function sized(bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.from([bytes.length]), bytes]);
}

/** Eight in a byte, the first one in its lowest bit. */
function bitsOf(coils: readonly boolean[]): Buffer {
  const bytes = Buffer.alloc(Math.ceil(coils.length / 8));
  coils.forEach((isOn, at) => isOn && (bytes[at >> 3]! |= 1 << (at & 7)));
  return bytes;
}
