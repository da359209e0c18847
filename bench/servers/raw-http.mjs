// Hello world as a user would write it by hand with node:http.
import { createServer } from 'node:http';
import { BODY, HEADERS } from './hello.mjs';
import { tellPort } from './child.mjs';

const server = createServer((_request, response) => {
  response.writeHead(200, HEADERS);
  response.end(BODY);
});
server.listen({ port: 0, host: '127.0.0.1' }, () => tellPort(server.address().port));
process.on('SIGTERM', () => process.exit(0));
