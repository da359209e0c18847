// A server for notes: `node dist/examples/line-protocol/server.js [port]`, then `socat - TCP:127.0.0.1:7010`.
import { Formula } from 'tasktonic';
import { NoteServer } from './note-server.js';

class NoteFormula extends Formula {
  protected override creatingStartingTonics(): void {
    new NoteServer({ port: Number(process.argv[2] ?? 7010) });
  }
}

await NoteFormula.run();
