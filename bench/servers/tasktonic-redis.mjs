// The example redis-lite, as it is built.
import { tellPort } from './child.mjs';
import { runAlone } from '../micro/app.mjs';
import { RedisServer } from '../../dist/examples/redis-lite/redis-server.js';

class Main extends RedisServer {
  constructor() {
    super([{ host: '127.0.0.1', port: 0 }]);
  }

  ttse__onListening(...args) {
    tellPort(args.at(-1).port);
  }
}

await runAlone(Main);
