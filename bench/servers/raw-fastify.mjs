// Hello world in Fastify, as its guide has it.
import { tellPort } from './child.mjs';
import { fastifyApp } from './fastify-app.mjs';

const app = fastifyApp();
await app.listen({ port: 0, host: '127.0.0.1' });
tellPort(app.server.address().port);
process.on('SIGTERM', () => process.exit(0));
