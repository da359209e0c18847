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
  /** What `eslint --fix` makes of it; where this is not given, nothing. */
  readonly fixed?: string;
}

/** Code that a rule reports, once. */
export function reports(rule: RuleName, cases: Record<string, Refused>): void {
  const { messages } = plugin.rules[rule].meta;
  const suggestion = ['rename', 'bind', 'generic'].find((id) => id in messages)!;
  const invalid = Object.entries(cases).map(([name, { code, message, becomes, fixed = null }]) => ({
    name,
    code,
    output: fixed,
    errors: [{ message, suggestions: becomes === undefined ? [] : [{ messageId: suggestion, output: becomes }] }],
  }));
  tester.run(`tasktonic/${rule} reports`, plugin.rules[rule], { valid: [], invalid });
}
