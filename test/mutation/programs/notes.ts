// The notes of examples/line-protocol: what was kept is what was sent, whatever the network does to the bytes.
import assert from 'node:assert/strict';
import { NoteServer } from '../../../examples/line-protocol/note-server.js';
import { TcpClient, Tonic } from '../../../src/index.js';
import { type Distiller, SeededRandom, SimulatedNetwork } from '../../../src/testing/index.js';
import type { Exploration } from '../support/exploration.js';

const PORT = 7010;
const NOTE_SECONDS = 20;
const LONGEST_LINE = 1_000;

/** Sends line by line and waits for each answer; it tells the answers that it got. */
class Writer extends Tonic {
  readonly answers: string[] = [];
  over = false;
  #text = '';
  #client: TcpClient | undefined;

  constructor(name: string) {
    super({ name });
  }

  ttse__onStart(): void {
    this.#client = new TcpClient({ host: '127.0.0.1', port: PORT });
  }

  ttsc__say(text: string): void {
    this.#client?.ttsc__send(text);
  }

  ttse__onData(_client: TcpClient, data: Buffer): void {
    this.#text += data.toString('latin1');
    const lines = this.#text.split('\r\n');
    this.#text = lines.pop()!;
    this.answers.push(...lines);
  }

  ttse__onError(): void {}

  ttse__onDisconnected(): void {
    this.over = true;
  }
}

export const options: Exploration['options'] = {
  app: () => void new NoteServer({ places: [{ host: '127.0.0.1', port: PORT }], noteSeconds: NOTE_SECONDS }),
  network: (parts) => {
    const network = new SimulatedNetwork(parts);
    network.host('main');
    return network.between('main', 'main', { split: 'random', jitter: 5 });
  },
};

export const body: Exploration['body'] = async (distiller) => {
  const random = new SeededRandom(distiller.seed);
  await distiller.settle();
  for (let nr = 0; nr < 2; nr++) await writeNotes(distiller, random, `writer-${nr}`);
  await longLines(distiller, random);
};

/** Some notes of some lines, each at its own pace, but in time; each is read again. */
async function writeNotes(distiller: Distiller, random: SeededRandom, name: string): Promise<void> {
  const writer = distiller.infuse(() => new Writer(name));
  const expected = ['220 notes: PUT, GET, DEL, QUIT'];
  for (let nr = 0; nr < 4; nr++) {
    const note = `${name}.${nr}`;
    const lines = Array.from({ length: random.below(3) }, (_, at) => `line ${at} of ${note}`);
    const pauses = lines.length + 2;
    for (const line of [`PUT ${note}`, ...lines, '.', `GET ${note}`]) {
      writer.ttsc__say(`${line}\r\n`);
      await distiller.advance(100 + random.below(((NOTE_SECONDS - 2) * 1000) / pauses));
    }
    expected.push('300 end with a dot on a line by itself', '200 kept', '200 here it is', ...lines, '.');
    assert.deepEqual(writer.answers, expected, `what ${name} heard`);
  }
  writer.ttsc__say('QUIT\r\n');
  await distiller.advance('5s');
  assert.equal(writer.answers.at(-1), '221 bye');
  assert.ok(writer.over, `${name} is let go`);
  writer.ttsc__finish();
}

/** The longest line that is allowed is taken; bytes without an end are not. */
async function longLines(distiller: Distiller, random: SeededRandom): Promise<void> {
  const writer = distiller.infuse(() => new Writer('longest'));
  writer.ttsc__say(`${'x'.repeat(LONGEST_LINE)}\r\n`);
  await distiller.advance('20s');
  assert.equal(writer.answers.at(-1), '400 use PUT, GET, DEL or QUIT');
  for (let sent = 0; sent < 3 * LONGEST_LINE; sent += LONGEST_LINE / 2) {
    writer.ttsc__say('y'.repeat(LONGEST_LINE / 2));
    await distiller.advance(1_000 + random.below(1_000));
  }
  assert.ok(writer.over, 'a peer that sends no line is sent away');
  writer.ttsc__finish();
}
