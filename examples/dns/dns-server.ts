import { MessageServer } from 'tasktonic';
import { lengthPrefixed } from 'tasktonic/framing';
import type { Serving } from '../shared/serving.js';
import { answer } from './answer.js';
import type { Zone } from './zone.js';

/** Answers for a zone over TCP, and over UDP on the same port. */
export class DnsServer extends MessageServer {
  constructor(zone: Zone, place: Serving) {
    super({
      ...place,
      framing: lengthPrefixed({ bytes: 2 }),
      datagrams: true,
      answer: (message, transport) => answer(zone, message, transport === 'udp'),
      idleTimeout: 10_000,
      maxConnections: 1_000,
    });
  }
}
