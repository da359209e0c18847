import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import * as v from 'valibot';
import {
  Catalyst,
  type Configuration,
  type ConfigurationOf,
  type ConfigurationSources,
  Formula,
  type FormulaData,
  TcpConnection,
  Tonic,
  tonicStore,
} from '../../src/index.js';
import { readConfiguration } from '../doors/config.js';
import { expectRejection, expectThrow } from '../support/errors.js';

let folder: string;
before(() => (folder = mkdtempSync(join(tmpdir(), 'tasktonic-'))));
after(() => rmSync(folder, { recursive: true }));

/** Writes a file and gives its path. */
function file(content: string | object, name = 'app.json'): string {
  const path = join(folder, name);
  writeFileSync(path, typeof content === 'string' || Buffer.isBuffer(content) ? content : JSON.stringify(content));
  return path;
}

const env = (from: Record<string, string>) => ({ prefix: 'APP_', from });

/** What is wrong with a configuration: a line each. */
function problems(sources: ConfigurationSources, code: FormulaData = {}): string[] {
  const { details } = expectThrow(() => readConfiguration(code, sources, tonicStore), 'TT_BAD_CONFIGURATION');
  const text = String(details['problems']).replaceAll(folder, '');
  return text.startsWith('\n') ? text.slice(5).split('\n  - ') : [text];
}

const server = v.object({
  server: v.object({
    port: v.pipe(v.number(), v.minValue(1, 'must be 1 or more')),
    host: v.optional(v.string(), 'localhost'),
    maxPeers: v.optional(v.number()),
    tls: v.optional(v.boolean()),
    names: v.optional(v.array(v.string())),
    limits: v.optional(v.record(v.string(), v.number())),
    idle: v.optional(v.union([v.number(), v.literal(false)])),
    password: v.optional(
      v.pipe(
        v.string(),
        v.minLength(8, (issue) => `${issue.input} is too short`),
      ),
    ),
  }),
});

