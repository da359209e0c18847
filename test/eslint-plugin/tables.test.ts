import { expect } from 'chai';
import * as calendar from '../../src/calendar/index.js';
import { EVENTS, type HeardEvents } from '../doors/core.js';
import { SAID, TONICS } from '../doors/eslint-plugin.js';
import {
  HttpClient,
  HttpConnection,
  HttpServer,
  StoreConnection,
  WebSocketClient,
  WebSocketConnection,
} from '../../src/http/index.js';
import * as main from '../../src/index.js';
import * as selector from '../../src/selector/index.js';
import * as testing from '../../src/testing/index.js';
import * as tonics from '../../src/tonics/index.js';

describe('what the ESLint plugin has written down of the package', () => {
  const exported = Object.entries<unknown>({
    ...main,
    ...selector,
    ...tonics,
    ...testing,
    ...calendar,
    HttpConnection,
    HttpClient,
    HttpServer,
    StoreConnection,
    WebSocketClient,
    WebSocketConnection,
  });
  const classes = exported.filter(
    (entry): entry is [string, { prototype: object }] => typeof entry[1] === 'function' && 'prototype' in entry[1],
  );

  it('names every class that is a Tonic, and no other', () => {
    const found = classes.filter(
      ([, { prototype }]) => prototype instanceof main.Tonic || prototype === main.Tonic.prototype,
    );
    expect([...TONICS]).to.have.members(found.map(([name]) => name));
  });

  it('names every event of the sockets, and what is mistaken for one', () => {
    for (const [name, said] of Object.entries(SAID)) {
      const [, found] = classes.find(([exportedName]) => exportedName === name)!;
      const [events, mistaken] = [
        said.flatMap((each) => each.events),
        Object.assign({}, ...said.map((each) => each.mistaken)),
      ];
      for (let level: object | null = found; level !== null; level = Object.getPrototypeOf(level) as object | null) {
        if (!Object.hasOwn(level, EVENTS)) continue;
        const own = (level as { [EVENTS]: HeardEvents })[EVENTS];
        expect(events, name).to.include.members([...own.events]);
        expect(mistaken, name).to.include(own.mistaken ?? {});
      }
    }
  });
});
