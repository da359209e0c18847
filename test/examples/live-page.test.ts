import { createSocket } from 'node:dgram';
import { expect } from 'chai';
import { Chromium, closeBrowsers, needsChromium } from '../support/chromium.js';
import { onlyWithAll } from '../support/how-many.js';
import { Program } from '../support/program.js';

const TWIN = new URL('../../dist/examples/digital-twin/server.js', import.meta.url);

describe('the live page of the digital twin, in Chromium', () => {
  let twin: Program | undefined;

  before(function () {
    needsChromium(this);
  });

  const kill = async (): Promise<void> => {
    twin?.signal('SIGKILL');
    await twin?.exit();
    twin = undefined;
  };

  afterEach(async () => {
    await closeBrowsers();
    await kill();
  });

  async function start(port = '0', web = '0'): Promise<[string, string]> {
    twin = new Program(TWIN, ['--port', port, '--web', web]);
    const [, devices] = /port (\d+)$/.exec(await twin.wrote(/^devices report to/))!;
    const [, page] = /:(\d+)\/$/.exec(await twin.wrote(/^live page at/))!;
    return [devices!, page!];
  }

  async function report(port: string, told: object): Promise<void> {
    const socket = createSocket('udp4');
    await new Promise((resolve) => socket.send(JSON.stringify(told), Number(port), '127.0.0.1', resolve));
    socket.close();
  }

  const thermometer = (value: number): object => ({ device: 't1', kind: 'thermometer', room: 'kitchen', value });
  const cell = (device: string, name: string): string =>
    `document.querySelector('[data-path="rooms/kitchen/${device}"]')?.querySelector('.${name}').textContent`;

  it('shows what devices report, follows it, switches a fan and sets the limit', async function () {
    this.timeout(60_000);
    const [devices, web] = await start();
    await report(devices, thermometer(21.5));
    await report(devices, { device: 'f1', kind: 'fan', room: 'kitchen' });
    const browser = await Chromium.at(`http://localhost:${web}/`);
    await browser.shows(`${cell('t1', 'value')} === '21.5' && ${cell('f1', 'kind')} === 'fan'`);
    expect(await browser.evaluate(`document.getElementById('state').textContent`)).to.equal('ready');

    await report(devices, thermometer(22));
    await browser.shows(`${cell('t1', 'value')} === '22'`);

    await browser.evaluate(`document.querySelector('[data-path="rooms/kitchen/f1"] button').click()`);
    await twin!.wrote('kitchen f1 on true');
    await browser.shows(`${cell('f1', 'on')} === 'on'`);

    await browser.evaluate(`(() => {
      const limit = document.getElementById('limit');
      limit.value = '20';
      limit.dispatchEvent(new Event('change'));
    })()`);
    await twin!.wrote('rules limit 20');
    expect(await browser.evaluate(`document.getElementById('error').textContent`)).to.equal('');
  });

  it('is there again with the server, and shows what that has then', async function () {
    onlyWithAll(this, 'a second start of the server');
    this.timeout(60_000);
    const [devices, web] = await start();
    await report(devices, thermometer(21.5));
    const browser = await Chromium.at(`http://localhost:${web}/`);
    await browser.shows(`${cell('t1', 'value')} === '21.5'`);
    await kill();
    await browser.shows(`document.getElementById('state').textContent === 'waiting'`);
    await start(devices, web);
    await report(devices, { ...thermometer(5), device: 't2' });
    await browser.shows(`${cell('t2', 'value')} === '5' && ${cell('t1', 'value')} === undefined`);
    expect(await browser.evaluate(`document.getElementById('state').textContent`)).to.equal('ready');
  });
});
