import { expect } from 'chai';
import type { HttpServerOptions } from '../../doors/http.js';
import { Chromium, closeBrowsers, needsChromium } from '../../support/chromium.js';
import { onlyWithAll } from '../../support/how-many.js';
import { tidyUp } from '../../support/net-app.js';
import { onRealSockets } from '../../support/stage.js';
import { serveWebSockets } from './support/serve.js';

const PAGE = `<!doctype html><script>
const told = [];
const socket = new WebSocket('ws://' + location.host + '/', ['v1', 'v2']);
socket.binaryType = 'arraybuffer';
socket.onopen = () => {
  told.push('open ' + socket.protocol + ' ' + socket.extensions);
  socket.send('Grüße');
  socket.send(new Uint8Array([1, 2, 3]));
  socket.send('*'.repeat(200000));
};
socket.onmessage = ({ data }) => {
  told.push(typeof data === 'string' ? data.slice(0, 5) + ' ' + data.length : [...new Uint8Array(data)].join());
  if (told.length === 4) socket.close(4000, 'done');
};
socket.onclose = ({ code, wasClean }) => {
  told.push('close ' + code + ' ' + wasClean);
  fetch('/told', { method: 'POST', body: JSON.stringify(told) });
};
</script>`;

describe('A WebSocket in a browser', () => {
  onRealSockets('a browser brings its own');
  before(function () {
    onlyWithAll(this, 'a browser takes seconds to start');
    needsChromium(this);
  });
  afterEach(async function () {
    await closeBrowsers();
    await tidyUp.call(this);
  });

  for (const perMessageDeflate of [false, true])
    it(`is opened, echoes and closes clean${perMessageDeflate ? ', with compression' : ''}`, async function () {
      this.timeout(60_000);
      let tell = (_told: unknown): void => {};
      const told = new Promise((resolve) => (tell = resolve));
      const handler: HttpServerOptions['handler'] = (request, response) => {
        if (request.method !== 'POST') return response.setHeader('Content-Type', 'text/html; charset=utf-8').end(PAGE);
        request.on('data', (data: Buffer) => tell(JSON.parse(data.toString())));
        return request.on('end', () => response.end());
      };
      const app = await serveWebSockets(undefined, { subprotocols: ['v2'], perMessageDeflate }, { handler });
      await Chromium.at(`http://127.0.0.1:${app.port}/`);
      const extensions = perMessageDeflate ? 'permessage-deflate' : '';
      expect(((await told) as string[]).map((each) => each.replace(/;.*/, ''))).to.eql([
        `open v2 ${extensions}`,
        'Grüße 5',
        '1,2,3',
        '***** 200000',
        'close 4000 true',
      ]);
      expect(await app.end()).to.include({ reason: 'peerEnded', closeCode: 4000, closeReason: 'done' });
    });
});