describe('a configuration of several sources', () => {
  it('takes the command line over the environment, that over the file, and that over code', () => {
    const layers: ConfigurationSources[] = [
      {},
      { file: file({ log: { level: 'warn' } }) },
      { env: env({ APP_LOG__LEVEL: 'error' }) },
      { args: ['--log.level=fatal'] },
    ];
    const levels = layers.map((_, count) => {
      const config = readConfiguration({ log: { level: 'debug' } }, Object.assign({}, ...layers.slice(0, count + 1)));
      return [config.get('log/level'), config.source('log/level')?.replace(folder, '')];
    });
    expect(levels).to.deep.equal([
      ['debug', 'creatingFormula()'],
      ['warn', '/app.json:1:9'],
      ['error', 'the environment variable APP_LOG__LEVEL'],
      ['fatal', 'the command line (--log.level)'],
    ]);
  });

  it('lays objects over each other member by member, and takes lists whole', () => {
    const code = { log: { default: 'off' as const }, mine: { a: 1, b: { c: 2, d: 3 }, list: [1, 2, 3] } };
    const config = readConfiguration(code, { file: file({ mine: { b: { c: 9 }, list: [7], none: {} }, log: {} }) });
    expect(config.get('mine')).to.deep.equal({ a: 1, b: { c: 9, d: 3 }, list: [7], none: {} });
    expect(config.get('log/default')).to.equal('off');
  });

  it('changes nothing of what code gave', () => {
    const code = { log: { default: 'off' as const }, mine: { list: [{ a: 1 }] } };
    const before = structuredClone(code);
    readConfiguration(code, { args: ['--log.default=full', '--mine.list.0.a', '2'] });
    expect(code).to.deep.equal(before);
  });

  it('has the defaults, and says so', () => {
    const config = readConfiguration({});
    expect(config.data).to.deep.equal({
      log: {
        to: 'screen',
        default: 'quiet',
        level: 'info',
        slowSparkle: 150,
        entries: false,
        backlog: 16_777_216,
        closeTimeout: 1_000,
      },
      start: [],
      threads: { doorbell: true },
      shutdown: { signals: true, drainDelay: 0, grace: 30_000 },
      upgrade: { sigusr2: false, readyTimeout: 60_000, drainDelay: 5_000 },
    });
    expect(config.source('log/default')).to.equal('a default');
  });

  it('reads nothing that is not asked for', () => {
    process.env['APP_LOG__LEVEL'] = 'fatal';
    try {
      expect(readConfiguration({}).get('log/level')).to.equal('info');
      expect(readConfiguration({}, { env: 'OTHER_' }).get('log/level')).to.equal('info');
      expect(readConfiguration({}, { env: 'APP_' }).get('log/level')).to.equal('fatal');
    } finally {
      delete process.env['APP_LOG__LEVEL'];
    }
  });

  it('tells all that is wrong in all sources at once, each with its path and source', () => {
    const sources = {
      file: file('{"log": {"to": "printer"},\n "shutdwon": {"grace": 1},\n "shutdown": {"signals": 1}}'),
      env: env({ APP_LOG__SLOW_SPARKLE: 'abc' }),
      args: ['--log.defualt=full'],
      schema: server,
    };
    expect(problems(sources, { log: { level: 'loud' as never } })).to.deep.equal([
      'shutdwon is not known (from /app.json:2:2): perhaps shutdown is meant',
      'log/defualt is not known (from the command line (--log.defualt)): perhaps default is meant',
      'log/to is "printer" (from /app.json:1:10): it must be screen, json, off or a stream',
      'log/level is "loud": it must be trace, debug, info, warn, error, fatal or silent',
      'log/slowSparkle is "abc" (from the environment variable APP_LOG__SLOW_SPARKLE): it must be more than 0 ms',
      'shutdown/signals is 1 (from /app.json:3:15): it must be true or false',
      'server is missing: it must be given',
    ]);
  });

  it('is TT_BAD_OPTION where nothing but code is wrong, with all of it', () => {
    const { message, details } = expectThrow(
      () => readConfiguration({ log: { slowSparkle: 0, defualt: 'full' }, shutdown: { grace: '5' } }, { args: [] }),
      'TT_BAD_OPTION',
    );
    expect(details).to.include({ option: 'log/slowSparkle' });
    expect(message).to.equal(
      'The option log/slowSparkle of the Formula is not right: it is 0, and must be more than 0 ms; ' +
        'log/defualt is not known: perhaps default is meant; shutdown/grace is "5": it must be 0 ms or more.',
    );
  });

  it('may have streams and other instances in code, which stay what they are', () => {
    const stream = { write: () => {} };
    class Handler {}
    const handler = new Handler();
    const config = readConfiguration({ log: { to: stream }, mine: { handler, Handler } }, { args: ['--mine.x=1'] });
    expect(config.get('log/to')).to.equal(stream);
    expect(config.get('mine/handler')).to.equal(handler);
    expect(config.get('mine/Handler')).to.equal(Handler);
  });

  it('refuses a value that is not an object for a part of the framework', () => {
    expect(problems({ args: ['--log', 'x'] })).to.deep.equal([
      'log is "x" (from the command line (--log)): it must be an object',
    ]);
  });
});

