/** What a filter may be: `+` stands for one level, and `#` at the end for all that follow (MQTT 3.1.1, 4.7). */
export function isFilter(filter: string): boolean {
  const levels = filter.split('/');
  const isRight = (level: string, at: number): boolean =>
    level === '+' || !/[+#\0]/.test(level) || (level === '#' && at === levels.length - 1);
  return filter !== '' && levels.every(isRight);
}

/** What a message may be published to. */
export function isTopic(topic: string): boolean {
  return topic !== '' && !/[+#\0]/.test(topic);
}

/** Tells the topics of a filter. A wildcard at the beginning does not stand for those that begin with `$` (4.7.2). */
export function patternOf(filter: string): RegExp {
  const levels = filter.split('/').map((level) => {
    if (level === '+') return '[^/]*';
    return level === '#' ? '.*' : level.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  });
  const pattern = levels.join('/').replace(/\/\.\*$/, '(?:/.*)?');
  return new RegExp(`^${/^[+#]/.test(filter) ? '(?!\\$)' : ''}${pattern}$`, 's');
}
