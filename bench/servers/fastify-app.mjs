import fastify from 'fastify';
import { BODY } from './hello.mjs';

export function fastifyApp() {
  const app = fastify();
  app.get('/', (_request, reply) => reply.type('text/plain').send(BODY));
  return app;
}