describe("the app's own schema", () => {
  const read = (sources: ConfigurationSources): Configuration => readConfiguration({}, { schema: server, ...sources });

  it('fills in its defaults, and makes of text what it wants', () => {
    const config = read({
      env: env({
        APP_SERVER__PORT: '7007',
        APP_SERVER__MAX_PEERS: '1e3',
        APP_SERVER__TLS: 'on',
        APP_SERVER__NAMES: 'a, b',
        APP_SERVER__LIMITS: '{"x": 1}',
        APP_SERVER__IDLE: 'false',
      }),
    });
    expect(config.get('server')).to.deep.equal({
      port: 7007,
      host: 'localhost',
      maxPeers: 1000,
      tls: true,
      names: ['a', 'b'],
      limits: { x: 1 },
      idle: false,
    });
    expect(config.source('server/host')).to.equal('a default');
    expect(config.source('server/limits/x')).to.equal('the environment variable APP_SERVER__LIMITS');
  });

  it('lays single members and elements over a list that the environment gives as a whole', () => {
    const from = {
      APP_SERVER__NAMES__1: 'z',
      APP_SERVER__NAMES: '["a","b"]',
      APP_SERVER__LIMITS__Y: '2',
      APP_SERVER__PORT: '1',
    };
    const config = read({ env: env(from) });
    expect(config.get('server/names')).to.deep.equal(['a', 'z']);
    expect(config.get('server/limits')).to.deep.equal({ y: 2 });
    expect(config.source('server/names')).to.equal(
      'the environment variable APP_SERVER__NAMES, the environment variable APP_SERVER__NAMES__1',
    );
  });

  it('keeps a text a text where it wants one, even if it looks like a number', () => {
    const config = read({ args: ['--server.port=1', '--server.host', '127', '--server.names=1,2'] });
    expect(config.get('server/host')).to.equal('127');
    expect(config.get('server/names')).to.deep.equal(['1', '2']);
  });

  for (const text of ['', ' ', '12x', 'NaN', '0x', '1,000']) {
    it(`takes ${JSON.stringify(text)} for no number`, () => {
      expect(problems({ schema: server, env: env({ APP_SERVER__PORT: text }) })).to.deep.equal([
        `server/port is ${JSON.stringify(text)} (from the environment variable APP_SERVER__PORT): it must be a number`,
      ]);
    });
  }

  it('has what it does not know refused in the file and on the command line, with the nearest name', () => {
    const sources = {
      file: file({ server: { port: 1, hots: 'x' } }),
      args: ['--sever.port=2', '--server.x', '1'],
      schema: server,
    };
    expect(problems(sources)).to.deep.equal([
      'server/hots is not known (from /app.json:1:21): perhaps host is meant',
      'sever is not known (from the command line (--sever.port)): perhaps server is meant',
      'server/x is not known (from the command line (--server.x)): ' +
        'known there: port, host, maxPeers, tls, names, limits, idle, password',
    ]);
  });

  it('lets variables of the environment pass that speak of no section, but not a slip', () => {
    const from = { APP_SERVER__PORT: '1', APP_HOME: '/x', APP_PORT_7007_TCP_ADDR: '10.0.0.1' };
    expect(read({ env: env(from) }).get('home')).to.equal(undefined);
    expect(problems({ schema: server, env: env({ ...from, APP_SEVER__PORT: '2' }) })).to.deep.equal([
      'sever is not known (from the environment variable APP_SEVER__PORT): perhaps server is meant',
    ]);
  });

  it('may let any further section through', () => {
    const config = readConfiguration(
      {},
      { schema: v.looseObject({ a: v.optional(v.number()) }), args: ['--b.c=1', '--a=2'] },
    );
    expect([config.get('b/c'), config.get('a')]).to.deep.equal(['1', 2]);
  });

  it('may speak of a section of the framework as well', () => {
    const schema = v.object({
      log: v.looseObject({ level: v.picklist(['warn', 'error'], 'must be warn or error here') }),
    });
    expect(readConfiguration({ log: { level: 'warn' } }, { schema }).get('log/default')).to.equal('quiet');
    expect(problems({ schema, args: ['--log.level=info'] })).to.deep.equal([
      'log/level is "info" (from the command line (--log.level)): it must be warn or error here',
    ]);
  });

  it('may speak of a part of such a section, and leaves the rest as it is', () => {
    const schema = v.object({ log: v.object({ level: v.picklist(['warn', 'error']) }) });
    const config = readConfiguration({ log: { level: 'warn', to: 'off' } }, { schema });
    const others = { default: 'quiet', slowSparkle: 150, entries: false, backlog: 16_777_216, closeTimeout: 1_000 };
    expect(config.get('log')).to.deep.equal({ level: 'warn', to: 'off', ...others });
  });

  it('may transform what it is given', () => {
    const schema = v.object({
      at: v.pipe(
        v.string(),
        v.transform((text) => new URL(text)),
      ),
    });
    expect(readConfiguration({}, { schema, args: ['--at=http://x/'] }).get('at')).to.deep.equal(new URL('http://x/'));
  });

  it('says what is missing', () => {
    expect(problems({ schema: server, args: ['--server.host=x'] })).to.deep.equal([
      'server/port is missing: it must be given',
    ]);
  });
});

