/** What a device tells of itself. */
export interface Report {
  readonly device: string;
  readonly kind: string;
  readonly room: string;
  /** What it measures, where it does. */
  readonly value: number | undefined;
}

const LONGEST = 1_000;
/** Names become parts of paths, and are shown on terminals. */
const NAME = /^[\w-]{1,32}$/;

/** Reads a datagram; throws an Error that says what is wrong with it. */
export function reportIn(datagram: Buffer): Report {
  if (datagram.length > LONGEST) throw new Error(`more than ${LONGEST} bytes`);
  let told: unknown;
  try {
    told = JSON.parse(String(datagram));
  } catch {
    throw new Error('no JSON');
  }
  return reportOf(told);
}

/** The same of what was read before. */
export function reportOf(told: unknown): Report {
  if (typeof told !== 'object' || told === null || Array.isArray(told)) throw new Error('no object');
  const { device, kind, room, value } = told as Readonly<Record<string, unknown>>;
  if (value !== undefined && !Number.isFinite(value)) throw new Error('"value" is no number');
  return {
    device: nameIn('device', device),
    kind: nameIn('kind', kind),
    room: nameIn('room', room),
    value: value as number | undefined,
  };
}

function nameIn(field: string, given: unknown): string {
  if (typeof given === 'string' && NAME.test(given)) return given;
  throw new Error(`"${field}" is no name of 1 to 32 letters, digits, _ and -`);
}
