/** Who is in a room. */
export interface Member {
  readonly nick: string;
  ttsc__hear(text: string): void;
}

const MOST_ROOMS = 1_000;

/** Who is where. A room is there as long as somebody is in it. */
export class Rooms {
  readonly #rooms = new Map<string, Set<Member>>();
  readonly #nicks = new Set<string>();

  /** Takes a nick; false where somebody else has it. */
  take(nick: string): boolean {
    if (this.#nicks.has(nick)) return false;
    this.#nicks.add(nick);
    return true;
  }

  giveUp(nick: string): void {
    this.#nicks.delete(nick);
  }

  /** @returns false where there is no place for another room. */
  enter(room: string, member: Member): boolean {
    if (!this.#rooms.has(room) && this.#rooms.size >= MOST_ROOMS) return false;
    this.tell(room, `* ${member.nick} comes in`);
    this.#rooms.set(room, (this.#rooms.get(room) ?? new Set()).add(member));
    return true;
  }

  leave(room: string, member: Member): void {
    if (this.#rooms.get(room)?.delete(member) !== true) return;
    if (this.membersOf(room).length === 0) this.#rooms.delete(room);
    this.tell(room, `* ${member.nick} has left`);
  }

  membersOf(room: string): readonly Member[] {
    return [...(this.#rooms.get(room) ?? [])];
  }

  tell(room: string, text: string, except?: Member): void {
    for (const member of this.#rooms.get(room) ?? []) if (member !== except) member.ttsc__hear(text);
  }
}