describe('the configuration that code gives', () => {
  const read = (code: Parameters<typeof readConfiguration>[0], sources = {}): Record<string, unknown> =>
    readConfiguration(code, sources).data;
  const refused = (code: unknown): string =>
    expectThrow(() => readConfiguration(code as never), 'TT_BAD_OPTION').message;

  it('may be objects in each other, values by their paths, or a list of these', () => {
    const wanted = { log: { level: 'warn', default: 'full' }, server: { port: 5 } };
    for (const code of [
      wanted,
      { 'log/level': 'warn', 'log/default': 'full', 'server/port': 5 },
      { log: { default: 'full' }, 'log/level': 'warn', server: { port: 5 } },
      { 'log/level': 'warn', log: { default: 'full' }, server: { port: 5 } },
      [
        ['log/level', 'warn'],
        ['log', { default: 'full' }],
        ['server/port', 4],
        ['server/port', 5],
      ] as const,
    ]) {
      const { log, server } = read(code);
      expect({ log, server }).to.deep.include({ server: wanted.server });
      expect(log).to.include(wanted.log);
    }
  });

  it('has elements of lists by their numbers, in a list that is not that of another', () => {
    const ports = [1, 2];
    expect(
      read([
        ['app', { ports }],
        ['app/ports/1', 3],
        ['app/ports/2', 4],
      ])['app'],
    ).to.deep.equal({ ports: [1, 3, 4] });
    expect(ports).to.deep.equal([1, 2]);
  });

  it('is told as that of code', () => {
    expect(readConfiguration({ 'server/port': 5 }).source('server/port')).to.equal('creatingFormula()');
  });

  it('is laid under what else there is', () => {
    expect(read({ 'server/port': 5, 'server/host': 'a' }, { args: ['--server.port=6'] })['server']).to.deep.equal({
      port: '6',
      host: 'a',
    });
  });

  it('numbers elements that "#" makes, where "." is the last of them', () => {
    const config = readConfiguration([
      ['devices/wiz/#/name', 'door'],
      ['devices/wiz/./ip', '10.0.0.2'],
      ['devices/wiz/#/name', 'desk'],
      ['devices/lamp#/name', 'hall'],
      ['devices/lamp./on', true],
      ['devices/wiz./ip', '10.0.0.3'],
    ]);
    expect(config.get('devices')).to.deep.equal({
      wiz: { '#0': { name: 'door', ip: '10.0.0.2' }, '#1': { name: 'desk', ip: '10.0.0.3' } },
      'lamp#0': { name: 'hall', on: true },
    });
    expect(config.get('devices/wiz/#0/name')).to.equal('door');
  });

  it('may have "#" and "." among its first names, and in values by their paths', () => {
    expect(read({ 'room#': { size: 1 }, 'room#/size': 2, 'room./door': 'red' })).to.deep.include({
      'room#0': { size: 1 },
      'room#1': { size: 2, door: 'red' },
    });
    expect(read({ 'room#': 1 })).to.deep.include({ 'room#0': 1 });
  });

  it('goes on behind the highest number that is there', () => {
    expect(
      read([
        ['rooms', { '#2': {}, '#10': {}, '#x': {} }],
        ['rooms/./door', 1],
        ['rooms/#/door', 2],
      ])['rooms'],
    ).to.deep.equal({ '#2': {}, '#10': { door: 1 }, '#x': {}, '#11': { door: 2 } });
  });

  it('takes names with "#" and "." elsewhere in them as they are', () => {
    expect(read({ 'hosts/10.0.0.2/v1.0': 1, 'hosts/#a': 2 })['hosts']).to.deep.equal({
      '10.0.0.2': { 'v1.0': 1 },
      '#a': 2,
    });
  });

  it('puts what "#" makes into a list where one is', () => {
    const { start } = readConfiguration([
      ['start/#/tonic', 'A'],
      ['start/#/tonic', 'B'],
      ['start/./options', { x: 1 }],
    ]).data;
    expect(start).to.deep.equal([{ tonic: 'A' }, { tonic: 'B', options: { x: 1 } }]);
  });

  it('refuses a setting below a value, and "." for a list without elements', () => {
    expect(
      refused([
        ['devices/#', 'door'],
        ['devices/./ip', '10.0.0.2'],
      ]),
    )
      .to.contain('devices/./ip')
      .and.to.contain('devices/#0 has a value, so it has no settings below it');
    expect(refused([['devices/lamp./ip', 1]])).to.contain('"lamp." is the last element of a list, and there is none');
  });

  it('is refused with an invalid path', () => {
    for (const path of ['devices//#', '/devices/#']) expect(refused({ [path]: 5 })).to.contain('a name in it is empty');
    expect(refused([['log/level', 'warn'], 'log/level'])).to.contain(
      'must be a path and a value, such as ["log/level", "warn"]',
    );
    expect(refused([[5, 'warn']])).to.contain('must be a path and a value');
    expect(refused({ 'server//port': 5 })).to.contain('a name in it is empty');
    expect(refused({ 'a/__proto__/b': 5 })).to.contain('the name __proto__ is not allowed');
    expect(
      refused([
        ['app/ports/2', 5],
        ['app', { ports: [] }],
        ['app/ports/2', 5],
      ]),
    ).to.contain('the list has 0 elements');
  });
});

