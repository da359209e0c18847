// The kinds of peers over TLS.
import { drippingHello, garbage, greeting, handshaking, plain, silent, truncated } from './half-handshakes.mjs';
import { dripping, flooding, good, halfClosing, resuming, slow } from './rightly.mjs';
import { breakingOff, deaf, nonsense, renegotiating, resetting, spoiling, vanishing } from './spoilt-connections.mjs';

/** @type {readonly import('../peer.mjs').Kind[]} */
export const kinds = [
  { name: 'good', letter: 'g', waits: true, timed: true, visit: good },
  { name: 'resuming', letter: 'u', waits: true, timed: true, visit: resuming },
  { name: 'half-closing', letter: 'h', waits: true, visit: halfClosing },
  { name: 'slow', letter: 's', visit: slow },
  { name: 'dripping', letter: 'd', visit: dripping },
  { name: 'flooding', letter: 'f', visit: flooding },
  { name: 'handshaking', letter: 'k', mayBeCut: true, visit: handshaking },
  { name: 'greeting', letter: 'e', mayBeCut: true, visit: greeting },
  { name: 'dripping hello', letter: 'l', mayBeCut: true, held: true, visit: drippingHello },
  { name: 'silent', letter: 'i', mayBeCut: true, held: true, visit: silent },
  { name: 'truncated', letter: 't', mayBeCut: true, held: true, visit: truncated },
  { name: 'plain', letter: 'p', mayBeCut: true, held: true, visit: plain },
  { name: 'garbage', letter: 'b', mayBeCut: true, held: true, visit: garbage },
  { name: 'spoiling', letter: 'o', mayBeCut: true, held: true, visit: spoiling },
  { name: 'breaking off', letter: 'a', mayBeCut: true, visit: breakingOff },
  { name: 'renegotiating', letter: 'n', mayBeCut: true, held: true, visit: renegotiating },
  { name: 'resetting', letter: 'r', mayBeCut: true, visit: resetting },
  { name: 'vanishing', letter: 'v', mayBeCut: true, visit: vanishing },
  { name: 'deaf', letter: 'q', mayBeCut: true, held: true, visit: deaf },
  { name: 'nonsense', letter: 'x', mayBeCut: true, held: true, visit: nonsense },
];
