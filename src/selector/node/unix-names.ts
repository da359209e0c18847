import { fail } from '../../core/errors.js';

/** Node 20 fills an abstract name up with NULs to 108 bytes, so that no other program finds it; and only Linux has such names. */
const [major = 0] = process.versions.node.split('.').map(Number);
const knowsAbstract = process.platform === 'linux' && major >= 22;

/** @throws {TaskTonicError} `TT_NO_ABSTRACT_NAMES` where Node does not do abstract names of UNIX sockets right. */
export function checkAbstract(): void {
  if (knowsAbstract) return;
  throw fail('TT_NO_ABSTRACT_NAMES', { node: process.versions.node, platform: process.platform });
}
