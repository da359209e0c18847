import type { IncomingMessage } from 'node:http';
import { toError } from '../../core/errors.js';
import { failureInfo } from '../../core/life.js';
import { Interest } from '../../selector/interest.js';
import type { TcpServer } from '../../tonics/tcp/server/tcp-server.js';
import { SWITCHED, type UpgradeRequest, type Upgradeable, refusalOf, withoutUpgrade } from '../server/upgrade.js';
import { type Agreed, type Refusal, asksForWebSocket } from './opening.js';
import type { WebSocketPath, WebSocketPathTable } from './websocket-paths.js';

/**
 * Answers a request for another protocol, in a sparkle of its server. For a WebSocket a new Tonic takes over the
 * socket, and the Tonic that spoke HTTP is gone.
 */
export function answerUpgrade(
  server: TcpServer<string>,
  connection: Upgradeable,
  { request, behind }: UpgradeRequest,
  paths: WebSocketPathTable,
): void {
  const rest = connection._ttTakeRest(behind);
  // A server may ignore a wish for another protocol: RFC 9110, 7.8.
  if (!asksForWebSocket(request)) return connection._ttServesAgain(Buffer.concat([withoutUpgrade(request), rest]));
  const path = paths.find(request);
  if (path === undefined) return refuse(connection, { status: 404, why: 'there is no WebSocket here' });
  if (!server._ttMayInfuse) return refuse(connection, { status: 503, why: 'the server is going down' });
  const agreed = agreedAt(server, path, request);
  if ('status' in agreed) return refuse(connection, agreed);
  return takeOver(server, connection, { path, agreed, rest });
}

/** Checks the request, also by the function of the app. */
function agreedAt(server: TcpServer<string>, path: WebSocketPath, request: IncomingMessage): Agreed | Refusal {
  try {
    return path.agree(request);
  } catch (thrown) {
    server._ttScheduler.logs.failure(server, toError(thrown), failureInfo('accept', server));
    return { status: 500, why: 'it could not be looked at' };
  }
}

function refuse(connection: Upgradeable, { status, why, headers }: Refusal): void {
  connection._ttUpgradeAnswered(status);
  const answer = refusalOf(status, why, headers);
  if (connection._ttSends) connection._ttSend(answer, Buffer.byteLength(answer));
  connection.ttsc__close();
}

interface Wanted {
  readonly path: WebSocketPath;
  readonly agreed: Agreed;
  readonly rest: Buffer;
}

function takeOver(server: TcpServer<string>, connection: Upgradeable, { path, agreed, rest }: Wanted): void {
  const made = server._ttReplace(connection, path.settingsBy(server._ttConnectionSettings), path.make);
  if (made === undefined) return;
  connection._ttUpgradeAnswered(SWITCHED);
  made._ttUpgraded(path.opened(agreed));
  made._ttSend(agreed.head, agreed.head.length, true);
  if (rest.length === 0) return;
  made._ttChannel?.putBack(rest);
  made._ttKey?.again(Interest.READ);
}
