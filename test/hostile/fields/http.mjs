// HTTP and WebSocket.
import { judge, reasons, turnedAway } from '../judging.mjs';
import { groupsOf, path } from './field.mjs';

/** @typedef {Partial<import('../../../src/http/index.js').RequestCounts> & { hidden: number }} HttpBooks the twin counts what was hidden alone */

/** @returns {Promise<import('./field.mjs').Field>} */
export async function httpField() {
  const { kinds } = await import('../peers/http/kinds.mjs');
  return {
    title: `peers of ${kinds.length} kinds, over HTTP,`,
    ours: ['tasktonic-http.mjs'],
    twin: ['raw-http.mjs'],
    load: [process.execPath, path('peers/main.mjs'), 'http'],
    ...groupsOf(kinds),
    judge: judgeHttp,
  };
}

/** @param {import('../one-run.mjs').Run} run */
function judgeHttp({ before, after }) {
  const was = before.http;
  const { hidden = 0, refused, received, underWay, answered, aborted, failed = 0, unheard } = after.http ?? {};
  const more = (/** @type {'bad' | 'tooLarge' | 'late'} */ why) => (refused?.[why] ?? 0) > (was?.refused?.[why] ?? 0);
  return [
    judge('nobody was turned away', turnedAway(after) === 0, reasons(after.turnedAway)),
    judge('what smugglers hide was never asked', hidden === 0, `asked ${hidden} times`),
    judge(
      'what is bad, too large or too late was refused, and counted',
      more('bad') && more('tooLarge') && more('late'),
      reasons(refused),
    ),
    judge(
      'each request was answered, or its peer had gone',
      underWay === 0 && unheard === 0,
      `received ${received}, answered ${reasons(answered)}, aborted ${aborted}, under way ${underWay}`,
    ),
    judge(
      'sparkles threw at nonsense, and it was answered',
      (answered?.['5xx'] ?? 0) > 0,
      `5xx ${answered?.['5xx']}, failed ${failed}`,
    ),
  ];
}