describe('a number in a configuration', () => {
  const schema = v.looseObject({ n: v.number(), either: v.optional(v.union([v.string(), v.number()])) });
  const read = (text: string): unknown => readConfiguration({}, { args: [`--n=${text}`], schema }).data['n'];

  it('is one as it is written', () => {
    for (const [text, wanted] of [
      ['5', 5],
      ['-5', -5],
      ['0', 0],
      ['-0.0', -0],
      ['1e3', 1000],
      ['0x10', 16],
      ['0x0', 0],
      ['Infinity', Infinity],
      ['9007199254740991', 2 ** 53 - 1],
      ['5e-324', 5e-324],
    ] as const)
      expect(read(text), text).to.equal(wanted);
  });

  it('is refused where a number cannot hold it', () => {
    for (const text of [
      '1e400',
      '-1e400',
      '1.7976931348623159e308',
      '9007199254740993',
      '12345678901234567890',
      '5e-400',
      '0x1' + '0'.repeat(300),
    ])
      expect(() => read(text), text).to.throw('must be a number');
  });

  it('stays the text that it was where that may be one', () => {
    const { data } = readConfiguration({}, { args: ['--n=1', '--either=12345678901234567890'], schema });
    expect(data['either']).to.equal('12345678901234567890');
  });
});

describe('a mistake in a configuration', () => {
  const server = v.strictObject({ port: v.number(), host: v.optional(v.string()) });
  const schema = v.object({ server });
  const problems = (...args: string[]): string[] => {
    const { details } = expectThrow(() => readConfiguration({}, { args, schema }), 'TT_BAD_CONFIGURATION');
    return (details['list'] as { path: string; is: string }[]).map(({ path, is }) => `${path} ${is}`);
  };

  it('is reported once, without the values that are missing only because of it', () => {
    expect(problems('--servr.port=5')).to.deep.equal(['servr is not known']);
    expect(problems('--server.prt=5')).to.deep.equal(['server/prt is not known']);
    expect(problems('--server.port=5', '--server.hots=a')).to.deep.equal(['server/hots is not known']);
    expect(problems('--other=5')).to.deep.equal(['other is not known', 'server is missing']);
    expect(problems('--server.host=a')).to.deep.equal(['server/port is missing']);
  });

  it('in a path of very many names is told in a moment, and in a few words', () => {
    for (const path of ['a' + '.b'.repeat(200_000), 'a' + '.0'.repeat(200_000), 'server' + '/port'.repeat(200_000)]) {
      const { message } = expectThrow(() => readConfiguration({}, { args: [`--${path}=1`] }), 'TT_BAD_CONFIGURATION');
      expect(message).to.contain('it has 200001 names, and may have 100').and.to.have.lengthOf.below(1_000);
      const env = { prefix: 'APP_', from: { [`APP_${path.replaceAll(/[./]/g, '__')}`]: '1' } };
      expectThrow(() => readConfiguration({}, { env }), 'TT_BAD_CONFIGURATION');
    }
  });

  it('does not change the cursors of its readers', () => {
    const args = ['--log.le\u001b]0;x\u0007vel=1', '--log.level=\u009b2J\u007f', '--a\u009b2J.__proto__=1'];
    const from = { 'APP_LOG__\u001b[2J': '1', APP_LOG__TO: 'a\u009b2J' };
    const { message } = expectThrow(
      () => readConfiguration({}, { args, env: { prefix: 'APP_', from } }),
      'TT_BAD_CONFIGURATION',
    );
    expect(message.replaceAll('\n', '')).not.to.match(/\p{Cc}/u);
  });
});

