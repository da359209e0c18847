// What peers that keep to the rules have in common, whatever protocol they speak.

/** @typedef {import('./connection.mjs').Connection} Connection */

/**
 * Asks one to four things, waits, thinks, and asks again, until it has asked so many.
 * @param {Connection} connection @param {number} many @param {() => void} askOne
 */
export async function asksAgain(connection, many, askOne) {
  const { peer } = connection;
  for (let left = many; left > 0 && !connection.isClosed;) {
    for (let together = peer.chance(1, 4); together > 0 && left > 0; together--, left--) askOne();
    await connection.heardAll();
    if (peer.stopping) break;
    await connection.rests(50, 250);
  }
}

/** Asks for much, and reads 4 KiB at a time. @param {Connection} connection @param {(connection: Connection) => void} askForMuch */
export async function readsSlowly(connection, askForMuch) {
  connection.socket.pause();
  do {
    if (connection.missing === 0) askForMuch(connection);
    if (connection.socket.read(4_096) === null) connection.socket.read();
  } while (await connection.rests(30, 70));
}

/** Asks so many things at a time, as fast as they are taken, and reads the answers. @param {Connection} connection @param {number} many @param {() => void} askOne */
export async function floods(connection, many, askOne) {
  do {
    for (let n = 0; n < many; n++) askOne();
  } while (connection.socket.writableNeedDrain ? await connection.drains() : await connection.rests(0, 1));
}
