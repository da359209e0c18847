// The door by which tests enter src/core: what they try there that is not public.
import '../../src/compose.js';

export type { ServiceInfo } from '../../src/core/any-tonic.js';
export type { AnswerTo, Lost } from '../../src/core/asking/answer.js';
export { forgiveOwed, owes, whenSettled } from '../../src/core/asking/owed.js';
export type { ReplyTo } from '../../src/core/asking/reply.js';
export { fail, toError } from '../../src/core/errors.js';
export { chunkedWorkSchema } from '../../src/core/guests/chunked.js';
export { superviseSchema } from '../../src/core/guests/supervised.js';
export { askSchema } from '../../src/core/asking/ask.js';
export { inboxSchema } from '../../src/core/options/inbox-options.js';
export { pipeSchema } from '../../src/core/asking/pipe.js';
export { abort } from '../../src/core/life.js';
export { catalystSchema } from '../../src/core/options/catalyst-options.js';
export { nearest } from '../../src/core/options/nearest.js';
export { parseOptions } from '../../src/core/options/option-schema.js';
export { pausingSchema, timerSchema } from '../../src/core/options/timer-options.js';
export { written } from '../../src/core/options/written.js';
export { tonicSchema, transitionSchema } from '../../src/core/options/tonic-options.js';
export { EVENTS, type HeardEvents } from '../../src/core/plan/heard-events.js';
export { Plan } from '../../src/core/plan/plan.js';
export { eventName, parseSparkleName } from '../../src/core/plan/sparkle-names.js';
export { Parker } from '../../src/core/queue/parker.js';
export { RaisedQueue } from '../../src/core/queue/raised-queue.js';
export { runAs, running } from '../../src/core/running.js';
export { LONGEST_TIMER } from '../../src/core/time/clock.js';
export { type Due, TimerQueue } from '../../src/core/time/timer-queue.js';
export { SelfQueueWatch } from '../../src/core/self-queue-watch.js';