describe('a secret in a configuration', () => {
  it('is known by the names that people give it', () => {
    const schema = v.looseObject({});
    for (const name of [
      'dbPass',
      'db_pass',
      'DB_PASS',
      'db-pass',
      'pass',
      'pwd',
      'dbPwd',
      'PGPASSWORD',
      'passCode',
      'userPw',
      'pin',
      'apiKey',
      'authHeader',
      'jwt',
      'cookieJar',
      'sentryDsn',
      'tlsCert',
      'privatePem',
      'salt',
    ]) {
      const dump = readConfiguration({ app: { [name]: 'hunter2' } }, { schema }).dump();
      expect(dump, name).to.contain('(a secret)').and.not.contain('hunter2');
    }
    for (const name of ['compass', 'passive', 'author', 'pinned', 'bypass']) {
      expect(readConfiguration({ app: { [name]: 'plain' } }).dump(), name).to.contain('plain');
    }
  });

  it('is masked among the parameters of a URL', () => {
    const dump = readConfiguration({ app: { url: 'postgres://h/db?user=ann&password=hunter2&sslmode=on' } }).dump();
    expect(dump).to.contain('postgres://h/db?user=ann&password=(a secret)&sslmode=on').and.not.contain('hunter2');
  });

  const secrets = {
    'server/password': 'hunter2',
    'db/dbPassword': 'hunter2',
    'api/token': 'hunter2',
    'api/clientSecret': 'hunter2',
    'api/keys/0': 'hunter2',
  };
  const args = Object.entries(secrets).map(([path, value]) => `--${path}=${value}`);

  it('is never printed by dump()', () => {
    const dump = readConfiguration({ code: { secret: { deep: 'hunter2' } } }, { args }).dump();
    expect(dump).to.contain('api/token = (a secret) (the command line (--api/token))');
    expect(dump).to.not.contain('hunter2');
  });

  it('is never printed by an error, whatever the schema says of it', () => {
    const schema = v.looseObject({
      server: v.object({ ...server.entries.server.entries, port: v.optional(v.number()) }),
    });
    const [problem, ...more] = problems({ schema, args });
    expect(problem).to.equal(
      'server/password is (a secret) (from the command line (--server/password)): it must be another value',
    );
    expect(more).to.deep.equal([]);
  });

  it('is not printed as a single word, in a URL, or in invalid JSON', () => {
    const found = problems({
      args: [
        '--project.name=',
        '--log.to=redis://me:hunter2@host/0',
        '--shutdown={"password":"hunter2"',
        'x',
        'hunter2',
      ],
    });
    expect(found).to.have.length(5);
    expect(found.join()).to.contain('redis://(a secret)@host/0').and.to.not.contain('hunter2');
  });

  it('is not printed by a reading that fails', () => {
    const config = readConfiguration({}, { args });
    expect(expectThrow(() => config.number('api/token'), 'TT_BAD_CONFIGURATION').message).to.equal(
      'The configuration is not right: api/token is (a secret) (from the command line (--api/token)): it must be a number.',
    );
  });
});

describe('names that reach into prototypes', () => {
  for (const name of ['__proto__', 'constructor', 'prototype']) {
    it(`are refused in every source: ${name}`, () => {
      const text = `{"mine": {"${name}": {"polluted": 1}}, "list": [{"${name}": 1}]}`;
      const found = problems({
        file: file(text),
        env: env({
          [`APP_mine__${name.replaceAll('__', '_')}x__${name}__polluted`]: '1',
          APP_start: `[{"${name}": 1}]`,
        }),
        args: [`--a/${name}/polluted=1`, `--${name}.polluted=1`],
      });
      expect(found.length).to.be.at.least(4);
      expect(({} as Record<string, unknown>)['polluted']).to.equal(undefined);
      expect(found.join('\n')).to.contain(`--a/${name}/polluted`).and.to.contain(`the name ${name} is not allowed`);
    });
  }

  it('are not found by a path', () => {
    const config = readConfiguration({ mine: {} });
    for (const path of ['toString', 'mine/constructor', 'constructor/name', 'start/length/constructor'])
      expect(config.get(path), path).to.equal(undefined);
  });
});

