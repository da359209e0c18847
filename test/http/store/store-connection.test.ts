import { expect } from 'chai';
import { WebSocket } from 'ws';
import { Tonic } from '../../../src/index.js';
import { StoreTree, Store, type StoreHandle } from '../../../src/store/index.js';
import { HttpServer, StoreConnection, type StoreConnectionOptions, type WebSocketRequest } from '../../doors/http.js';
import { type SocketLike, type StoreClient, connectStore } from '../../doors/store-client.js';
import { bench } from '../../support/bench.js';
import { howMany } from '../../support/how-many.js';
import { type NetApp, startNet, tidyUp } from '../../support/net-app.js';
import { connectTo } from '../../support/peers.js';
import { onRealSockets } from '../../support/stage.js';
import { text } from '../websocket/support/frames.js';
import { FramePeer, opening } from '../websocket/support/serve.js';

class Page extends StoreConnection {
  static override readonly serves: StoreConnectionOptions = {
    read: ['rooms/**'],
    write: ['rooms/*/lamp'],
    creates: true,
  };
}

/** Somebody else in the app. */
class Other extends Tonic {
  readonly store: StoreHandle = this.use(Store);
  ttsc__do(body: (store: StoreHandle) => void): void {
    body(this.store);
  }
}

const OFFER = { 'Sec-WebSocket-Protocol': 'other, tasktonic.store.1' };

describe('A StoreConnection', () => {
  afterEach(tidyUp);

  interface Stage {
    readonly app: NetApp;
    readonly other: Other;
    readonly port: number;
    /** A peer that follows these paths. */
    page(paths?: readonly string[], path?: string): Promise<FramePeer>;
  }

  async function start(protocol: new () => StoreConnection = Page): Promise<Stage> {
    let other!: Other;
    const app = await startNet(() => {
      new HttpServer({ port: 0, host: '127.0.0.1', webSockets: { '/store': protocol } });
      other = new Other();
    });
    const [{ port }] = await app.heard.on('onListening');
    const page = async (paths = ['rooms/**'], path = '/store'): Promise<FramePeer> => {
      const peer = new FramePeer(await connectTo(port));
      peer.send(opening(path, OFFER), text(JSON.stringify({ follow: paths, id: 1 })));
      await peer.came(1);
      return peer;
    };
    return { app, other, port, page };
  }

  it('speaks the subprotocol, says what is there, and what changes', async () => {
    const { other, page } = await start();
    other.ttsc__do((store) => store.set({ 'rooms/hall/lamp': 'on', secret: 1 }));
    const peer = await page();
    expect(peer.head).to.include('Sec-WebSocket-Protocol: tasktonic.store.1');
    other.ttsc__do((store) => {
      store.set('secret', 2);
      store.group(() => store.set('rooms/hall/lamp', 'off').set('rooms/hall/watt', 7));
    });
    await peer.came(2);
    expect(peer.texts).to.eql([
      '{"all":[["rooms/hall/lamp","on"]],"id":1}',
      '{"changes":[["rooms/hall/lamp","off"],["rooms/hall/watt",7]]}',
    ]);
  });

  it('sets what a page may set, and tells it so behind what that has changed', async () => {
    const { other, page } = await start();
    const peer = await page();
    peer.send(text('{"set":[[0,[["rooms/hall/lamp","on"]]],[1,[["rooms/hall/watt",1]]]]}'));
    await peer.came(4);
    expect(peer.texts[1]).to.include('"refused":1,"code":"TT_STORE_FORBIDDEN"');
    expect(peer.texts.slice(2)).to.eql(['{"changes":[["rooms/hall/lamp","on"]]}', '{"done":1}']);
    expect(other.store.at('rooms').dump()).to.eql([['hall/lamp', 'on']]);
  });

  it('tells which source has set it', async () => {
    const { other, page, app } = await start();
    const sources: unknown[] = [];
    class Hears extends Tonic {
      ttse__onStart(): void {
        this.use(Store).subscribe('rooms/**', this.ttse__onRooms);
      }
      ttse__onRooms(events: readonly { readonly source: string | undefined }[]): void {
        sources.push(...events.map(({ source }) => source));
      }
    }
    await app.inside(() => void new Hears());
    const peer = await page();
    peer.send(text('{"set":[[0,[["rooms/hall/lamp","on"]]]]}'));
    await peer.came(2);
    other.ttsc__do((store) => store.set('rooms/hall/lamp', 'off'));
    await bench().till(() => sources.length > 1);
    expect(sources).to.eql(['web', undefined]);
  });

  it('has rights by its request', async () => {
    class Mine extends StoreConnection {
      static override readonly serves: StoreConnectionOptions = { read: [], creates: true };
      protected override rightsOf(request: WebSocketRequest) {
        const user = request.query.get('user')!;
        return { read: [`users/${user}/**`], write: [`users/${user}/*`] };
      }
    }
    const { page } = await start(Mine);
    const [ann, bob] = [
      await page(['users/ann/**'], '/store?user=ann'),
      await page(['users/ann/**'], '/store?user=bob'),
    ];
    expect([ann.texts[0], bob.texts[0]!.includes('TT_STORE_FORBIDDEN')]).to.eql(['{"all":[],"id":1}', true]);
    bob.send(
      text('{"follow":["users/bob/*"],"id":2}'),
      text('{"set":[[0,[["users/ann/x",1]]],[1,[["users/bob/x",1]]]]}'),
    );
    await bob.came(5);
    expect(bob.texts.slice(3)).to.eql(['{"changes":[["users/bob/x",1]]}', '{"done":1}']);
  });

  it('serves nothing where its class says nothing', async () => {
    const { page } = await start(StoreConnection);
    expect((await page()).texts[0]).to.include('TT_STORE_FORBIDDEN');
  });

  it('serves a tree of its own', async () => {
    const tree = new StoreTree();
    tree.set('x', 1);
    class OfTree extends StoreConnection {
      static override readonly serves: StoreConnectionOptions = {
        store: tree,
        read: ['*'],
        write: ['*'],
        creates: true,
      };
    }
    const { page } = await start(OfTree);
    const peer = await page(['*']);
    peer.send(text('{"set":[[0,[["y",2]]]]}'));
    await peer.came(3);
    tree.set('x', 3);
    await peer.came(4);
    expect([tree.get('y'), peer.texts.at(-1)]).to.eql([2, '{"changes":[["x",3]]}']);
  });

  it('closes for an invalid message, with the reason, and other connections go on', async () => {
    const { other, page } = await start();
    const [bad, worse, good] = [await page(), await page(), await page()];
    bad.send(text('{"hello":1}'));
    worse.send(text('{'));
    await bench().till(() => bad.closeCode !== undefined && worse.closeCode !== undefined);
    expect([bad.closeCode, worse.closeCode]).to.eql([1008, 1007]);
    expect(bad.frames.at(-1)!.payload.subarray(2).toString()).to.equal('it has neither "follow" nor "set" nor "ping"');
    other.ttsc__do((store) => store.set('rooms/hall/lamp', 'on'));
    await good.came(2);
  });

  it('keeps no more than the newest for a page that does not read, and sends that when it does', async () => {
    const { other, page } = await start();
    const [slow, quick] = [await page(), await page()];
    slow.peer.socket.pause();
    const size = 100_000;
    const rounds = howMany(40, 60);
    for (let n = 1; n <= rounds; n++) {
      other.ttsc__do((store) => store.set('rooms/hall/text', String(n).padEnd(size, '.')));
      await quick.came(n + 1);
    }
    slow.peer.socket.resume();
    await bench().till(() => slow.texts.at(-1)!.startsWith(`{"changes":[["rooms/hall/text","${rounds}.`));
    expect(slow.texts.length).to.be.lessThan(0.6 * rounds);
    expect(quick.texts).to.have.length(rounds + 1);
  });

  it('tells many pages the same, and the Store has one subscription for all of them', async () => {
    const { other, page } = await start();
    const pages: FramePeer[] = [];
    for (let n = 0; n < howMany(30, 1_000); n++) pages.push(await page());
    other.ttsc__do((store) => store.set('rooms/hall/lamp', 'on'));
    for (const one of pages) await one.came(2);
    expect(new Set(pages.map(({ texts }) => texts.at(-1)))).to.eql(new Set(['{"changes":[["rooms/hall/lamp","on"]]}']));
  });

  it('refuses an unknown option: the connection is closed, and the log says why', async () => {
    class Wrong extends StoreConnection {
      static override readonly serves = { read: ['a'], wriet: [] } as StoreConnectionOptions;
    }
    const { app, port } = await start(Wrong);
    const peer = new FramePeer(await connectTo(port));
    peer.send(opening('/store', OFFER));
    await peer.closed();
    expect(peer.texts).to.eql([]);
    await app.over();
    expect(JSON.stringify(app.lines)).to.include('wriet');
  });
});

