import type { Answer } from 'dns-packet';

/** What is known of a question. */
export interface Found {
  readonly rcode: 'NOERROR' | 'NXDOMAIN' | 'REFUSED';
  readonly isOurs: boolean;
  readonly answers: readonly Answer[];
  readonly authorities: readonly Answer[];
  readonly additionals: readonly Answer[];
}

const NONE: readonly Answer[] = [];
/** A chain of aliases that is longer is followed no further. */
const MOST_ALIASES = 8;

/** The records of a zone, and what they say to a question (RFC 1034, section 4.3.2; wildcards: RFC 4592). */
export class Zone {
  readonly #names = new Map<string, Answer[]>();
  readonly #soa: Answer & { type: 'SOA' };

  constructor(records: readonly Answer[]) {
    const soa = records.find((record) => record.type === 'SOA');
    if (soa === undefined) throw new Error('the zone has no SOA record');
    this.#soa = soa as Answer & { type: 'SOA' };
    for (const record of records) {
      if (!this.#has(record.name)) throw new Error(`${record.name} is not in the zone ${soa.name}`);
      // A name also exists where only names below it have records.
      for (let name = record.name; this.#has(name); name = parentOf(name))
        if (!this.#names.has(name)) this.#names.set(name, []);
      this.#names.get(record.name)!.push(record);
    }
  }

  find(question: string, type: string): Found {
    const answers: Answer[] = [];
    let name = question === '.' ? '' : question.toLowerCase();
    if (!this.#has(name)) return { rcode: 'REFUSED', isOurs: false, answers, authorities: NONE, additionals: NONE };
    for (let aliases = 0; aliases < MOST_ALIASES; aliases++) {
      const cut = this.#cutAbove(name, type);
      if (cut !== undefined) return this.#found(answers, cut, answers.length > 0);
      const records = this.#names.get(name) ?? this.#wildcard(name, aliases === 0 ? question : name);
      if (records === undefined) return { ...this.#found(answers, [this.#negative()]), rcode: 'NXDOMAIN' };
      const matching = records.filter((record) => record.type === type || type === 'ANY');
      const alias = records.find(isAlias);
      if (matching.length > 0 || alias === undefined) {
        answers.push(...matching);
        return this.#found(answers, matching.length > 0 ? NONE : [this.#negative()]);
      }
      answers.push(alias);
      name = alias.data;
      if (!this.#has(name)) break;
    }
    return this.#found(answers, NONE);
  }

  #has(name: string): boolean {
    return name === this.#soa.name || this.#soa.name === '' || name.endsWith(`.${this.#soa.name}`);
  }

  /** Who is asked instead, where that part of the zone was given away. */
  #cutAbove(name: string, type: string): readonly Answer[] | undefined {
    for (let at = name; at !== this.#soa.name; at = parentOf(at)) {
      const servers = this.#names.get(at)?.filter((record) => record.type === 'NS') ?? NONE;
      if (servers.length > 0 && !(at === name && type === 'DS')) return servers;
    }
    return undefined;
  }

  /** What `*` stands for below the closest name that exists. */
  #wildcard(name: string, asked: string): readonly Answer[] | undefined {
    let closest = parentOf(name);
    while (!this.#names.has(closest)) closest = parentOf(closest);
    return this.#names.get(closest === '' ? '*' : `*.${closest}`)?.map((record) => ({ ...record, name: asked }));
  }

  /** For how long it may be remembered that there is nothing (RFC 2308). */
  #negative(): Answer {
    return { ...this.#soa, ttl: Math.min(this.#soa.ttl ?? 0, this.#soa.data.minimum ?? 0) };
  }

  /** With the addresses of those that are named. */
  #found(answers: readonly Answer[], authorities: readonly Answer[], isOurs = authorities[0]?.type !== 'NS'): Found {
    const targets = new Set([...answers, ...authorities].map(targetOf));
    const additionals = [...targets].flatMap((name) => this.#names.get(name ?? ' ') ?? NONE);
    const addresses = additionals.filter(({ type }) => type === 'A' || type === 'AAAA');
    return { rcode: 'NOERROR', isOurs, answers, authorities, additionals: addresses };
  }
}

function isAlias(record: Answer): record is Answer & { type: 'CNAME'; data: string } {
  return record.type === 'CNAME';
}

function parentOf(name: string): string {
  const dot = name.indexOf('.');
  return dot < 0 ? (name === '' ? ' ' : '') : name.slice(dot + 1);
}

function targetOf(record: Answer): string | undefined {
  if (record.type === 'MX') return record.data.exchange;
  if (record.type === 'SRV') return record.data.target;
  return record.type === 'NS' ? record.data : undefined;
}