describe('reading a configuration', () => {
  const config = readConfiguration(
    { a: { n: 1, s: 'x', f: false, nan: NaN } },
    { args: ['--b.n=8080', '--b.f=yes', '--b.s=5x'] },
  );

  it('gives numbers, texts and flags, also where they came as text', () => {
    expect([config.number('a/n'), config.number('b/n')]).to.deep.equal([1, 8080]);
    expect([config.boolean('a/f'), config.boolean('b/f')]).to.deep.equal([false, true]);
    expect([config.string('a/s'), config.string('b/n')]).to.deep.equal(['x', '8080']);
  });

  it('gives the fallback where nothing stands there, and only there', () => {
    expect([config.number('none', 3), config.string('a/none', ''), config.boolean('none/x', true)]).to.deep.equal([
      3,
      '',
      true,
    ]);
    expectThrow(() => config.number('b/s', 3), 'TT_BAD_CONFIGURATION');
  });

  for (const [read, text] of [
    [() => config.number('none/there'), 'none/there is not there: it must be a number'],
    [() => config.number('a/nan'), 'a/nan is NaN (from creatingFormula()): it must be a number'],
    [() => config.boolean('a/n'), 'a/n is 1 (from creatingFormula()): it must be true or false'],
    [() => config.string('a'), 'a is an object (from creatingFormula()): it must be a text'],
  ] as const) {
    it(`throws: ${text}`, () => {
      expect(expectThrow(read, 'TT_BAD_CONFIGURATION').message).to.contain(text);
    });
  }

  it('tells no source of what is not there', () => {
    expect(config.source('none/there')).to.equal(undefined);
  });

  it('dumps circular data and long texts in lines of limited length', () => {
    const ring: Record<string, unknown> = { name: 'x'.repeat(1000) };
    ring['self'] = ring;
    const dump = readConfiguration({ ring }).dump();
    expect(dump.split('\n').every((line) => line.length < 120)).to.equal(true);
    expect(readConfiguration({ ring }).source('ring')).to.equal('creatingFormula()');
  });
});

