/** Whether a text may be a topic: it is not empty, and has no `+`, `#` or NUL in it (MQTT 3.1.1, 4.7.1). */
export function isTopic(topic: string): boolean {
  return topic !== '' && !/[+#\0]/.test(topic);
}

/** Whether a text may be a filter of topics: `+` stands for one level, and `#` at the end for all that follow (MQTT 3.1.1, 4.7.1). */
export function isTopicFilter(filter: string): boolean {
  const levels = filter.split('/');
  const isRight = (level: string, at: number): boolean =>
    level === '+' || !/[+#\0]/.test(level) || (level === '#' && at === levels.length - 1);
  return filter !== '' && levels.every(isRight);
}

/** Whether a filter stands for a topic. One that begins with a wildcard stands for no topic that begins with `$` (4.7.2). */
export function fitsTopic(filter: string, topic: string): boolean {
  if (startsWild(filter) && topic.startsWith('$')) return false;
  const wanted = filter.split('/');
  const levels = topic.split('/');
  for (const [at, level] of wanted.entries()) {
    if (level === '#') return true;
    if (at === levels.length ? level !== '#' : level !== '+' && level !== levels[at]) return false;
  }
  return wanted.length === levels.length;
}

/** Whether a filter begins with a wildcard. */
export function startsWild(filter: string): boolean {
  return filter.startsWith('+') || filter.startsWith('#');
}
