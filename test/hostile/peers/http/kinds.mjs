// The kinds of peers over HTTP.
import { framing, pinging, upgrading } from './bad-frames.mjs';
import { deaf, deafChat, half, resetting, slowloris, trickling, vanishing } from './late.mjs';
import { garbage, nonsense, oversize, smuggling } from './refused.mjs';
import { chatting, dripping, flooding, good, halfClosing, slow } from './rightly.mjs';

/** @type {readonly import('../peer.mjs').Kind[]} */
export const kinds = [
  { name: 'good', letter: 'g', waits: true, timed: true, visit: good },
  { name: 'chatting', letter: 'c', waits: true, timed: true, visit: chatting },
  { name: 'half-closing', letter: 'h', waits: true, visit: halfClosing },
  { name: 'slow', letter: 's', visit: slow },
  { name: 'dripping', letter: 'd', visit: dripping },
  { name: 'flooding', letter: 'f', visit: flooding },
  { name: 'pinging', letter: 'p', visit: pinging },
  { name: 'slowloris', letter: 'l', mayBeCut: true, held: true, visit: slowloris },
  { name: 'half a request', letter: 'i', mayBeCut: true, held: true, visit: half },
  { name: 'trickling', letter: 't', mayBeCut: true, held: true, visit: trickling },
  { name: 'deaf', letter: 'q', mayBeCut: true, held: true, visit: deaf },
  { name: 'deaf chat', letter: 'w', mayBeCut: true, held: true, visit: deafChat },
  { name: 'smuggling', letter: 'm', mayBeCut: true, held: true, visit: smuggling },
  { name: 'oversize', letter: 'o', mayBeCut: true, held: true, visit: oversize },
  { name: 'garbage', letter: 'b', mayBeCut: true, held: true, visit: garbage },
  { name: 'nonsense', letter: 'x', mayBeCut: true, held: true, visit: nonsense },
  { name: 'upgrading', letter: 'u', mayBeCut: true, held: true, visit: upgrading },
  { name: 'bad frames', letter: 'a', mayBeCut: true, held: true, visit: framing },
  { name: 'resetting', letter: 'r', mayBeCut: true, visit: resetting },
  { name: 'vanishing', letter: 'v', mayBeCut: true, visit: vanishing },
];
