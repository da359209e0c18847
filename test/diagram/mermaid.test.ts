import { expect } from 'chai';
import fc from 'fast-check';
import { END, type Machine, mermaidOf, type Move, type SparkleFacts, UNKNOWN } from '../doors/diagram.js';
import { parseMermaid } from './support/mermaid-grammar.js';

const move = (to: Move['to'], detail?: string, reenters = false): Move => ({ to, detail, reenters });
const sparkle = (state: string | undefined, name: string, ...moves: Move[]): SparkleFacts => ({
  state,
  name,
  moves,
  empty: false,
  begins: name === 'onStart',
});
const machine = (states: string[], ...sparkles: SparkleFacts[]): Machine => ({ className: 'Door', states, sparkles });

/** The edges, with the names of states for their ids. */
function edgesOf(one: Machine): string[] {
  const { states, edges } = parseMermaid(mermaidOf(one));
  return edges.map(({ from, to, label }) => `${states.get(from) ?? from} -> ${states.get(to) ?? to}: ${label}`);
}

describe('a machine drawn with Mermaid', () => {
  it('begins where onStart leads, and ends where the machine stops', () => {
    expect(
      edgesOf(machine(['a'], sparkle(undefined, 'onStart', move('a')), sparkle('a', 'stop', move(END)))),
    ).to.deep.equal(['[*] -> a: onStart', 'a -> [*]: stop']);
  });

  it('has a state for any state, from which generic sparkles lead', () => {
    expect(edgesOf(machine(['a'], sparkle(undefined, 'reset', move('a'))))).to.deep.equal(['any state -> a: reset']);
  });

  it('has what generic sparkles do without a transition in a note, and where they do not run', () => {
    const { note } = parseMermaid(
      mermaidOf(
        machine(
          ['a', 'b'],
          sparkle(undefined, 'knock'),
          sparkle(undefined, 'go', move('a')),
          sparkle('b', 'go'),
          sparkle('a', 'x'),
        ),
      ),
    );
    expect(note).to.deep.equal(['knock', 'go (not in b)']);
  });

  it('says what is known only when it runs', () => {
    expect(edgesOf(machine(['a'], sparkle('a', 'go', move(UNKNOWN, 'next'))))).to.deep.equal(['a -> ?: go (next)']);
  });

  it('has a transition to the same state only where it is entered anew', () => {
    const again = sparkle('a', 'go', move('a'), move('a', 'reenter: true', true));
    expect(edgesOf(machine(['a'], again))).to.deep.equal(['a -> a: go (reenter: true)']);
  });

  it('has each edge once', () => {
    expect(edgesOf(machine(['a', 'b'], sparkle('a', 'go', move('b'), move('b'))))).to.have.length(1);
  });

  it('keeps apart states whose ids would be the same, and what it adds itself', () => {
    const { states } = parseMermaid(
      mermaidOf(
        machine(['a b', 'a-b', 'A_B', 'any state', '?', 'unknown'], sparkle(undefined, 'x', move(UNKNOWN, 'y'))),
      ),
    );
    expect([...states.values()]).to.deep.equal(['a b', 'a-b', 'A_B', 'any state', '?', 'unknown', 'any state', '?']);
  });

  it('is what Mermaid takes in, whatever states and sparkles are called', () => {
    const word = fc.constantFrom(
      'default',
      'note',
      'end note',
      'state',
      'END',
      'direction TB',
      'a:b;c',
      '#35;',
      '"',
      '%% x',
      '{',
      '-->',
      '\u00e9',
      '<br>',
    );
    const name = fc
      .oneof(fc.string({ minLength: 1, unit: 'grapheme' }), word)
      .map((text) => text.replace(/\s+/g, ' ').trim())
      .filter((text) => text !== '');
    fc.assert(
      fc.property(
        fc.uniqueArray(name, { minLength: 1, maxLength: 5 }),
        name,
        name,
        name,
        (states, first, second, detail) => {
          const [from, to] = [states[0]!, states.at(-1)!];
          const drawn = parseMermaid(
            mermaidOf({
              className: first,
              states,
              sparkles: [
                sparkle(from, first, move(to, detail, true)),
                sparkle(undefined, `2${second}`),
                sparkle(undefined, first, move(UNKNOWN)),
              ],
            }),
          );
          expect([...drawn.states.values()].slice(0, states.length)).to.deep.equal(states);
          expect(drawn.edges[0]!.label).to.equal(`${first} (${detail})`);
          expect(drawn.note).to.include(`2${second}`);
          expect(drawn.title).to.equal(first);
        },
      ),
      { numRuns: 500 },
    );
  });
});
