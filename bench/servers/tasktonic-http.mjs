// The same servers as raw-http.mjs and raw-fastify.mjs, as a user of TaskTonic writes them.
import { BODY, HEADERS } from './hello.mjs';
import { tellPort } from './child.mjs';
import { runAlone } from '../micro/app.mjs';
import { HttpServer, Tonic } from './tasktonic.mjs';

const how = process.argv[2];

function hello(_request, response) {
  response.writeHead(200, HEADERS);
  response.end(BODY);
}

async function fastifyHandler() {
  const { fastifyApp } = await import('./fastify-app.mjs');
  const app = fastifyApp();
  await app.ready();
  return app.routing;
}

const handler = how === 'fastify' ? await fastifyHandler() : how === 'handler' ? hello : undefined;

class Main extends Tonic {
  ttse__onStart() {
    new HttpServer({ port: 0, host: '127.0.0.1', ...(handler && { handler }) });
  }

  ttse__onListening(...args) {
    tellPort(args.at(-1).port);
  }

  ttse__onRequest(_server, exchange) {
    exchange.reply(BODY, { headers: { 'Content-Type': 'text/plain' } });
  }
}

await runAlone(Main);
