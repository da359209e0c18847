import { fields, listOf, packets, rest, u16, zeroEnded } from 'tasktonic/framing';

const options = listOf(fields({ name: zeroEnded, value: zeroEnded }));
const request = { name: zeroEnded, mode: zeroEnded, options };

/** The packets of TFTP (RFC 1350), and of its options (RFC 2347). */
export const tftp = packets({
  name: 'TFTP',
  kind: u16,
  kinds: {
    read: [1, request],
    write: [2, request],
    data: [3, { block: u16, data: rest }],
    ack: [4, { block: u16 }],
    error: [5, { code: u16, text: zeroEnded }],
    optionsAck: [6, { options }],
  },
});
export type Packet = ReturnType<typeof tftp.codec.read>;
export type Request = Extract<Packet, { readonly kind: 'read' | 'write' }>;

export const ERROR = { other: 0, notFound: 1, access: 2, illegal: 4, exists: 6 } as const;
