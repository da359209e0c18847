// The protocol of both servers: a line asks, a line answers.
//
//   g 17 100        a kind of peer, a number, the size of the answer
//   17 xxxx…        the number, and so many x

/** The longest line in characters, its end not counted. */
export const LONGEST_LINE = 16_384;

/** Larger answers are fresh memory, as they are where a server reads them from somewhere. */
const LARGE = 1024;
const REQUEST = /^([a-z]) (\d{1,12}) (\d{1,5})(?: x*)?$/;
const FILLING = 'x'.repeat(LARGE);

/**
 * What a server has answered, by kind of peer.
 * @type {Record<string, number>}
 */
export const requests = {};

/** @param {string} line @returns {string | Buffer} @throws for what is no request */
export function answer(line) {
  const request = REQUEST.exec(line);
  if (request === null) throw new Error('that is no request');
  const [, kind, number, digits] = /** @type {[string, string, string, string]} */ (/** @type {unknown} */ (request));
  const size = Number(digits);
  requests[kind] = (requests[kind] ?? 0) + 1;
  if (size < LARGE) return `${number} ${FILLING.slice(0, size)}\n`;
  const bytes = Buffer.alloc(number.length + size + 2, 'x');
  bytes.write(`${number} `, 'latin1');
  bytes.write('\n', bytes.length - 1, 'latin1');
  return bytes;
}

/** The kind of peer that has asked with this line. @param {string} line */
export const kindOf = (line) => line.charAt(0);

/** Before a peer has asked anything. */
export const UNKNOWN = '?';

/** Cuts what comes into lines. */
export class Lines {
  #rest = '';

  /** @param {Buffer} data @returns {string[]} the lines that are whole now */
  push(data) {
    const lines = (this.#rest + data.toString('latin1')).split('\n');
    this.#rest = /** @type {string} */ (lines.pop());
    return lines;
  }

  /** Whether what waits for its end is too long to be a line. */
  get tooLong() {
    return this.#rest.length > LONGEST_LINE;
  }
}
