import { END, type Machine, type Move, type SparkleFacts, UNKNOWN } from './machine.js';

/**
 * Draws a machine as a state diagram of Mermaid (https://mermaid.js.org/syntax/stateDiagram.html). What a sparkle of any state does
 * leaves from a state of its own, `any state`; the ones that lead nowhere stand in a note there.
 */
export function mermaidOf(machine: Machine): string {
  return new Drawing(machine).lines().join('\n') + '\n';
}

const ANY = 'any state';
const OPEN = '?';

class Drawing {
  readonly #machine: Machine;
  readonly #ids = new Map<string, string>();
  readonly #edges = new Set<string>();
  /** Beside states: what their timeouts do where they lead nowhere. */
  readonly #notes: string[] = [];
  #hasAny = false;
  #hasUnknown = false;

  constructor(machine: Machine) {
    this.#machine = machine;
    for (const state of machine.states) this.#ids.set(state, this.#freeId(state));
  }

  lines(): string[] {
    const { className, sparkles } = this.#machine;
    for (const sparkle of sparkles) this.#draw(sparkle);
    const note = this.#note();
    const states = [...this.#ids].map(([state, id]) => this.#declared(id, state));
    if (this.#hasAny || note.length > 0) states.push(this.#declared(this.#anyId, ANY));
    if (this.#hasUnknown) states.push(this.#declared(this.#unknownId, OPEN));
    const body = [...states, ...this.#edges, ...this.#notes, ...note];
    return ['stateDiagram-v2', `    accTitle: ${escaped(className)}`, ...body.map((line) => `    ${line}`)];
  }

  #draw(sparkle: SparkleFacts): void {
    const after = sparkle.after === undefined ? undefined : `after ${sparkle.after}`;
    const from = this.#from(sparkle);
    // The state that holds already is no transition.
    const moves = sparkle.moves.filter(({ to, reenters }) => to !== sparkle.state || reenters);
    for (const move of moves) {
      this.#hasAny ||= from === this.#anyId;
      this.#edges.add(`${from} --> ${this.#to(move)} : ${labelled(sparkle.name, after, move.detail)}`);
    }
    if (after !== undefined && moves.length === 0)
      this.#notes.push(`note right of ${from}`, `    ${labelled(sparkle.name, after)}`, 'end note');
  }

  #from({ state, begins }: SparkleFacts): string {
    if (state !== undefined) return this.#ids.get(state)!;
    return begins === true ? '[*]' : this.#anyId;
  }

  #to({ to }: Move): string {
    if (to === END) return '[*]';
    if (to !== UNKNOWN) return this.#ids.get(to)!;
    this.#hasUnknown = true;
    return this.#unknownId;
  }

  /** Where a state has a sparkle of its own, the generic one does not run. */
  #note(): string[] {
    // The generic one may stand for a state as well, with the timeout of that.
    const own = ({ name, moves }: SparkleFacts): string[] =>
      this.#machine.sparkles.flatMap((other) =>
        other.name === name && other.state !== undefined && other.moves !== moves ? other.state : [],
      );
    const lines = this.#machine.sparkles
      .filter((sparkle) => {
        const { state, begins, moves, empty } = sparkle;
        return state === undefined && !empty && begins !== true && (moves.length === 0 || own(sparkle).length > 0);
      })
      .map((sparkle) => {
        const besides = own(sparkle);
        return escaped(besides.length === 0 ? sparkle.name : `${sparkle.name} (not in ${besides.join(', ')})`);
      });
    if (lines.length === 0) return [];
    return [`note right of ${this.#anyId}`, ...lines.map((line) => `    ${line}`), 'end note'];
  }

  #declared(id: string, name: string): string {
    return `state "${escaped(name)}" as ${id}`;
  }

  get #anyId(): string {
    return this.#idBeside('any_state');
  }

  get #unknownId(): string {
    return this.#idBeside('unknown');
  }

  /** An id beside those of the states, which may have the same name. */
  #idBeside(wanted: string): string {
    let id = wanted;
    while (this.#taken(id)) id += '_';
    return id;
  }

  #freeId(state: string): string {
    const plain = state.replace(/\W/g, '_');
    let id = /^[a-z]/i.test(plain) && !RESERVED.test(plain) ? plain : `s_${plain}`;
    while (this.#taken(id)) id += '_';
    return id;
  }

  #taken(id: string): boolean {
    return [...this.#ids.values()].some((other) => other.toLowerCase() === id.toLowerCase());
  }
}

/** Words that Mermaid takes for its own where an id stands, in any case. */
const RESERVED =
  /^(?:default.*|state|note|class|classdef|style|click|href|scale|direction|hide|end|acctitle|accdescr|statediagram.*)$/i;

/** A name, with what is beside it. */
function labelled(name: string, ...besides: readonly (string | undefined)[]): string {
  const said = besides.filter((part) => part !== undefined).join(', ');
  return escaped(said === '' ? name : `${name} (${said})`);
}

/** A text as it may stand in a label: what has a meaning to Mermaid, or to HTML, as the code of its character. */
function escaped(text: string): string {
  const oneLine = text.replace(/\s+/g, ' ').trim();
  return oneLine.replace(/[#;:"<>%{}&`\\]|end(?= note)/gi, (found) => [...found].map(codeOf).join(''));
}

function codeOf(character: string): string {
  return `#${character.codePointAt(0)!};`;
}
