// The first round trips of a fresh process, one after the other: what they cost the processor, all threads together, in ms.
import { runAlone } from '../micro/app.mjs';
import { ops, tell } from '../micro/report.mjs';
import { Tonic } from '../servers/tasktonic.mjs';
import { Echo } from './echo.mjs';
import { cpuMs } from './cpu-ms.mjs';

class Main extends Tonic {
  began = 0;

  ttse__onStart() {
    this.echo = Echo.spawn();
    this.echo.ttsc__ping(0);
  }

  ttsc__pong(n) {
    if (n === 0) this.began = cpuMs();
    if (n < ops) return this.echo.ttsc__ping(n + 1);
    tell(ops, cpuMs() - this.began);
    this.ttsc__finish();
  }
}

await runAlone(Main);