describe('The client of a Store, over real WebSockets', () => {
  onRealSockets('the package ws brings its own sockets');
  const clients: StoreClient[] = [];
  afterEach(async function () {
    for (const client of clients.splice(0)) client.close();
    await tidyUp.call(this);
  });

  it('has a copy, sets values, is told that the server goes away, and closes', async () => {
    let other!: Other;
    const app = await startNet(() => {
      new HttpServer({ port: 0, host: '127.0.0.1', webSockets: { '/store': Page } });
      other = new Other();
    });
    const [{ port }] = await app.heard.on('onListening');
    const client = connectStore(`http://127.0.0.1:${port}/store`, {
      paths: ['rooms/**'],
      host: {
        connect: (url, subprotocol) => new WebSocket(url, subprotocol) as unknown as SocketLike,
        after: (ms, callback) => {
          const timer = setTimeout(callback, ms);
          return () => clearTimeout(timer);
        },
        chance: () => 0,
      },
    });
    clients.push(client);
    const states: string[] = [];
    const became = (state: string): Promise<void> =>
      new Promise((resolve) => client.onState((now) => now === state && resolve()));
    client.onState((state) => states.push(state));
    await became('ready');
    const heard = new Promise((resolve) => client.subscribe('rooms/*/watt', ([event]) => resolve(event!.value)));
    client.set('rooms/hall/lamp', 'on');
    await client.saved();
    expect(other.store.get('rooms/hall/lamp')).to.equal('on');
    other.ttsc__do((store) => store.set('rooms/hall/watt', 7));
    expect(await heard).to.equal(7);
    const waiting = became('waiting');
    await app.over();
    await waiting;
    expect(states).to.eql(['ready', 'waiting']);
    expect(client.get('rooms/hall/watt')).to.equal(7);
  });
});
