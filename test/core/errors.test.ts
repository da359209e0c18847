import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { type ErrorCode, ERRORS, TaskTonicError } from '../../src/index.js';
import { fail, toError } from '../doors/core.js';

const CODES = Object.keys(ERRORS) as ErrorCode[];

describe('an error', () => {
  it('carries a code, a sentence with its details in it, and the details themselves', () => {
    const error = fail('TT_NAME_TAKEN', { name: 'door', holder: '3 (Door)' });
    expect(error).to.be.instanceOf(TaskTonicError).and.to.be.instanceOf(Error);
    expect(error.code).to.equal('TT_NAME_TAKEN');
    expect(error.message).to.equal(
      'The name door is taken by 3 (Door): names are unique in an app, so choose another one.',
    );
    expect(error.details).to.deep.equal({ name: 'door', holder: '3 (Door)' });
    expect(error.name).to.equal('TaskTonicError');
  });

  it('keeps its cause, and has no cause if it was given none', () => {
    const cause = new Error('why');
    expect(fail('TT_LOOP_BROKEN', {}, cause).cause).to.equal(cause);
    expect('cause' in fail('TT_LOOP_BROKEN')).to.equal(false);
  });

  it('shows a placeholder whose detail is missing, and replaces nothing in a detail', () => {
    expect(fail('TT_NAME_TAKEN', { name: '{holder}' }).message).to.contain('The name {holder} is taken by {holder}');
  });

  it('is made of anything that was thrown', () => {
    const error = new TypeError('as it is');
    expect(toError(error)).to.equal(error);
    expect(toError('text').message).to.contain('text');
    expect(toError(undefined).cause).to.equal(undefined);
    expect(toError('text').cause).to.equal('text');
    expect(toError(Object.create(null))).to.be.instanceOf(Error);
    expect(toError(Symbol('s')).message).to.contain('s');
  });

  for (const code of CODES) {
    it(`${code} has a whole sentence`, () => {
      expect(ERRORS[code]).to.match(/^\S+( \S+){3,}[.?](\{reasons\})?$/);
    });
  }
});

describe('the table of errors', () => {
  const sources = textOf(new URL('../../src/', import.meta.url).pathname);

  it('holds no code that is not used', () => {
    const unused = CODES.filter((code) => !sources.includes(`'${code}'`));
    expect(unused).to.deep.equal([]);
  });
});

/** All the source, without the table itself. */
function textOf(folder: string): string {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('core/errors.ts'))
    .map((file) => readFileSync(join(folder, file), 'utf8'))
    .join('\n');
}
