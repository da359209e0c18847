import { TcpConnection } from 'tasktonic';
import { lines } from 'tasktonic/framing';
import type { Member, Rooms } from './rooms.js';

const NAME = /^[\p{L}\p{N}_-]{1,20}$/u;
const COMMANDS = 'say something, or /join ROOM, /who, /quit';

/**
 * One who chats, by lines of text. He is a `guest` until he has said his nick. A `reader` is sent all that is said in his room; one who does not keep up is
 * `behind` until what he was sent has left, and is then told how much he has missed.
 */
export class ChatConnection
  extends TcpConnection.with({
    states: ['guest', 'reader', 'behind', 'leaving'],
    groups: { member: ['reader', 'behind'] },
    framing: lines({ max: 1_000, onTooLong: 'skip' }),
  })
  implements Member
{
  static override readonly stateTimeouts = { guest: 60_000 };
  nick = '';
  #room = 'lobby';
  #missed = 0;

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
    if (!this.rooms.take(nick)) return void this.sendFrame('* somebody else has that nick');
    this.nick = nick;
    this.#enter(this.#room);
    return this.toState('reader');
  }

  ttse_member__onFrame(line: string): void {
    const [, command, word = ''] = /^\/(\w+) *(.*)$/.exec(line.trimEnd()) ?? [];
    if (command === undefined) return this.#say(line);
    if (command === 'join' && NAME.test(word)) {
      this.rooms.leave(this.#room, this);
      return this.#enter(word);
    }
    if (command === 'who') return void this.sendFrame(`* ${this.rooms.nicksIn(this.#room)}`);
    if (command === 'quit') return this.#leave();
    return void this.sendFrame(`* ${COMMANDS}`);
  }

  /** What would steer a terminal is left out. */
  #say(line: string): void {
    const text = line.replace(/\p{C}/gu, '').trim();
    if (text !== '') this.rooms.tell(this.#room, `${this.nick}: ${text}`);
  }

  #enter(room: string): void {
    this.#room = room;
    this.rooms.enter(room, this);
    this.sendFrame(`* you are in ${room}`);
  }

  // ---- What he hears ----

  ttsc__hear(_text: string): void {}

  ttsc_reader__hear(text: string): void {
    this.sendFrame(text);
  }

  ttsc_behind__hear(_text: string): void {
    this.#missed++;
  }

  /** More waits for him than the high-water mark. */
  ttse_reader__onHighWater(): void {
    this.toState('behind');
  }

  ttse_behind__onDrain(): void {
    if (this.#missed > 0) this.sendFrame(`* you do not keep up, and have missed ${this.#missed}`);
    this.#missed = 0;
    this.toState('reader');
  }

  // ---- The end ----

  /** Who says no nick in a minute has to go, too. */
  ttse_guest__onStateTimeout(): void {
    this.#leave();
  }

  #leave(): void {
    this.sendFrame('* bye');
    this.toState('leaving');
    this.ttsc__close();
  }

  ttse__onFinished(): void {
    if (this.nick === '') return;
    this.rooms.giveUp(this.nick);
    this.rooms.leave(this.#room, this);
  }
}
