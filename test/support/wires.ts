import { once } from 'node:events';
import { type Socket, connect } from 'node:net';

/** A socket of this machine that speaks lines, and waits for them. */
export interface Wire {
  readonly closed: Promise<unknown>;
  say(line: string): void;
  /** The next line that comes; rejects where the connection ends before. */
  next(): Promise<string>;
  ask(line: string): Promise<string>;
}

const open = new Set<Socket>();

export async function wireTo(port: number): Promise<Wire> {
  const socket = connect(port, '127.0.0.1');
  open.add(socket);
  await once(socket, 'connect');
  const closed = new Promise((resolve) => socket.once('close', resolve));
  let text = '';
  let heard = (): void => {};
  socket.on('error', () => {}).on('close', () => heard());
  socket.on('data', (data) => {
    text += String(data);
    heard();
  });
  const wire: Wire = {
    closed,
    say: (line) => void socket.write(`${line}\n`),
    async next() {
      for (;;) {
        const end = text.indexOf('\n');
        if (end >= 0) {
          const line = text.slice(0, end);
          text = text.slice(end + 1);
          return line;
        }
        if (socket.closed) throw new Error('it was closed');
        await new Promise<void>((resolve) => (heard = resolve));
      }
    },
    async ask(line) {
      wire.say(line);
      return wire.next();
    },
  };
  return wire;
}

export function closeWires(): void {
  for (const socket of open) socket.destroy();
  open.clear();
}
