// A chat: `node dist/examples/chat/server.js --web 8080`, then `socat - TCP:127.0.0.1:7020`, or the page http://127.0.0.1:8080/.
import { runServer } from '../shared/program.js';
import { webServing } from '../shared/serving.js';
import { Chat } from './chat.js';

await runServer({
  name: 'chat',
  about: 'A chat in rooms, by lines of text',
  defaults: { host: '127.0.0.1', port: 7020 },
  options: { web: 'NUMBER  the port of a page for browsers (default: none)' },
  start: (places, { web }) => void new Chat(places, webServing(places, web)),
});
