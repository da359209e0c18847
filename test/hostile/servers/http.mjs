// What both servers of HTTP answer: `GET /g/17/100` is the line `g 17 100`, and a body that comes with it comes back behind that answer.
import { answer } from './lines.mjs';

/** Where WebSockets are: each message is a line. */
export const WEB_SOCKETS = '/chat';

/** What smugglers hide behind other requests: it must never be asked. */
export const HIDDEN = '/hidden';
export const seen = { hidden: 0 };

/**
 * @param {string} path
 * @param {string} [body]
 * @returns {string | Buffer}
 * @throws for what is no question
 */
export function page(path, body = '') {
  if (path === HIDDEN) seen.hidden++;
  const head = answer(path.slice(1).replaceAll('/', ' '));
  return body === '' ? head : head + body;
}

/** The answer to a message. @param {string} message */
export const reply = (message) => String(answer(message)).trimEnd();
