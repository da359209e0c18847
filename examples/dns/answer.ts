import {
  AUTHORITATIVE_ANSWER,
  type Answer,
  type Packet,
  RECURSION_DESIRED,
  TRUNCATED_RESPONSE,
  decode,
  encode,
} from 'dns-packet';
import type { Found, Zone } from './zone.js';

const RCODE = { NOERROR: 0, FORMERR: 1, NXDOMAIN: 3, NOTIMP: 4, REFUSED: 5 } as const;
/** A datagram of so many bytes passes nearly everywhere whole. */
const LARGEST_DATAGRAM = 1_232;
const SMALLEST_DATAGRAM = 512;

/** What the codec gives back as it came: other bytes it would write as others. */
const NAME = /^(?:\.|[!-\-/-~]+(?:\.[!-\-/-~]+)*)$/;

/** The answer to a message; nothing where none is due: it is no question, or has not even a header. */
export function answer(zone: Zone, message: Buffer, isDatagram: boolean): Buffer | undefined {
  if (message.length < 12 || message[2]! >= 0x80) return undefined;
  const opcode = (message[2]! >> 3) & 15;
  if (opcode !== 0) return bare(message, RCODE.NOTIMP);
  let query: Packet;
  try {
    query = decode(message);
  } catch {
    return bare(message, RCODE.FORMERR);
  }
  const edns = query.additionals?.find((record) => record.type === 'OPT');
  const question = query.questions?.[0];
  if (query.questions?.length !== 1 || question === undefined || !NAME.test(question.name))
    return bare(message, RCODE.FORMERR);
  const isOld = edns === undefined || edns.ednsVersion === 0;
  const found = zone.find(question.name, question.class === 'IN' ? question.type : 'none');
  const flags =
    RCODE[found.rcode] | (found.isOurs ? AUTHORITATIVE_ANSWER : 0) | ((query.flags ?? 0) & RECURSION_DESIRED);
  const reply = { type: 'response', id: query.id, flags, questions: query.questions } as const;
  const opt = edns === undefined ? [] : [optRecord(isOld ? 0 : 1)];
  if (!isOld) return encode({ ...reply, additionals: opt });
  const whole = encode({ ...reply, ...sections(found, opt) });
  const room = Math.max(SMALLEST_DATAGRAM, Math.min(edns?.udpPayloadSize ?? 0, LARGEST_DATAGRAM));
  if (!isDatagram || whole.length <= room) return whole;
  return encode({ ...reply, flags: flags | TRUNCATED_RESPONSE, additionals: opt });
}

function sections({ answers, authorities, additionals }: Found, opt: readonly Answer[]) {
  return { answers: [...answers], authorities: [...authorities], additionals: [...additionals, ...opt] };
}

function optRecord(extendedRcode: number): Answer {
  return {
    type: 'OPT',
    name: '.',
    udpPayloadSize: LARGEST_DATAGRAM,
    extendedRcode,
    ednsVersion: 0,
    flags: 0,
    flag_do: false,
    options: [],
  };
}

/** The header alone, with an error. */
function bare(message: Buffer, rcode: number): Buffer {
  const header = Buffer.alloc(12);
  message.copy(header, 0, 0, 3);
  header[2] = (header[2]! & 0x79) | 0x80;
  header[3] = rcode;
  return header;
}
