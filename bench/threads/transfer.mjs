// A large buffer moved over to another thread and back, again and again.
import { runAlone } from '../micro/app.mjs';
import { ops, report } from '../micro/report.mjs';
import { Tonic, transfer } from '../servers/tasktonic.mjs';
import { Echo } from './echo.mjs';
import { SIZE, isLike } from './large.mjs';
import { warmUp } from './warm-up.mjs';

let started = 0n;

class Main extends Tonic {
  moves = 0;

  ttse__onStart() {
    this.echo = Echo.spawn();
    this.echo.ttsc__move(transfer(new ArrayBuffer(SIZE)));
  }

  ttsc__moved(buffer) {
    if (!isLike(buffer, ++this.moves)) throw new Error('another buffer came back');
    if (this.moves === warmUp) started = process.hrtime.bigint();
    if (this.moves < warmUp + ops) {
      this.echo.ttsc__move(transfer(buffer));
      if (buffer.byteLength !== 0) throw new Error('the buffer was not moved');
      return;
    }
    report(started, ops);
    this.ttsc__finish();
  }
}

await runAlone(Main);
