import { AUTHORITATIVE_ANSWER, type Answer } from 'dns-packet';

/** The response codes that are used (RFC 1035, section 4.1.1). */
export const RCODE = { NOERROR: 0, FORMERR: 1, NXDOMAIN: 3, NOTIMP: 4, REFUSED: 5 } as const;

/** What is known of a question, as the parts of a message. */
export type Found = { readonly flags: number } & Record<'answers' | 'authorities' | 'additionals', Answer[]>;

/** A chain of aliases that is longer is followed no further. */
const MOST_ALIASES = 8;

/** The records of a zone, and what they say to a question (RFC 1034, section 4.3.2; wildcards: RFC 4592). */
export class Zone {
  readonly #names = new Map<string, Answer[]>();
  readonly #apex: string;
  /** Says for how long it may be remembered that there is nothing (RFC 2308). */
  readonly #nothing: Answer;

  constructor(records: readonly Answer[]) {
    const soa = records.find((record) => record.type === 'SOA') as (Answer & { type: 'SOA' }) | undefined;
    if (soa === undefined) throw new Error('the zone has no SOA record');
    this.#apex = soa.name;
    this.#nothing = { ...soa, ttl: Math.min(soa.ttl ?? 0, soa.data.minimum ?? 0) };
    for (const record of records) {
      const names = this.#upFrom(record.name);
      if (names.length === 0) throw new Error(`${record.name} is not in the zone ${soa.name}`);
      // A name also exists where only names below it have records.
      for (const name of names) if (!this.#names.has(name)) this.#names.set(name, []);
      this.#names.get(record.name)!.push(record);
    }
  }

  /** @param answers the aliases that have led there. */
  find(asked: string, type: string, answers: readonly Answer[] = []): Found {
    const names = this.#upFrom(asked.toLowerCase());
    const flags = answers.length > 0 || names.length > 0 ? AUTHORITATIVE_ANSWER : RCODE.REFUSED;
    if (names.length === 0 || answers.length >= MOST_ALIASES) return this.#found(flags, answers);
    const servers = this.#serversBelow(names, type);
    if (servers !== undefined) return this.#found(answers.length > 0 ? flags : RCODE.NOERROR, answers, servers);
    const records = this.#names.get(names[0]!) ?? this.#wildcard(names, asked);
    if (records === undefined) return this.#found(flags | RCODE.NXDOMAIN, answers, [this.#nothing]);
    const matching = records.filter((record) => record.type === type || type === 'ANY');
    if (matching.length > 0) return this.#found(flags, [...answers, ...matching]);
    const alias = records.find((record) => record.type === 'CNAME') as (Answer & { data: string }) | undefined;
    return alias === undefined
      ? this.#found(flags, answers, [this.#nothing])
      : this.find(alias.data, type, [...answers, alias]);
  }

  /** A name and those above it, up to that of the zone; none where it is of another zone. */
  #upFrom(name: string): string[] {
    const names = [name === '.' ? '' : name];
    for (let at = names[0]!; at !== this.#apex; names.push(at)) {
      if (at === '') return [];
      at = at.includes('.') ? at.slice(at.indexOf('.') + 1) : '';
    }
    return names;
  }

  /** Who is asked instead, where that part of the zone was given away. */
  #serversBelow(names: readonly string[], type: string): Answer[] | undefined {
    const below = names.slice(type === 'DS' ? 1 : 0, -1);
    const servers = below.map((name) => this.#names.get(name)?.filter((record) => record.type === 'NS') ?? []);
    return servers.find(({ length }) => length > 0);
  }

  /** What `*` stands for below the closest name that exists. */
  #wildcard(names: readonly string[], asked: string): Answer[] | undefined {
    const closest = names.find((name) => this.#names.has(name))!;
    return this.#names.get(closest === '' ? '*' : `*.${closest}`)?.map((record) => ({ ...record, name: asked }));
  }

  /** With the addresses of those that are named. */
  #found(flags: number, answers: readonly Answer[], authorities: Answer[] = []): Found {
    const targets = new Set([...answers, ...authorities].map(targetOf));
    const named = [...targets].flatMap((name) => this.#names.get(name) ?? []);
    const additionals = named.filter(({ type }) => type === 'A' || type === 'AAAA');
    return { flags, answers: [...answers], authorities, additionals };
  }
}

function targetOf(record: Answer): string {
  if (record.type === 'MX') return record.data.exchange;
  if (record.type === 'SRV') return record.data.target;
  return record.type === 'NS' ? record.data : ' ';
}
