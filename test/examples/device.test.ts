import { once } from 'node:events';
import { connect as connectSocket } from 'node:net';
import { expect } from 'chai';
import { type TaskTonicError, Tonic } from 'tasktonic';
import { type Distiller, type Fault, checkFraming, explore } from 'tasktonic/testing';
import { Device, HEATER, TEMPERATURE } from '../../examples/device/device.js';
import { Memory } from '../../examples/device/memory.js';
import { FUNCTION, type ModbusFrame, modbus, words } from '../../examples/device/modbus.js';
import { Poller, type PollerOwner } from '../../examples/device/poller.js';
import { needsCommands, runCommand } from '../support/commands.js';
import { howMany, onlyWithAll } from '../support/how-many.js';
import { onRealSockets } from '../support/stage.js';
import { ExampleApp } from './support/example-app.js';

const request = (code: number, data: Buffer, transaction = 1): ModbusFrame => ({ transaction, unit: 1, code, data });

describe('the device', () => {
  describe('with mbpoll', () => {
    onRealSockets('mbpoll is a program of others');
    let app: ExampleApp;
    let device: Device;

    before(function () {
      needsCommands(this, 'mbpoll');
    });
    beforeEach(async () => {
      app = await ExampleApp.start(() => (device = new Device([{ host: '127.0.0.1', port: 0 }])));
    });
    afterEach(async () => app.end());

    const mbpoll = async (...words: readonly string[]): Promise<string> => {
      const { out, err } = await runCommand('mbpoll', ['-m', 'tcp', '-p', String(app.ports[0]!), '-1', ...words]);
      return out + err;
    };

    it('reads and writes registers', async () => {
      expect(await mbpoll('-t', '4', '-r', '11', '127.0.0.1', '17', '65535')).to.include('Written 2 references');
      expect(device.memory.registers.subarray(20, 24)).to.deep.equal(words(17, 65_535));
      expect(await mbpoll('-t', '4', '-r', '11', '-c', '2', '127.0.0.1')).to.match(/\[11\]:\s+17\n\[12\]:\s+65535/);
    });

    it('reads and writes coils', async () => {
      expect(await mbpoll('-t', '0', '-r', '1', '127.0.0.1', '1')).to.include('Written 1 references');
      expect(device.memory.coils[HEATER]).to.equal(true);
      expect(await mbpoll('-t', '0', '-r', '1', '-c', '10', '127.0.0.1')).to.match(/\[1\]:\s+1\n\[2\]:\s+0/);
    });

    it('answers with an exception where there is no such address', async () => {
      expect(await mbpoll('-t', '4', '-r', '200', '127.0.0.1')).to.include('Illegal data address');
    });

    it('ends who speaks something else, and goes on', async () => {
      const peer = connectSocket(app.ports[0]!, '127.0.0.1').resume();
      peer.write('GET / HTTP/1.1\r\n\r\n');
      await once(peer, 'close');
      expect(await mbpoll('-t', '4', '-r', '1', '127.0.0.1')).to.match(/\[1\]:\s+1\d\d/);
    });
  });

  describe('in its memory', () => {
    for (const [what, asked, exception] of [
      ['a function that there is not', request(0x2b, Buffer.alloc(0)), 1],
      ['an address that there is not', request(FUNCTION.readRegisters, words(99, 2)), 2],
      ['nothing', request(FUNCTION.readCoils, words(0, 0)), 3],
      ['more than an answer holds', request(FUNCTION.readRegisters, words(0, 126)), 3],
      ['a coil that is neither on nor off', request(FUNCTION.writeCoil, words(0, 1)), 3],
      ['a request that is cut off', request(FUNCTION.writeRegister, Buffer.from([0])), 3],
      [
        'fewer values than it says',
        request(FUNCTION.writeRegisters, Buffer.concat([words(0, 2), Buffer.from([2, 0, 1])])),
        3,
      ],
    ] as const)
      it(`takes no request for ${what}: exception ${exception}`, () => {
        const memory = new Memory();
        const refusal = { ...asked, code: asked.code | 0x80, data: Buffer.from([exception]) };
        expect(memory.answer(asked)).to.deep.equal(refusal);
        expect([...memory.registers, ...memory.coils].some(Boolean)).to.equal(false);
      });

    it('has eight coils in a byte, the first one in its lowest bit', () => {
      const memory = new Memory();
      memory.answer(request(FUNCTION.writeCoils, Buffer.concat([words(3, 10), Buffer.from([2, 0b101, 0b10])])));
      expect(memory.coils.flatMap((isOn, at) => (isOn ? at : []))).to.deep.equal([3, 5, 12]);
      expect(memory.answer(request(FUNCTION.readCoils, words(3, 10))).data).to.deep.equal(
        Buffer.from([2, 0b101, 0b10]),
      );
    });
  });

  it('reads frames however they are cut', () => {
    checkFraming(modbus, [request(FUNCTION.readCoils, words(0, 9), 0xffff), request(0x83, Buffer.from([2]))]);
  });
});

/** Has a poller, and hears what it reads. */
class Owner extends Tonic implements PollerOwner {
  readings = 0;
  last = 0;
  constructor(private readonly Kind: typeof Poller) {
    super({ name: 'owner' });
  }
  ttse__onStart(): void {
    new this.Kind({ host: 'device', port: 502, seconds: 1 });
  }
  ttse__onReading(temperature: number): void {
    this.readings++;
    this.last = temperature;
  }
}

/** The bug that is put in on purpose: it does not ask again on a new connection. */
class Weary extends Poller {
  #hasAsked = false;
  override ttse__onConnected(): void {
    if (!this.#hasAsked) super.ttse__onConnected();
    this.#hasAsked = true;
  }
}

const goesOn =
  (Kind: typeof Poller) =>
  async (distiller: Distiller): Promise<void> => {
    await distiller.join(() => void new Device([{ port: 502 }]), { host: 'device' });
    await distiller.settle();
    await distiller.join(() => void new Owner(Kind), { host: 'owner' });
    distiller.network.conditions({ latency: 20, split: 'random', reset: 0.05 });
    if (distiller.chance(0.3, 'partition', 'device')) {
      const partition = distiller.network.partition('device', 'owner');
      await distiller.advance('5s');
      partition.heal();
    }
    await distiller.advance('20s');
    distiller.network.conditions({ reset: 0 });
    await distiller.advance('30s');
    const [owner, device] = [distiller.find<Owner>('owner')!, distiller.find<Device>('device')!];
    device.memory.coils[HEATER] = true;
    const before = owner.readings;
    await distiller.advance('10s');
    expect(owner.readings - before).to.be.within(8, 10);
    expect(owner.last * 10).to.be.closeTo(device.memory.registers.readUInt16BE(2 * TEMPERATURE), 10);
  };

describe('the poller of the device on a network that fails', () => {
  it('asks on, and gets the answers to its own questions', async function () {
    this.timeout(60_000);
    const { faults } = await explore({ runs: howMany(2, 60), seed: 1 }, goesOn(Poller));
    expect(faults['reset']).to.be.greaterThan(0);
  });

  it('would be found out if it did not ask on a new connection', async function () {
    onlyWithAll(this, 'a bug in an example');
    this.timeout(60_000);
    const error = await explore({ runs: 100, seed: 1 }, goesOn(Weary)).then(
      () => expect.fail('explore() found nothing'),
      (thrown: TaskTonicError) => thrown,
    );
    expect((error.details['faults'] as Fault[]).map(({ kind }) => kind)).to.deep.equal(['reset']);
  });
});
