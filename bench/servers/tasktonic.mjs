// The built package, by path: a package.json of its own stands between this folder and the package's name.
export * from '../../dist/lib/index.js';
export { lines } from '../../dist/lib/framing.js';
export { HttpServer, WebSocketConnection, WebSocketGroup } from '../../dist/lib/http.js';
