import { RuleTester } from 'eslint';
import { parser } from 'typescript-eslint';
import plugin from '../../src/eslint-plugin/index.js';

type RuleName = keyof typeof plugin.rules;

const tester = new RuleTester({ languageOptions: { parser } });

/** Code that a rule has nothing to say about, by what it shows. */
export function accepts(rule: RuleName, cases: Record<string, string>): void {
  const valid = Object.entries(cases).map(([name, code]) => ({ name, code }));
  tester.run(`tasktonic/${rule} accepts`, plugin.rules[rule], { valid, invalid: [] });
}

export interface Refused {
  readonly code: string;
  /** The whole message. */
  readonly message: string;
  /** What the code becomes with the suggestion taken; none is made where this is not given. */
  readonly becomes?: string;
}

/** Code that a rule reports, once. */
export function reports(rule: RuleName, cases: Record<string, Refused>): void {
  const invalid = Object.entries(cases).map(([name, { code, message, becomes }]) => ({
    name,
    code,
    errors: [
      { message, suggestions: becomes === undefined ? [] : [{ messageId: SUGGESTIONS[rule], output: becomes }] },
    ],
  }));
  tester.run(`tasktonic/${rule} reports`, plugin.rules[rule], { valid: [], invalid });
}

const SUGGESTIONS: Record<RuleName, string> = { 'sparkle-names': 'rename', 'no-unbound-sparkle': 'bind' };
