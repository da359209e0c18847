/** A state diagram as Mermaid takes it in. */
export interface Diagram {
  readonly title: string;
  readonly states: ReadonlyMap<string, string>;
  readonly edges: readonly { readonly from: string; readonly to: string; readonly label: string }[];
  readonly note: readonly string[];
}

/**
 * Reads the part of Mermaid's grammar of state diagrams that we write, as its lexer does: an id ends at a colon, a space, a dash or a
 * brace and must be none of its words, and a label holds no colon, no semicolon and no bare `#`. Mermaid turns `#58;` and the like into
 * characters of its own before it reads, and back when it draws.
 */
export function parseMermaid(text: string): Diagram {
  const [head, ...lines] = coded(text).split('\n');
  if (head !== 'stateDiagram-v2') throw new Error(`it begins with ${head}`);
  if (lines.pop() !== '') throw new Error('its last line does not end');
  let title = '';
  const states = new Map<string, string>();
  const edges: { from: string; to: string; label: string }[] = [];
  const note: string[] = [];
  let inNote = false;
  const place = (id: string): string => {
    if (id !== '[*]' && !states.has(id)) throw new Error(`${id} is no state`);
    return id;
  };
  for (const line of lines.map((one) => one.trim())) {
    if (inNote) {
      inNote = line !== 'end note';
      if (inNote && /end note/i.test(line)) throw new Error(`the note ends within: ${line}`);
      if (inNote) note.push(decoded(line));
      continue;
    }
    const [, accTitle] = /^accTitle: ([^\n]+)$/.exec(line) ?? [];
    const [, name, declared] = /^state "([^"]+)" as ([^:\s{-]+)$/.exec(line) ?? [];
    const [, from, to, label] = /^(\[\*\]|[^:\s{-]+) --> (\[\*\]|[^:\s{-]+) : ([^:;#\n]+)$/.exec(line) ?? [];
    const [, noted] = /^note right of ([^:\s-]+)$/.exec(line) ?? [];
    if (accTitle !== undefined) title = decoded(accTitle);
    else if (declared !== undefined) {
      if (WORDS.test(declared)) throw new Error(`${declared} is a word of Mermaid`);
      if (states.has(declared)) throw new Error(`${declared} is declared twice`);
      states.set(declared, decoded(name!));
    } else if (from !== undefined) edges.push({ from: place(from), to: place(to!), label: decoded(label!) });
    else if (noted !== undefined) inNote = place(noted) !== '';
    else throw new Error(`not understood: ${line}`);
  }
  if (inNote) throw new Error('the note does not end');
  return { title, states, edges, note };
}

const WORDS =
  /^(?:default|(?:state|note|class|classdef|style|click|href|scale|direction|hide|end|acctitle|accdescr|statediagram|statediagram-v2)$)/i;

// What Mermaid itself puts in their place is as unlikely in a text.
const coded = (text: string): string => text.replace(/#(\d+);/g, '\u{f0001}$1\u{f0002}');
const decoded = (text: string): string =>
  text.replace(/\u{f0001}(\d+)\u{f0002}/gu, (_, code: string) => String.fromCodePoint(Number(code)));
