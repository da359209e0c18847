import '../../../src/compose.js';
// Plain peers that send a whole frame and half of another one, and then nothing. Its arguments: the port, and how many.
import { connect } from 'node:net';
import { tell } from './control.js';

const [port, count] = process.argv.slice(2).map(Number) as [number, number];
const bytes = Buffer.alloc(4 + 10 + 4 + 5);
bytes.writeUInt32BE(10, 0);
bytes.writeUInt32BE(10, 14);
let left = count;
for (let at = 0; at < count; at++) {
  const socket = connect(port, '127.0.0.1', () => {
    socket.write(bytes, () => {
      if (--left === 0) tell('sent');
    });
  });
}