describe('the Tonics that a configuration starts', () => {
  class Echo extends TcpConnection {}
  class Greeter extends Tonic {
    static readonly optionsSchema = v.strictObject({ count: v.number(), name: v.optional(v.string()) });
    constructor(readonly options: { readonly count: number }) {
      super();
    }
  }
  class Bolder extends Greeter {}
  const store = tonicStore.with({ Echo, Greeter, Bolder });

  function wrong(start: unknown): string[] {
    const { details } = expectThrow(
      () => readConfiguration({}, { args: [`--start=${JSON.stringify(start)}`] }, store),
      'TT_BAD_CONFIGURATION',
    );
    return (details['list'] as { path: string; is: string; must: string }[]).map(
      ({ path, is, must }) => `${path} ${is}: ${must}`,
    );
  }

  it('are checked before any is made, with the path of each mistake', () => {
    expect(
      wrong([
        { tonic: 'TcpSever', options: { port: 1 } },
        { tonic: 'TcpServer' },
        { tonic: 'TcpServer', options: { port: 70_000, bakclog: 1 } },
        { tonic: 'TcpServer', options: { port: -1, protocol: 'Ehco' } },
        { tonic: 'TcpServer', options: { port: 1, protocol: 'Greeter' } },
        { tonic: 'TcpServer', options: { port: 1, protocol: 'Echo' } },
        { tonic: 'UdpSocket', options: { multicast: { ttl: 'x' } } },
        { tonic: 'Greeter', options: { count: 'x' } },
        { tonic: 'Bolder', options: { whatever: 1 } },
      ]),
    ).to.deep.equal([
      'start/0/tonic is "TcpSever": the TonicStore has none of that name (did you mean TcpServer?)',
      'start/1/options/port is missing: must be given, or "path", "fd" or "systemd"',
      'start/2/options/port is 70000: must be a port, 0 to 65535',
      'start/2/options/bakclog is not known: perhaps backlog is meant',
      'start/3/options/protocol is "Ehco": the TonicStore has none of that name (did you mean Echo?)',
      'start/3/options/port is -1: must be a port, 0 to 65535',
      'start/4/options/protocol is "Greeter": must be the name of a class that extends TcpConnection',
      'start/6/options/multicast/ttl is "x": must be a whole number, 0 to 255',
      'start/7/options/count is "x": must be a number',
    ]);
  });

  for (const [start, problem] of [
    [['TcpServer'], 'start/0 is "TcpServer": must be an object with "tonic"'],
    [[{}], 'start/0/tonic is missing: must be given'],
    [[{ tonic: 7 }], 'start/0/tonic is 7: must be the name of a Tonic'],
    [[{ tonic: 'UdpSocket', options: 5 }], 'start/0/options is 5: must be an object'],
    [[{ tonic: 'UdpSocket', option: {} }], 'start/0/option is not known: perhaps options is meant'],
  ] as const) {
    it(`must be a list of names and options, not ${JSON.stringify(start)}`, () => {
      expect(wrong(start)).to.deep.equal([problem]);
    });
  }

  it('get numbers and flags from the environment, as the description of their options wants them', () => {
    const from = {
      APP_START__0__OPTIONS__PORT: '7007',
      APP_START__0__OPTIONS__REUSE_PORT: 'true',
      APP_START__0__TONIC: 'TcpServer',
      APP_START__1: '{"tonic": "Greeter", "options": {"count": 5}}',
    };
    const config = readConfiguration({}, { env: env(from) }, store);
    expect(config.get('start')).to.deep.equal([
      { tonic: 'TcpServer', options: { port: 7007, reusePort: true } },
      { tonic: 'Greeter', options: { count: 5 } },
    ]);
  });

  it('get options that are an instance of a class as they are', () => {
    class Options {
      readonly count = 1;
    }
    const options = new Options();
    const config = readConfiguration({ start: [{ tonic: 'Bolder', options }] }, {}, store);
    expect(config.get('start/0/options')).to.equal(options);
  });

  it('are laid over by place, and leave no hole in their list', () => {
    expect(problems({ args: ['--start.1.tonic=UdpSocket'] })).to.deep.equal([
      'start/1/tonic is refused (from the command line (--start.1.tonic)): the list has 0 elements: name one of 0 to 0',
    ]);
    const code = { start: [{ tonic: 'TcpServer', options: { port: 1 } }] };
    const config = readConfiguration(code, { args: ['--start.0.options.port=2'] }, store);
    expect(config.get('start/0')).to.deep.equal({ tonic: 'TcpServer', options: { port: 2 } });
  });

  it('have the protocol handler that is named, and run', async () => {
    let made = 0;
    class Noting extends TcpConnection {}
    class Server extends Tonic {
      constructor({ protocol }: { readonly protocol: unknown }) {
        super();
        if (protocol === Noting) made++;
      }
      ttse__onStart(): void {
        this.ttsc__finish();
      }
    }
    class App extends Formula {
      protected override readonly tonicStore = tonicStore.with({ Noting, Server });
      protected override creatingFormula(): FormulaData {
        return { log: { to: 'off' } };
      }
      protected override creatingConfiguration(): ConfigurationSources {
        return { file: file({ start: [{ tonic: 'Server', options: { protocol: 'Noting' } }] }) };
      }
    }
    await App.run();
    expect(made).to.equal(1);
  });
});

describe('a Formula with sources', () => {
  it('is refused before anything is made', async () => {
    let made = false;
    class App extends Formula {
      protected override creatingConfiguration(): ConfigurationSources {
        return { args: ['--log.to=printer'] };
      }
      protected override creatingMainCatalyst(): void {
        made = true;
        new Catalyst();
      }
    }
    await expectRejection(App.run(), 'TT_BAD_CONFIGURATION');
    expect(made).to.equal(false);
  });

  it('gives its configuration to every Tonic and Catalyst, typed as they declare it', async () => {
    const seen: unknown[] = [];
    class Reader extends Tonic {
      declare readonly config: ConfigurationOf<{ readonly server: { readonly port: number } }>;
      ttse__onStart(): void {
        const port: number = this.config.get('server/port');
        seen.push(port, this.config.source('server/port'), this.config.get('project/status'));
        this.ttsc__finish();
      }
    }
    class Main extends Catalyst {
      ttse__onStart(): void {
        seen.push(this.config.get('project/name'));
      }
    }
    class App extends Formula {
      protected override creatingConfiguration(): ConfigurationSources {
        return { args: ['--server.port=7007', '--project.name=door', '--log.to=off'], schema: server };
      }
      protected override creatingMainCatalyst(): void {
        new Main();
      }
      protected override creatingStartingTonics(): void {
        new Reader();
      }
    }
    await App.run();
    expect(seen).to.deep.equal(['door', 7007, 'the command line (--server.port)', 'mainRunning']);
  });
});
