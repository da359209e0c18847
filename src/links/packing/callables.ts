import { Answer } from '../../core/asking/answer.js';
import type { AnyTonic } from '../../core/any-tonic.js';
import { Reply } from '../../core/asking/reply.js';
import { ServiceHandle } from '../../services/service-handle.js';
import { TonicRoot } from '../../core/plan/tonic-root.js';
import type { Exporter, Ref } from './refs.js';
import { RemoteTonic } from '../remote-tonic.js';

/** The ref for an object that is not data but can be called from the other side; `undefined` for all others. */
export function callableRef(value: object, exporter: Exporter): Ref | undefined {
  if (value instanceof TonicRoot || value instanceof RemoteTonic)
    return exporter.tonicRef(value as AnyTonic | RemoteTonic);
  if (value instanceof ServiceHandle) return { kind: 'service', name: value.name };
  if (value instanceof Answer) return exporter.answerRef(value);
  if (value instanceof Reply) return exporter.replyRef(value);
  return undefined;
}
