// The same as wildcards.mjs with the patterns of MQTT: each is held against what was set.
import mqttPattern from 'mqtt-pattern';
import { ops, report } from '../micro/report.mjs';

const count = Number(process.argv[2]);
const values = new Map();
let heard = 0;
const subscriptions = Array.from({ length: count }, (_, n) => ({
  pattern: `sensors/s${n}/+`,
  hear: () => void heard++,
}));
const started = process.hrtime.bigint();
for (let n = 0; n < ops; n++) {
  const path = `sensors/s${n % count}/value`;
  values.set(path, n);
  for (const { pattern, hear } of subscriptions) if (mqttPattern.matches(pattern, path)) hear();
}
if (heard !== ops) throw new Error(`${heard} of ${ops} were heard`);
report(started, ops);
