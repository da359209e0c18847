/** Elements of lists have names such as `#0` or `lamp#12`: a prefix, which may be empty, and an index without leading zeros. */
const ELEMENT = /^(.*)#(0|[1-9]\d{0,14})$/s;
const HASH = 35;

/** The index of an element of the list with this prefix; -1 if the name is no such element. */
export function indexIn(key: string, prefix: string): number {
  if (key.length <= prefix.length + 1 || key.charCodeAt(prefix.length) !== HASH || !key.startsWith(prefix)) return -1;
  const found = ELEMENT.exec(key);
  return found?.[1] === prefix ? Number(found[2]) : -1;
}

/** Whether it is the name of a list element, with any prefix. */
export function isElement(key: string): boolean {
  return ELEMENT.test(key);
}

/** The prefix and the index of a list element, as texts; `null` if the name is no element. */
export function elementOf(key: string): RegExpExecArray | null {
  return key.includes('#') ? ELEMENT.exec(key) : null;
}
