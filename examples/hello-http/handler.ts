import { Readable } from 'node:stream';
import type { HttpHandler } from 'tasktonic/http';
import { eachLine } from './hello.js';

/** The same as a handler, such as `node:http` takes. */
export const sayHello: HttpHandler = (request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://here');
  switch (pathname) {
    case '/':
      return response.setHeader('Content-Type', 'text/plain').end('hello');
    case '/json':
      response.setHeader('Content-Type', 'application/json');
      return response.end(JSON.stringify({ hello: searchParams.get('name') ?? 'world' }));
    case '/stream':
      return Readable.from(eachLine()).pipe(response.setHeader('Content-Type', 'text/plain'));
    default:
      return response.writeHead(404).end('there is nothing here\n');
  }
};
