import { Topics } from 'tasktonic/collections';

/** Who is in a room. */
export interface Member {
  readonly nick: string;
  ttsc__hear(text: string): void;
}

/** Who is where: a room is a topic, and there is as long as somebody is in it. */
export class Rooms {
  readonly #members = new Topics<Member>();
  readonly #nicks = new Set<string>();

  /** Takes a nick; false where somebody else has it. */
  take(nick: string): boolean {
    return !this.#nicks.has(nick) && this.#nicks.add(nick).has(nick);
  }

  giveUp(nick: string): void {
    this.#nicks.delete(nick);
  }

  enter(room: string, member: Member): void {
    this.tell(room, `* ${member.nick} comes in`);
    this.#members.subscribe(member, room);
  }

  leave(room: string, member: Member): void {
    if (this.#members.unsubscribe(member, room)) this.tell(room, `* ${member.nick} has left`);
  }

  nicksIn(room: string): string {
    return this.#members
      .subscribersOf(room)
      .map(({ subscriber }) => subscriber.nick)
      .join(', ');
  }

  tell(room: string, text: string): void {
    for (const { subscriber } of this.#members.subscribersOf(room)) subscriber.ttsc__hear(text);
  }
}
