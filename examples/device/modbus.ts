import { lengthPrefixed, mapFrames } from 'tasktonic/framing';

/** A request or its answer: Modbus TCP (the Messaging Implementation Guide, 3.1), around a PDU of the Application Protocol 1.1b3. */
export interface ModbusFrame {
  /** By which the client knows the answer. */
  readonly transaction: number;
  /** Which device of several behind one address. */
  readonly unit: number;
  /** What is to be done; with 0x80 added, the answer is an exception. */
  readonly code: number;
  readonly data: Buffer;
}

/** A header has six bytes, with the length in its end; a unit and a PDU of 253 bytes at most follow. */
const framing = lengthPrefixed({ before: 4, bytes: 2, max: 260, onTooLong: 'close' });

export const modbus = mapFrames(framing, {
  name: 'Modbus',
  read(bytes): ModbusFrame {
    if (bytes.length < 8 || bytes.readUInt16BE(2) !== 0) throw new Error('it is no Modbus');
    return { transaction: bytes.readUInt16BE(0), unit: bytes[6]!, code: bytes[7]!, data: bytes.subarray(8) };
  },
  write: ({ transaction, unit, code, data }: ModbusFrame) =>
    Buffer.concat([words(transaction, 0, data.length + 2), Buffer.from([unit, code]), data]),
});

/** What a request asks for. */
export const FUNCTION = {
  readCoils: 1,
  readRegisters: 3,
  writeCoil: 5,
  writeRegister: 6,
  writeCoils: 15,
  writeRegisters: 16,
} as const;

/** Why it is not done (7). */
export const EXCEPTION = { function: 1, address: 2, value: 3 } as const;
export const IS_EXCEPTION = 0x80;

/** Two numbers of 16 bits, as most requests and answers have. */
export function words(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(2 * values.length);
  values.forEach((value, at) => bytes.writeUInt16BE(value, 2 * at));
  return bytes;
}
