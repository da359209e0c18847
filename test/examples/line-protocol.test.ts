import { once } from 'node:events';
import { type Socket, connect } from 'node:net';
import { expect } from 'chai';
import { Formula, type FormulaData, type ListenInfo } from 'tasktonic';
import { NoteServer } from '../../examples/line-protocol/note-server.js';
import { Notes } from '../../examples/line-protocol/notes.js';

describe('the server of notes', () => {
  let app: Promise<unknown>;
  let server: NoteServer;
  let port: number;
  let peer: Socket;

  beforeEach(async () => {
    const listening = new Promise<number>((resolve) => {
      class Listening extends NoteServer {
        override ttse__onListening(info: ListenInfo): void {
          resolve(info.port);
        }
      }
      class TestFormula extends Formula {
        protected override creatingFormula(): FormulaData {
          return { log: { to: 'off' }, shutdown: { signals: false } };
        }
        protected override creatingStartingTonics(): void {
          server = new Listening({ places: [{ host: '127.0.0.1', port: 0 }], idleTimeout: 300, noteSeconds: 0.1 });
        }
      }
      app = TestFormula.run();
    });
    port = await listening;
    peer = connect(port, '127.0.0.1');
  });

  afterEach(async () => {
    peer.destroy();
    server.ttsc__finish();
    await app;
  });

  /** Says something and waits for the answers up to the last word. */
  const hear = async (said: string, last: string): Promise<string> => {
    peer.write(said);
    let heard = '';
    while (!heard.endsWith(last)) heard += String((await once(peer, 'data'))[0]);
    return heard;
  };

  it('keeps a note and gives it back', async () => {
    expect(await hear('put milk\r\n', 'itself\r\n')).to.match(/^220 .*\r\n300 /);
    expect(await hear('two litres\r\n.\r\n', '\r\n')).to.equal('200 kept\r\n');
    expect(await hear('get milk\r\n', '.\r\n')).to.equal('200 here it is\r\ntwo litres\r\n.\r\n');
  });

  it('answers lines that came together in their order, each in the state that the one before it led to', async () => {
    const answers = await hear('put a\nget a\n.\nget a\ndel a\nget a\nquit\nget a\n', '221 bye\r\n');
    expect(answers.split('\r\n').map((line) => line.slice(0, 3))).to.deep.equal([
      '220', '300', '200', '200', 'get', '.', '200', '404', '221', '',
    ]); // prettier-ignore
    await once(peer, 'end');
  });

  it('ends a peer whose line is too long, and serves the others', async () => {
    expect(await hear('x'.repeat(2_000), 'bytes\r\n')).to.include('500 a line has more than 1000 bytes');
    await once(peer, 'end');
    peer = connect(port, '127.0.0.1');
    expect(await hear('get a\n', 'note\r\n')).to.include('404');
  });

  it('answers what came before a line that is too long', async () => {
    const answers = await hear(`get a\n${'x'.repeat(2_000)}`, 'bytes\r\n');
    expect(answers).to.match(/404 .*\r\n500 .*\r\n$/);
  });

  it('does not wait for ever for the end of a note', async () => {
    expect(await hear('put a\n', 'slow\r\n')).to.include('408 too slow');
    await once(peer, 'end');
  });

  it('sends a silent peer away', async () => {
    peer.resume();
    await once(peer, 'end');
  });

  it('keeps no more notes than there is place for', () => {
    const notes = new Notes(1);
    expect(notes.put('a', 'x')).to.equal(true);
    expect(notes.put('b', 'x')).to.equal(false);
    expect(notes.put('a', 'y')).to.equal(true);
  });
});
