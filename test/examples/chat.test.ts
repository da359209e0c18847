import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect } from 'chai';
import { ConnectionGroups, type DisconnectInfo, TcpClient, type TaskTonicError } from 'tasktonic';
import { lines } from 'tasktonic/framing';
import { type Distiller, type Fault, SimulatedNetwork, explore } from 'tasktonic/testing';
import type { Rooms } from '../../examples/chat/chat-connection.js';
import { Chat } from '../../examples/chat/chat.js';
import { Chromium, closeBrowsers, needsChromium } from '../support/chromium.js';
import { needsCommands } from '../support/commands.js';
import { howMany, onlyWithAll } from '../support/how-many.js';
import { type Peer, closePeers, connectTo } from '../support/peers.js';
import { onRealSockets } from '../support/stage.js';
import { ExampleApp } from './support/example-app.js';

describe('the chat', () => {
  onRealSockets('its clients are programs of others');
  let app: ExampleApp;

  beforeEach(async () => {
    const place = { host: '127.0.0.1', port: 0 } as const;
    app = await ExampleApp.start(() => new Chat([place], place), 2);
  });
  afterEach(async () => {
    closePeers();
    await closeBrowsers();
    await app.end();
  });

  const portOf = (what: string): number => app.lines.find(({ msg }) => msg.startsWith(what))!.port!;
  const enter = async (nick: string): Promise<Peer> => {
    const peer = (await connectTo(portOf('chat'))).send(`${nick}\n`);
    await says(peer, 'you are in lobby');
    return peer;
  };
  const says = async (peer: Peer, text: string): Promise<void> =>
    peer.heard.until(() => peer.text.includes(text), text);

  it('tells those in a room what is said there, and nobody else', async () => {
    const [ann, bob, carl] = [await enter('ann'), await enter('bob'), await enter('carl')];
    carl.send('/join kitchen\n');
    await says(bob, '* carl has left');
    ann.send('hello \u001b[2J\u0007all\n/who\n');
    await says(bob, 'ann: hello [2Jall\n');
    await says(ann, '* ann, bob\n');
    carl.send('anybody?\n');
    await says(carl, 'carl: anybody?');
    carl.send('/quit\n');
    await carl.closed();
    expect(carl.text).not.to.include('hello');
    expect(bob.text).not.to.include('anybody');
  });

  it('gives a nick to one at a time, and only one that is a nick', async () => {
    const ann = await enter('ann');
    const other = (await connectTo(portOf('chat'))).send('ann\na b\n\n');
    await says(other, '* somebody else has that nick\n* a nick is 1 to 20 letters, digits, _ and -\n* a nick is');
    ann.end();
    await ann.closed();
    const third = await enter('ann');
    expect(third.text).to.include('* you are in lobby');
  });

  it('talks to socat', async function () {
    needsCommands(this, 'socat');
    const ann = await enter('ann');
    const socat = spawn('socat', ['-', `TCP:127.0.0.1:${portOf('chat')}`], { stdio: ['pipe', 'pipe', 'inherit'] });
    let heard = '';
    socat.stdout.on('data', (data) => (heard += String(data)));
    socat.stdin.write('sam\ngood morning\n');
    await says(ann, 'sam: good morning');
    socat.stdin.write('/quit\n');
    await once(socat, 'close');
    expect(heard).to.match(/your nick\?\n\* you are in lobby\nsam: good morning\n\* bye\n$/);
  });

  it('has a page, whose visitors are in the same rooms', async function () {
    onlyWithAll(this, 'a page of an example');
    needsChromium(this);
    this.timeout(60_000);
    const ann = await enter('ann');
    const browser = await Chromium.at(`http://127.0.0.1:${portOf('the page')}/`);
    const shows = async (text: string): Promise<void> =>
      browser.shows(`document.getElementById('said').textContent.includes(${JSON.stringify(text)})`);
    const say = async (text: string): Promise<unknown> =>
      browser.evaluate(`document.getElementById('line').value = ${JSON.stringify(text)};
        document.getElementById('form').requestSubmit();`);
    await shows('what is your nick?');
    await say('bea');
    await says(ann, '* bea comes in');
    ann.send('größe <b>\n');
    await shows('ann: größe <b>');
    await say('hello from a page');
    await says(ann, 'bea: hello from a page');
  });
});

const SAID = 200;

/** Kernels that hold little, so that it is soon known who does not read. */
const network = (parts: ConstructorParameters<typeof SimulatedNetwork>[0]): SimulatedNetwork =>
  new SimulatedNetwork({ ...parts, sendBuffer: 16_384, receiveBuffer: 16_384 });

/** Comes in, and counts what it hears of the others, and what it is told that it has missed. */
class Guest extends TcpClient.with({ framing: lines() }) {
  heard = 0;
  missed = 0;
  constructor(nick: string) {
    super({ name: nick, host: 'chat', port: 7020 });
  }
  ttse__onConnected(): void {
    this.send(`${this.name}\n`);
  }
  override ttse__onFrame(line: string): void {
    if (line.startsWith('talker: ')) this.heard++;
    this.missed += Number(/have missed (\d+)$/.exec(line)?.[1] ?? 0);
  }
  ttse__onDisconnected(_info: DisconnectInfo): void {}
}

/** The bug that is put in on purpose: who has been behind is not told what he has missed. */
class SilentChat extends Chat {
  protected override readonly rooms: Rooms = { members: new ConnectionGroups(), nicks: new Set() };
}

const missesNothingInSilence =
  (Kind: typeof Chat) =>
  async (distiller: Distiller): Promise<void> => {
    await distiller.join(() => void new Kind([{ port: 7020 }]), { host: 'chat' });
    await distiller.settle();
    for (const nick of ['reader', 'talker']) await distiller.join(() => void new Guest(nick), { host: nick });
    await distiller.advance('1s');
    const [reader, talker] = [distiller.find<Guest>('reader')!, distiller.find<Guest>('talker')!];
    const line = `${'x'.repeat(900)}\n`;
    const connection = distiller.network.connections[0]!;
    for (let nr = 0; nr < 10; nr++) {
      if (distiller.chance(0.3, 'stall', 'reader')) connection.stall('client');
      talker.ttsc__send(line.repeat(SAID / 10));
      await distiller.advance('1s');
      if (distiller.chance(0.3, 'resume', 'reader')) connection.resume();
    }
    connection.resume();
    await distiller.advance('10s');
    expect(talker.heard).to.equal(SAID);
    expect(reader.heard + reader.missed).to.equal(SAID);
  };

describe('the chat with readers that stop reading', () => {
  it('tells each how much it has missed', async function () {
    this.timeout(60_000);
    const { faults } = await explore({ runs: howMany(2, 100), seed: 1, network }, missesNothingInSilence(Chat));
    expect(faults['stall']).to.be.greaterThan(0);
  });

  it('would be found out if it did not', async function () {
    onlyWithAll(this, 'a bug in an example');
    this.timeout(60_000);
    const error = await explore({ runs: 100, seed: 1, network }, missesNothingInSilence(SilentChat)).then(
      () => expect.fail('explore() found nothing'),
      (thrown: TaskTonicError) => thrown,
    );
    expect((error.details['faults'] as Fault[]).map(({ kind }) => kind)).to.deep.equal(['stall']);
  });
});
