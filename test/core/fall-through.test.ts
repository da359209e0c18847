import { expect } from 'chai';
import { ESLint } from 'eslint';
import { defineConfig } from 'eslint/config';
import { parser } from 'typescript-eslint';
import { Tonic } from '../../src/index.js';
import { Distiller } from '../../src/testing/index.js';
import tasktonic from '../../src/eslint-plugin/index.js';

/** A mail server's session: in state `ready` it knows one word more, and does else what it does in every state. */
class Session extends Tonic.with({ states: ['ready'] }) {
  readonly heard: string[] = [];
  ttse__onStart(): void {
    this.toState('ready');
  }
  ttsc__line(line: string): void {
    this.heard.push(`generic: ${line}`);
    if (line === 'QUIT') this.ttsc__finish();
  }
  ttsc_ready__line(line: string): void {
    if (line === 'MAIL') this.heard.push('mail');
    else this.generic.ttsc__line(line);
  }
}

describe('a sparkle of one state that leaves the rest to the generic one', () => {
  it('runs the generic sparkle once for each order, in its turn', async () => {
    let session!: Session;
    const distiller = await Distiller.start(() => {
      session = new Session();
      for (const line of ['NOOP', 'MAIL', 'QUIT']) session.ttsc__line(line);
    });
    await distiller.settle();
    expect(session.heard).to.deep.equal(['generic: NOOP', 'mail', 'generic: QUIT']);
    expect(session.finished).to.equal(true);
    await distiller.finish();
  });

  it('is told by lint where it calls the generic one, which would queue it again for ever', async () => {
    const config = defineConfig([{ files: ['**/*.ts'], languageOptions: { parser } }, tasktonic.configs.recommended]);
    const eslint = new ESLint({ overrideConfigFile: true, overrideConfig: config });
    const [result] = await eslint.lintText(Session.toString().replace('this.generic.', 'this.'), { filePath: 'a.ts' });
    const told = result!.messages.filter(({ ruleId }) => ruleId === 'tasktonic/no-fall-through-call');
    expect(told.map(({ suggestions }) => suggestions?.map(({ fix }) => fix.text))).to.deep.equal([
      ['this.generic.ttsc__line'],
    ]);
  });
});
