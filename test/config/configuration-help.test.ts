import { expect } from 'chai';
import * as v from 'valibot';
import type { ConfigurationSources } from '../../src/index.js';
import { FRAMEWORK_WORDS, asksForHelp, frameworkSchema, helpText, settingsIn } from '../doors/config.js';

function help(schema: v.GenericSchema | undefined, code = {}, sources: ConfigurationSources = {}): string[] {
  const [text] = helpText({ ...sources, schema }, code, 'node app.js').split('\n\nSettings of the framework:');
  return text!.split('\n').slice(3);
}

describe('the help of an app', () => {
  it('has a word for each setting of the framework, and for no other', () => {
    const paths = [...settingsIn(frameworkSchema)].map(({ path }) => path.join('/'));
    expect(Object.keys(FRAMEWORK_WORDS)).to.have.members(paths);
    expect(helpText({}, {}, 'node app.js')).to.contain(
      '  --log.level\n      The lowest level that is written. (trace, ',
    );
  });

  it('names each setting as the command line and the environment do, with its description', () => {
    const schema = v.object({
      server: v.object({ maxPeers: v.optional(v.pipe(v.number(), v.description('How many may come.')), 5) }),
    });
    expect(help(schema, {}, { env: 'APP_' })).to.deep.equal([
      '  --server.maxPeers, APP_SERVER__MAX_PEERS',
      '      How many may come. (a number; default 5)',
    ]);
    const elsewhere = v.object({ a: v.pipe(v.optional(v.string()), v.description('Outside.')) });
    expect(help(elsewhere)).to.deep.equal(['  --a', '      Outside. (a text)']);
  });

  for (const [schema, says] of [
    [v.picklist(['a', 'b']), 'a or b; needed'],
    [v.union([v.number(), v.literal('all')]), 'a number or all; needed'],
    [v.optional(v.array(v.number()), [1, 2]), 'list of: a number; default [1, 2]'],
    [v.optional(v.array(v.object({ password: v.string() })), [{ password: 'x' }]), 'list of: an object, as JSON; default a list of 1'], // prettier-ignore
    [v.optional(v.record(v.string(), v.string()), { token: 'x' }), 'an object, as JSON; default an object'],
    [v.optional(v.boolean(), () => true), 'true or false; default true'],
    [v.optional(v.string(), () => { throw new Error('no'); }), 'a text'], // prettier-ignore
    [v.optional(v.bigint(), 5n), 'a whole number; default 5'],
    [v.nullable(v.number()), 'a number'],
    [v.date(), 'any value; needed'],
  ] as const) {
    it(`says what it takes: ${says}`, () => {
      expect(help(v.object({ x: schema }))).to.deep.equal(['  --x', `      ${says}`]);
    });
  }

  it('has the defaults that code gives, and those of a section', () => {
    const schema = v.object({ a: v.object({ b: v.number() }), c: v.optional(v.object({ d: v.string() }), { d: 'D' }) });
    expect(help(schema, { a: { b: 7 } })).to.deep.equal([
      '  --a.b',
      '      a number; default 7',
      '  --c.d',
      '      a text; default "D"',
    ]);
  });

  it('shows no secret', () => {
    const schema = v.object({ db: v.object({ dbPass: v.optional(v.picklist(['hunter2', 'hunter3']), 'hunter2') }) });
    expect(help(schema, { db: { dbPass: 'hunter3' } }).join('\n')).to.equal(
      '  --db.dbPass\n      one of some words; default (a secret)',
    );
    const url = v.object({ url: v.string() });
    expect(help(url, { url: 'http://me:hunter2@host/' }).join('\n')).not.to.contain('hunter2');
  });

  it('says what is needed only together with a section', () => {
    const schema = v.object({ tls: v.optional(v.object({ file: v.string() })) });
    expect(help(schema)).to.deep.equal(['  --tls.file', '      a text; needed with tls']);
  });

  it('says where other settings are taken as well', () => {
    const open = 'Any other setting is accepted as well: --path=value.';
    expect(help(v.looseObject({ a: v.number() }))).to.include(open);
    expect(help(v.object({ a: v.number() }))).not.to.include(open);
    expect(helpText({}, {}, 'x')).to.contain(open);
  });

  it('ends with a schema that speaks of itself', () => {
    const node: v.GenericSchema = v.object({ value: v.optional(v.number()), next: v.lazy(() => v.optional(node)) });
    expect(help(v.object({ node })).length).to.be.below(50);
  });

  it('is asked for by a word of its own before --, unless that is a setting', () => {
    expect(asksForHelp({ args: ['--a=1', '--help'] }, () => ({}))).to.equal(true);
    expect(asksForHelp({ args: ['--help=1', '--', '--help'] }, () => ({}))).to.equal(false);
    expect(asksForHelp({ args: false }, () => ({}))).to.equal(false);
    expect(asksForHelp({ args: ['--help'], schema: v.object({ help: v.boolean() }) }, () => ({}))).to.equal(false);
    expect(asksForHelp({ args: ['--help'] }, () => ({ help: false }))).to.equal(false);
  });
});
