import { type Answer, TRUNCATED_RESPONSE, decode, encode } from 'dns-packet';
import { RCODE, type Zone } from './zone.js';

/** What an answer takes over from the flags of its question: what kind it is, and whether recursion was wanted. */
const [OPCODE, OPCODE_AND_RECURSION] = [0x7800, 0x7900];
/** A datagram of so many bytes passes nearly everywhere whole. */
const LARGEST_DATAGRAM = 1_232;
const SMALLEST_DATAGRAM = 512;
const OPT = {
  type: 'OPT',
  name: '.',
  udpPayloadSize: LARGEST_DATAGRAM,
  ednsVersion: 0,
  flags: 0,
  flag_do: false,
} as const;

/** What the codec gives back as it came: other bytes it would write as others. */
const NAME = /^(?:\.|[!-\-/-~]+(?:\.[!-\-/-~]+)*)$/;

/** The answer to a message; nothing where none is due: it is no question, or has not even a header. */
export function answer(zone: Zone, message: Buffer, isDatagram: boolean): Buffer | undefined {
  if (message.length < 12 || message[2]! >= 0x80) return undefined;
  const asked = message.readUInt16BE(2) & OPCODE_AND_RECURSION;
  const head = { type: 'response', id: message.readUInt16BE(0), flags: asked } as const;
  if ((asked & OPCODE) !== 0) return encode({ ...head, flags: asked | RCODE.NOTIMP });
  const { questions, edns } = read(message);
  const [question] = questions;
  if (questions.length !== 1 || !NAME.test(question!.name)) return encode({ ...head, flags: asked | RCODE.FORMERR });
  const isKnown = edns === undefined || edns.ednsVersion === 0;
  const opt: Answer[] = edns === undefined ? [] : [{ ...OPT, extendedRcode: isKnown ? 0 : 1, options: [] }];
  if (!isKnown) return encode({ ...head, questions, additionals: opt });
  const found = zone.find(question!.name, question!.class === 'IN' ? question!.type : 'none');
  const reply = { ...head, ...found, flags: asked | found.flags, questions };
  const whole = encode({ ...reply, additionals: [...found.additionals, ...opt] });
  const room = Math.max(SMALLEST_DATAGRAM, Math.min(edns?.udpPayloadSize ?? 0, LARGEST_DATAGRAM));
  if (!isDatagram || whole.length <= room) return whole;
  return encode({ ...head, flags: reply.flags | TRUNCATED_RESPONSE, questions, additionals: opt });
}

/** What is asked; nothing where it cannot be read. */
function read(message: Buffer) {
  try {
    const { questions = [], additionals = [] } = decode(message);
    return { questions, edns: additionals.find((record) => record.type === 'OPT') };
  } catch {
    return { questions: [], edns: undefined };
  }
}
