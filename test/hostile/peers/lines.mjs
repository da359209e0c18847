// Lines over a connection, as servers/lines.mjs has them: `g 17 100` asks, `17 xxx...` answers.

/** @typedef {import('./connection.mjs').Connection} Connection */

/** The line that asks. @param {Connection} connection @param {number} size of the answer */
export function question(connection, size) {
  const { peer } = connection;
  return `${peer.kind.letter} ${peer.next} ${size}`;
}

/** Asks at once. @param {Connection} connection @param {number} size of the answer @param {string} [padding] bytes that nobody looks at */
export function ask(connection, size, padding = '') {
  const line = `${question(connection, size)}${padding}\n`;
  asked(connection, size);
  return connection.say(line);
}

/** What was asked has to be answered. @param {Connection} connection @param {number} size */
export function asked(connection, size) {
  connection.expects(`${connection.peer.next++} ${'x'.repeat(size)}`);
}

/** Hears the answers in what comes. @param {Connection} connection @returns {(data: Buffer) => void} */
export function hearing(connection) {
  let rest = '';
  return (data) => {
    connection.hears();
    const lines = (rest + data.toString('latin1')).split('\n');
    rest = /** @type {string} */ (lines.pop());
    for (const line of lines) connection.answered(line);
  };
}
