// The same servers as raw-ws.mjs, as a user of TaskTonic writes them.
import { tellPort } from './child.mjs';
import { runAlone } from '../micro/app.mjs';
import { HttpServer, Tonic, WebSocketConnection, WebSocketGroup } from './tasktonic.mjs';

class Echo extends WebSocketConnection {
  ttse__onMessage(message) {
    this.send(message);
  }
}

const all = new WebSocketGroup();

class Member extends WebSocketConnection {
  ttse__onConnected() {
    all.add(this);
  }

  ttse__onMessage(message) {
    all.send(message);
  }
}

const protocol = process.argv[2] === 'broadcast' ? Member : Echo;

class Main extends Tonic {
  ttse__onStart() {
    new HttpServer({ port: 0, host: '127.0.0.1', webSockets: { '/': protocol } });
  }

  ttse__onListening(...args) {
    tellPort(args.at(-1).port);
  }

  ttse__onTurnedAway() {}
}

await runAlone(Main);
