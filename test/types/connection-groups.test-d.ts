// Checked by `tsc -p tsconfig.json`, never run: what the compiler must refuse stands under @ts-expect-error, and all else
// must pass.
import { ConnectionGroup, ConnectionGroups, TcpConnection } from '../../src/index.js';
import { jsonLines, lines } from '../../src/framing/index.js';
import { overWebSocket } from '../../src/http/index.js';

class Guest extends TcpConnection.with({ states: ['in', 'out'], framing: lines() }) {
  nick = '';
}
class Other extends TcpConnection.with({ framing: lines() }) {}
class Numbers extends TcpConnection.with({ framing: jsonLines<number>() }) {}
const Carried = overWebSocket(Guest);

export function group(guest: Guest, other: Other, carried: InstanceType<typeof Carried>): void {
  const room = new ConnectionGroup<Guest>({ missed: (count) => `* you have missed ${count}` });
  const { sent, skipped } = room.add(guest).add(carried).sendFrame('hello', guest);
  room.send(Buffer.from(`${sent} ${skipped}\n`), guest);
  for (const { nick } of room) room.sendFrame(nick);
  // @ts-expect-error its frames are texts
  room.sendFrame(7);
  // @ts-expect-error a connection of another class
  room.add(other);
  // @ts-expect-error what tells it is a frame of it
  new ConnectionGroup<Guest>({ missed: (count) => count });
  // @ts-expect-error no such option
  new ConnectionGroup<Guest>({ limit: 7 });
  new ConnectionGroup<Numbers>({ missed: (count) => count }).sendFrame(7);
}

export function groups(guest: Guest): void {
  const rooms = new ConnectionGroups<Guest>({ groups: 10, missed: (count) => `${count}` });
  const joined: boolean = rooms.join('lobby', guest);
  rooms.sendFrame('lobby', `${joined}`, guest);
  const nicks = [...(rooms.get('lobby') ?? [])].map(({ nick }) => nick);
  for (const [name, { size }] of rooms) rooms.sendFrame(name, `${size} ${nicks.join(', ')}`);
  // @ts-expect-error its frames are texts
  rooms.sendFrame('lobby', 7);
  // @ts-expect-error a group has a name
  rooms.join(7, guest);
}
