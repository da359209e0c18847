import * as v from 'valibot';

// The framework's own sections of the configuration, described once. The types that a user sees stand in formula.ts and
// log-targets.ts; that both name the same is held by test/types/configuration.test-d.ts.

const flag = v.boolean('must be true or false');
const text = v.pipe(v.string('must be a text'), v.minLength(1, 'must not be empty'));
const section = 'must be an object';

const isStream = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'write' in value && typeof value.write === 'function';

/** Which log services there are, the Formula knows: the log is opened with them. */
const logTarget = v.union(
  [v.pipe(v.string(), v.minLength(1)), v.custom(isStream)],
  'must be the name of a log service (screen, json, ip, off or one of your own) or a stream',
);

const positive = (unit: string) => {
  const problem = `must be a number of ${unit}, more than 0`;
  return v.pipe(
    v.number(problem),
    v.check((value) => value > 0, problem),
  );
};

const port = 'must be a port from 1 to 65535';

const ip = v.strictObject(
  {
    host: v.optional(text),
    port: v.pipe(v.number(port), v.integer(port), v.minValue(1, port), v.maxValue(65_535, port)),
    backlog: v.optional(positive('bytes')),
    connectTimeout: v.optional(positive('ms')),
    retryDelay: v.optional(positive('ms')),
    retryCap: v.optional(positive('ms')),
  },
  section,
);

/** Their bounds are checked where the log is opened. */
const entries = v.union(
  [flag, v.looseObject({ lines: v.optional(v.unknown()), bytes: v.optional(v.unknown()) })],
  'must be true, false or an object with "lines" and "bytes"',
);

const log = v.strictObject(
  {
    to: v.optional(logTarget, 'screen'),
    default: v.optional(v.picklist(['stealth', 'off', 'quiet', 'full'], 'must be stealth, off, quiet, full'), 'quiet'),
    level: v.optional(
      v.picklist(
        ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'],
        'must be trace, debug, info, warn, error, fatal, silent',
      ),
      'info',
    ),
    slowSparkle: v.optional(positive('ms'), 150),
    entries: v.optional(entries),
    closeTimeout: v.optional(v.pipe(v.number(), v.minValue(0, 'must be 0 ms or more'))),
    ip: v.optional(ip),
    // A log service of one's own checks them.
    options: v.optional(v.custom<object>((value) => typeof value === 'object' && value !== null, section)),
  },
  section,
);

const start = v.array(
  v.strictObject(
    {
      tonic: v.pipe(v.string('must be the name of a Tonic'), v.minLength(1, 'must be the name of a Tonic')),
      // As it is given: it may be an instance of a class.
      options: v.optional(
        v.custom<object>((value) => typeof value === 'object' && value !== null && !Array.isArray(value), section),
      ),
    },
    'must be an object with "tonic"',
  ),
  'must be a list',
);

const grace = 'must be 0 ms or more';

/** The sections; `project` takes keys of one's own besides, and so does the whole. */
export const frameworkSchema = v.looseObject({
  project: v.optional(v.looseObject({ name: v.optional(text) }, section)),
  log: v.optional(log, {}),
  start: v.optional(start, []),
  threads: v.optional(v.strictObject({ doorbell: v.optional(flag, true) }, section), {}),
  shutdown: v.optional(
    v.strictObject(
      {
        signals: v.optional(flag, true),
        grace: v.optional(v.pipe(v.number(grace), v.minValue(0, grace)), 30_000),
      },
      section,
    ),
    {},
  ),
});
