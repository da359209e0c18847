import { expect } from 'chai';
import { Formula, SelectorCatalyst, Tonic } from '../../../src/index.js';
import { Store, type StoreHandle } from '../../../src/store/index.js';
import { Distiller } from '../../../src/testing/index.js';
import { HttpServer, type Message, StoreConnection, WebSocketClient } from '../../doors/http.js';

class Page extends StoreConnection {
  static override readonly serves = { read: ['rooms/**'], write: ['rooms/**'], creates: true };
}

/** Serves pages from a thread of its own, in which there is a copy of the Store. */
export class Web extends SelectorCatalyst {
  static override readonly module = import.meta.url;

  ttse__onStart(): void {
    new HttpServer({ host: '0.0.0.0', port: 80, webSockets: { '/store': Page } });
  }
}

class Owner extends Tonic {
  readonly store: StoreHandle = this.use(Store);
}

class House extends Formula {
  owner!: Owner;
  protected override creatingStartingTonics(): void {
    this.owner = new Owner();
    Web.spawn();
  }
}

class Reads extends WebSocketClient {
  readonly messages: Message[] = [];
  override ttse__onMessage(message: Message): void {
    this.messages.push(message);
  }
}

describe('A StoreConnection in a thread that has a copy of the Store', () => {
  it('says what the owner has, and has it set what a page sets', async () => {
    const house = new House();
    const distiller = await Distiller.start(house, { host: 'main' });
    try {
      house.owner.store.set('rooms/hall/lamp', 'off');
      await distiller.advance('1s');
      const browser = await distiller.join(() => {}, { host: 'browser' });
      const page = browser.infuse(() => new Reads({ url: 'ws://main:80/store', subprotocols: ['tasktonic.store.1'] }));
      page.ttsc__send('{"follow":["rooms/**"],"id":1}');
      await distiller.advance('1s');
      page.ttsc__send('{"set":[[0,[["rooms/hall/lamp","on"]]]]}');
      await distiller.advance('1s');
      house.owner.store.set({ 'rooms/hall/watt': 7, 'rooms/hall/lamp': 'off' });
      await distiller.advance('1s');
      expect(page.messages).to.eql([
        '{"all":[["rooms/hall/lamp","off"]],"id":1}',
        '{"changes":[["rooms/hall/lamp","on"]]}',
        '{"done":0}',
        '{"changes":[["rooms/hall/watt",7],["rooms/hall/lamp","off"]]}',
      ]);
    } finally {
      await distiller.finish();
    }
  });
});
