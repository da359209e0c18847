import { slug } from './slug.js';

/** A page of options, as scripts/options-pages.mjs lists it: the sections, and the sets of options that each tells of. */
export interface OptionsPage {
  readonly name: string;
  readonly sections: readonly { readonly title: string; readonly from: readonly string[] }[];
}

/** A section of these pages. */
export interface OptionsSection {
  readonly title: string;
  readonly address: string;
}

/** Where the options are told: for links of doc comments, which are written for these pages, and for types of options. */
export class OptionsSections {
  readonly #byAnchor = new Map<string, OptionsSection>();
  readonly #byStem = new Map<string, OptionsSection>();

  constructor(pages: readonly OptionsPage[]) {
    for (const { name, sections } of pages)
      for (const { title, from } of sections) {
        const section = { title, address: `/look-up/${name}#${slug(title)}` };
        this.#byAnchor.set(slug(title), section);
        const [, ...sets] = from;
        for (const stem of [title, ...sets].map(stemOf)) this.#byStem.set(stem, section);
      }
  }

  /** The section that a link such as `#tls-of-a-tcpserver` is for. */
  at(anchor: string): OptionsSection | undefined {
    return this.#byAnchor.get(anchor);
  }

  /** The section that tells of a type or a description of options, by its name: `TcpServerOptions`, `serverTlsSchema`. */
  of(name: string): OptionsSection | undefined {
    return this.#byStem.get(stemOf(name));
  }
}

function stemOf(name: string): string {
  return name.replace(/(?:Schema|Options)$/, '').toLowerCase();
}
