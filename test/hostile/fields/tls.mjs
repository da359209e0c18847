// Lines over TLS.
import { makeCertificate } from '../../../bench/lib/certificate.mjs';
import { endings, endsOf, judge, kindsOf, overAll, reasons, sum, turnedAway } from '../judging.mjs';
import { groupsOf, path } from './field.mjs';

/** These never finish a handshake. */
const WITHOUT = ['greeting', 'dripping hello', 'silent', 'truncated', 'plain', 'garbage'];
/** @returns {Promise<import('./field.mjs').Field | string>} or why it cannot be run here */
export async function tlsField() {
  const missing = makeCertificate();
  if (missing !== null) return missing;
  const { kinds } = await import('../peers/tls/kinds.mjs');
  return {
    title: `peers of ${kinds.length} kinds, over TLS,`,
    ours: ['tasktonic-lines.mjs', '--tls'],
    twin: ['raw-lines.mjs', '--tls'],
    load: [process.execPath, path('peers/main.mjs'), 'tls'],
    ...groupsOf(kinds),
    judge: judgeTls,
  };
}

/** @param {import('../one-run.mjs').Run} run */
function judgeTls(run) {
  const of = kindsOf(run);
  const { before, after } = run;
  const failed = (after.turnedAway?.handshake ?? 0) - (before.turnedAway?.handshake ?? 0);
  const others = turnedAway(after) - (after.turnedAway?.handshake ?? 0);
  const without = sum(WITHOUT.map((name) => of(name).connects));
  // Who has heard nothing may have gone before the server was done.
  const unheard = Object.entries(run.hostile.kinds)
    .filter(([name]) => !WITHOUT.includes(name))
    .map(([, { connects, heard }]) => connects - heard);
  const unsure = sum(unheard) + overAll(run, 'unsure');
  return [
    judge(
      'handshakes have failed where peers did not finish them, and nowhere else',
      failed >= without && failed <= without + unsure,
      `failed ${failed}; not finished ${without}, and of ${unsure} it cannot be known`,
    ),
    judge('nobody was turned away for anything else', others === 0, reasons(after.turnedAway)),
    judge(
      'each accepted connection was connected, and is open or has ended for a reason',
      after.connected === after.accepted && after.accepted === after.open + endings(after),
      `accepted ${after.accepted}, connected ${after.connected}, open ${after.open}, ended ${endings(after)}`,
    ),
    ...['good', 'resuming', 'half-closing'].map((name) =>
      judge(
        `the end of ${name} peers is told as an end`,
        Object.keys(endsOf(run, of(name))).join() === 'peerEnded',
        reasons(endsOf(run, of(name))),
      ),
    ),
    judge(
      'some sessions were resumed',
      after.handshakes === undefined || after.handshakes.resumed > before.handshakes.resumed,
      reasons(after.handshakes),
    ),
    judge('protocols threw at nonsense, and it was counted', after.failed > before.failed, `failed ${after.failed}`),
  ];
}
