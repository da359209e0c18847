/**
 * What a Tonic writes to the log: `stealth` nothing but failures; `off` its life cycle; `quiet` also the lines that its
 * sparkles write, and a warning for a slow sparkle; `full` also every sparkle with its source, state and duration.
 */
export type LogMode = 'stealth' | 'off' | 'quiet' | 'full';

/** The modes as numbers, each including those before it; the hot path compares them. */
export const LogLevel = { stealth: 0, off: 1, quiet: 2, full: 3 } as const satisfies Record<LogMode, number>;
export type LogLevel = (typeof LogLevel)[LogMode];
