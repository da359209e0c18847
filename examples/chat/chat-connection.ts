import { type ConnectionGroups, TcpConnection } from 'tasktonic';
import { lines, readCommand } from 'tasktonic/framing';

/** Who chats where: the members by their room, and the nicks that are taken. */
export interface Rooms {
  readonly members: ConnectionGroups<ChatConnection>;
  readonly nicks: Set<string>;
}

const NAME = /^[\p{L}\p{N}_-]{1,20}$/u;

/**
 * One who chats, by lines of text: a `guest` until he has said his nick, then a `member` of a room. Each command of a
 * member is a sparkle of its name.
 */
export class ChatConnection extends TcpConnection.with({
  states: ['guest', 'member'],
  framing: lines({ max: 1_000, onTooLong: 'skip' }),
}) {
  static override readonly stateTimeouts = { guest: 60_000 };
  nick = '';
  #room = 'lobby';

  constructor(private readonly rooms: Rooms) {
    super();
  }

  ttse__onConnected(): void {
    this.sendFrame('* what is your nick?');
    this.toState('guest');
  }

  ttse_guest__onFrame(line: string): void {
    const nick = line.trim();
    if (!NAME.test(nick)) return void this.sendFrame('* a nick is 1 to 20 letters, digits, _ and -');
    if (this.rooms.nicks.has(nick)) return void this.sendFrame('* somebody else has that nick');
    this.nick = nick;
    this.rooms.nicks.add(nick);
    this.#enter(this.#room);
    return this.toState('member');
  }

  ttse_member__onFrame(line: string): void {
    if (!line.startsWith('/')) return this.#say(line);
    const command = readCommand(line.slice(1), ['join', 'who', 'quit']);
    if (command !== undefined) this.raise[`ttsc__${command.verb}`](command.rest);
    else this.sendFrame('* say something, or /join ROOM, /who, /quit');
    return undefined;
  }

  ttsc_member__join(room: string): void {
    if (!NAME.test(room)) return void this.sendFrame('* a room has a name like a nick: /join ROOM');
    this.rooms.members.leave(this.#room, this);
    this.rooms.members.sendFrame(this.#room, `* ${this.nick} has left`);
    return this.#enter(room);
  }

  ttsc_member__who(): void {
    const members = this.rooms.members.get(this.#room) ?? [];
    this.sendFrame(`* ${[...members].map(({ nick }) => nick).join(', ')}`);
  }

  ttsc_member__quit(): void {
    this.closeWith('* bye');
  }

  /** What would steer a terminal is left out. */
  #say(line: string): void {
    const text = line.replace(/\p{C}/gu, '').trim();
    if (text !== '') this.rooms.members.sendFrame(this.#room, `${this.nick}: ${text}`);
  }

  #enter(room: string): void {
    this.#room = room;
    this.rooms.members.sendFrame(room, `* ${this.nick} comes in`);
    this.rooms.members.join(room, this);
    this.sendFrame(`* you are in ${room}`);
  }

  /** Who says no nick in a minute has to go. */
  ttse_guest__onStateTimeout(): void {
    this.closeWith('* bye');
  }

  /** Closed, it is in no room any more. */
  ttse__onFinished(): void {
    if (this.nick === '') return;
    this.rooms.nicks.delete(this.nick);
    this.rooms.members.sendFrame(this.#room, `* ${this.nick} has left`);
  }
}
