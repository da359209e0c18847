// An app with four Catalysts in threads of their own, none of which has anything to do.
import { runAlone } from '../micro/app.mjs';
import { tellReady } from '../servers/child.mjs';
import { Tonic } from '../servers/tasktonic.mjs';
import { Echo } from './echo.mjs';

class Main extends Tonic {
  ready = 0;

  ttse__onStart() {
    for (let i = 0; i < 4; i++) Echo.spawn().ttsc__ping(i);
  }

  ttsc__pong() {
    if (++this.ready === 4) tellReady();
  }
}

await runAlone(Main);
