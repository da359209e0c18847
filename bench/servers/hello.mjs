// What all servers of HTTP answer.
export const BODY = 'hello world\n';
export const HEADERS = { 'Content-Type': 'text/plain', 'Content-Length': BODY.length };
