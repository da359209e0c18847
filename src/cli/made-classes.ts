import { type Runtime, Session } from 'node:inspector';
import { pathToFileURL } from 'node:url';
import type { TonicConstructor } from '../core/plan/declarations.js';

/** Where the debugger puts what it found, for as long as that takes. */
const FOUND = Symbol.for('tasktonic.found-classes');
const place = globalThis as { [FOUND]?: object | undefined };

/**
 * The classes that a module made and that extend `base`, in the order of its source: the debugger, which sees all that there is, knows
 * the file that they are from. One that is not exported is seen as long as something can make a Tonic of it.
 */
export function classesMadeIn(file: string, base: object): TonicConstructor[] {
  const inspector = new Inspector();
  try {
    place[FOUND] = base;
    const classes = inspector.extending(`globalThis[Symbol.for('tasktonic.found-classes')]`);
    const url = pathToFileURL(file).href;
    return classes
      .filter(({ at }) => at.url === url || at.url === file)
      .sort(({ at: a }, { at: b }) => a.line - b.line || a.column - b.column)
      .map(({ made }) => made);
  } finally {
    delete place[FOUND];
    inspector.close();
  }
}

interface Made {
  readonly made: TonicConstructor;
  readonly at: { readonly url: string; readonly line: number; readonly column: number };
}

/** The debugger of this process, asked by this process: it answers at once. */
class Inspector {
  readonly #session = new Session();
  readonly #urls = new Map<string, string>();

  constructor() {
    this.#session.connect();
    this.#session.on('Debugger.scriptParsed', ({ params: { scriptId, url } }) => {
      this.#urls.set(scriptId, url.replace(/[?#].*$/, ''));
    });
    this.#session.post('Debugger.enable');
  }

  close(): void {
    this.#session.disconnect();
  }

  /** All that has the value of an expression among what it inherits from. */
  extending(expression: string): Made[] {
    const { result } = this.#ask<Runtime.EvaluateReturnType>('Runtime.evaluate', { expression });
    const { objects } = this.#ask<Runtime.QueryObjectsReturnType>('Runtime.queryObjects', {
      prototypeObjectId: result.objectId,
    });
    const { objectId } = objects;
    this.#ask('Runtime.callFunctionOn', {
      objectId,
      functionDeclaration: `function () { globalThis[Symbol.for('tasktonic.found-classes')] = this; }`,
    });
    const made = place[FOUND] as readonly TonicConstructor[];
    return this.#propertiesOf(objectId).result.flatMap(({ name, value }): Made[] => {
      const at = value?.type === 'function' ? this.#placeOf(value) : undefined;
      return at === undefined ? [] : [{ made: made[Number(name)]!, at }];
    });
  }

  #placeOf({ objectId }: Runtime.RemoteObject): Made['at'] | undefined {
    const { internalProperties = [] } = this.#propertiesOf(objectId);
    const found = internalProperties.find(({ name }) => name === '[[FunctionLocation]]')?.value?.value as
      { readonly scriptId: string; readonly lineNumber: number; readonly columnNumber: number } | undefined;
    if (found === undefined) return undefined;
    return { url: this.#urls.get(found.scriptId) ?? '', line: found.lineNumber, column: found.columnNumber };
  }

  #propertiesOf(objectId: string | undefined): Runtime.GetPropertiesReturnType {
    return this.#ask('Runtime.getProperties', { objectId, ownProperties: true });
  }

  #ask<Result>(method: string, params: object): Result {
    let answer: Result | undefined;
    this.#session.post(method, params, (error, result) => {
      if (error !== null) throw new Error(`the debugger refuses ${method}: ${error.message}`);
      answer = result as Result;
    });
    return answer!;
  }
}
