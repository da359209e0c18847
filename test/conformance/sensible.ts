import { type Actor, PlainActor, TonicActor } from './actors.js';
import { type Act, BUFFERED, type Doing, sizeOf } from './script.js';

/** What may wait for one who is paused: Node 20 reads 16 KiB ahead, later ones 64 KiB, and beyond that resets and ends come late. */
const AHEAD = 15_000;

/** One side of a connection, and what is under way to it. */
export interface Side {
  readonly actor: Actor;
  paused: boolean;
  /** It has sent its end. */
  ended: boolean;
  /** Bytes that were sent to it since it was paused. */
  waiting: number;
}

export interface Link {
  readonly client: Side;
  readonly server: Side;
}

export function sideOf(actor: Actor): Side {
  return { actor, paused: false, ended: false, waiting: 0 };
}

export function over({ actor }: Side): boolean {
  return actor.notes.over;
}

/**
 * Those of one's doings whose outcome is no luck; and books what they bring to the peer. Left out are:
 *
 * - a reset that crosses what the peer does, or cuts off what was sent or resumed with it: which call hears of it, and what still comes
 *   through, is luck;
 * - a reset after so much in one sparkle that some of it has left before;
 * - a reset or an end after more than {@link AHEAD} bytes for one who is paused: a Node reads more or less ahead than another;
 * - an end together with more than that: bulk may come with the end in one poll, or in two;
 * - to finish while the peer ends or sends: finishing takes some turns, and what comes first is luck;
 * - a pause after a resume in one sparkle: Node resumes with the next tick;
 * - more than the buffers of a kernel take for one who is paused.
 */
export function sensible(act: Extract<Act, { on: number }>, link: Link): { client: Doing[]; server: Doing[] } {
  hold(link.client, act.client);
  hold(link.server, act.server);
  const client = sensibleOf(act.client, link.client, link.server, act.server);
  return { client, server: sensibleOf(act.server, link.server, link.client, act.client) };
}

function hold(side: Side, doings: readonly Doing[]): void {
  for (const doing of doings) {
    if (doing === 'resume') [side.paused, side.waiting] = [false, 0];
    if (doing === 'pause') side.paused = !doings.includes('resume');
  }
}

function sensibleOf(doings: readonly Doing[], me: Side, peer: Side, peerDoes: readonly Doing[]): Doing[] {
  if (over(me)) return [];
  const peerEnds = peer.ended || peerDoes.some(ends);
  const peerPauses = peer.paused || peerDoes.includes('pause');
  return doings.filter((doing, n) => {
    const before = doings.slice(0, n);
    if (doing === 'resume' || doing === 'slows') return true;
    if (doing === 'owes' || doing === 'answers') return me.actor instanceof TonicActor;
    if (doing === 'pause') return !before.includes('resume');
    if (doing === 'abort' || (doing === 'close' && me.actor instanceof PlainActor)) {
      const alone = before.every((other) => typeof other === 'object');
      // What a plain socket has written comes with the reset.
      if (n > 0 && me.actor instanceof PlainActor && peerPauses) return false;
      if (!alone || peerDoes.length > 0 || peer.waiting > AHEAD || me.waiting > AHEAD) return false;
      const most = me.actor instanceof PlainActor ? AHEAD : BUFFERED;
      if (before.reduce((sum, other) => sum + sizeOf(other), 0) > most) return false;
      return (me.ended = true);
    }
    if (doing === 'finish' && peerDoes.some((other) => ends(other) || sizeOf(other) > 0)) return false;
    const sent = [...before, ...peerDoes].reduce((sum, other) => sum + sizeOf(other), 0);
    if (ends(doing)) {
      if (sent > AHEAD || peer.waiting > AHEAD || me.waiting > AHEAD) return false;
      return (me.ended = true);
    }
    const size = sizeOf(doing);
    if ((me.ended || peerEnds) && peer.waiting + sent + size > AHEAD) return false;
    if (!peerPauses) return true;
    if (peer.waiting + size > BUFFERED) return false;
    peer.waiting += size;
    return true;
  });
}

function ends(doing: Doing): boolean {
  return doing === 'end' || doing === 'close' || doing === 'finish' || doing === 'abort';
}
