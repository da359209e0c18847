import { expect } from 'chai';
import { textOf } from './support/pages.js';

/** What fills each thing that can grow, and sees what becomes of it: the file of the test, and its name. */
const FILLED_BY: Readonly<Record<string, readonly [file: string, name: string]>> = {
  'bytes received and not read, of a connection': [
    'test/selector/node-stream.test.ts',
    'keeps a bounded number of bytes that nobody takes',
  ],
  'orders that a chunk is cut into, while others wait': [
    'test/tonics/fairness.test.ts',
    'does not wait for all that a hundred flooders have sent',
  ],
  'frames of a connection that were not heard': [
    'test/tonics/tcp/connection/receiving-connection.test.ts',
    'has one order on the queue, however many frames wait',
  ],
  'a frame that is not whole': [
    'test/framing/too-long.test.ts',
    'is not waited for, be it as long as a length can say',
  ],
  'orders of a Catalyst': [
    'test/tonics/full-queue.test.ts',
    'takes no byte from a stream, and no end from a connection',
  ],
  'calls that wait for a Tonic, where its class says so': [
    'test/core/features/inbox.test.ts',
    'refuses one call more, which throws at who calls',
  ],
  'bytes read and not handled, of a Catalyst': ['test/selector/read-budget.test.ts', 'counts bytes, too'],
  'received datagrams of a UDP socket': ['test/selector/datagram-inbox.test.ts', 'more are dropped and counted'],
  'datagrams of a UdpServer that were not heard': [
    'test/tonics/udp/server/udp-limits.test.ts',
    'bound what waits unheard in all',
  ],
  'postponed orders of a Tonic': [
    'test/core/features/postpone.test.ts',
    'of which there are too many is refused at the call',
  ],
  'postponed bytes from a connection': ['test/tonics/postponed-data.test.ts', 'reads no more when much of it is'],
  'open questions of a Tonic': ['test/core/asking/ask.test.ts', 'is bounded for each asker'],
  'orders on their way to a thread': [
    'test/links/sender.test.ts',
    'sends no more bytes than the other side may have undone',
  ],
  'orders waiting for a thread': ['test/selector/read-budget.test.ts', 'counts orders and bytes for other threads'],
  'unsent bytes of a member of a ConnectionGroup': [
    'test/tonics/tcp/group/connection-group.test.ts',
    'skips a member from its high-water mark to its low-water mark, and delays no other',
  ],
  'groups of ConnectionGroups': ['test/tonics/tcp/group/connection-groups.test.ts', 'has no more groups than it may'],
  'unsent bytes of a connection': [
    'test/tonics/tcp/connection/tcp-sending.test.ts',
    'is closed when more than unsentLimit waits',
  ],
  'the body of a request that is read whole': [
    'test/http/server/body.test.ts',
    'that is too long is not read on and on',
  ],
  'frames of a body that were not heard': ['test/http/server/body.test.ts', 'wait at the peer while they are paused'],
  'unsent bytes of a stream of server-sent events': [
    'test/http/events/event-stream.test.ts',
    'is closed where more is unsent than may be, which hurts nobody else',
  ],
  'replies of a connection that have not left': [
    'test/tonics/tcp/connection/tcp-replies.test.ts',
    'have reading pause at replyLimit, until one has left',
  ],
  'requests of a connection that wait for their answer': [
    'test/tonics/tcp/connection/replies/requests.test.ts',
    'are bounded, with those whose answer is late',
  ],
  'unsent datagrams of a UDP socket, or of all sessions of a UdpServer': [
    'test/tonics/udp/udp-sending.test.ts',
    'keeps no more bytes than unsentLimit',
  ],
  'datagrams that wait for their answers, of a UDP socket or a session': [
    'test/tonics/udp/resend.test.ts',
    'is refused where too many wait for their answers, and those go on',
  ],
  'requests that wait for a client of a pool': [
    'test/tonics/tcp/pool/tcp-client-pool.test.ts',
    'bounds the bytes that wait',
  ],
  'requests under way with a client of a pool': [
    'test/tonics/tcp/pool/tcp-client-pool.test.ts',
    'has no more than it may under way with one client',
  ],
  'clients of a pool': [
    'test/tonics/tcp/pool/tcp-client-pool.test.ts',
    'opens as many as it may for many requests at once',
  ],
  "sends that wait for a client's connection": [
    'test/tonics/tcp/client/waiting-sends.test.ts',
    'keeps no more than so many, however small',
  ],
  'connections of a server': ['test/tonics/tcp/server/tcp-server.test.ts', 'more than maxConnections'],
  'datagrams on their way to a thread of a UdpServer with `catalysts`': [
    'test/tonics/udp/server/udp-catalysts.test.ts',
    'drops what comes for a thread that does not look',
  ],
  'sessions of a UdpServer': [
    'test/tonics/udp/server/udp-limits.test.ts',
    'keep twice as many at most while those end whose place was taken',
  ],
  'peers at their PROXY header or TLS handshake': [
    'test/tonics/tcp/server/accept/pending-connections.test.ts',
    'turns away a further peer while the number of pending connections is at its limit',
  ],
  'bytes of a PROXY header that is not whole': [
    'test/tonics/tcp/server/accept/proxy-step.test.ts',
    'with a header that is longer than allowed',
  ],
  'bytes that wait for a peer that takes none': [
    'test/tonics/tcp/connection/watches/stall-watch.test.ts',
    'is closed when nothing has left for as long as may be',
  ],
  'events of peers that were turned away': [
    'test/tonics/tcp/server/limits/turned-away-events.test.ts',
    'are ten in a second, and one for each reason',
  ],
  'parts of one entry of the log': ['test/log/log-entries.test.ts', 'by the size of its parts'],
  'lines of the log of a thread': ['test/links/thread/thread-log-sink.test.ts', 'are dropped beyond the bound'],
  'lines of the log that wait for who reads standard output': [
    'test/log/output.test.ts',
    'has bounded memory: beyond it the oldest lines are dropped',
  ],
  'lines for a viewer of the log': [
    'test/tonics/log/log-ip.test.ts',
    'keeps no more than its backlog while nobody is there',
  ],
  'batches of a Store that wait for the disk': ['test/store/durable/batches.test.ts', 'is bounded in its bytes'],
  'changes of a Store that wait for an MQTT broker': [
    'test/store/mqtt/mqtt-bridge.test.ts',
    'keeps no more than unsentLimit allows',
  ],
  'messages of an MQTT broker': ['test/store/mqtt/mqtt-bridge.test.ts', 'says that it has taken a message when it is'],
  'changed paths of a Store that a slow page has missed': [
    'test/http/store/session.test.ts',
    'gets all anew when it has missed more paths than are kept',
  ],
  'batches that a page has set, and that are not confirmed': [
    'test/http/store/reconnect.test.ts',
    'refuses more than may wait',
  ],
};

/** The first column of the table. */
function rows(): string[] {
  const lines = textOf('docs/look-up/what-can-grow.md').split('\n');
  return lines.filter((line) => line.startsWith('| ')).map((line) => line.split('|')[1]!.trim());
}

describe('the table of what can grow', () => {
  it('has a test for each row, which fills it', () => {
    expect(rows().slice(1)).to.deep.equal(Object.keys(FILLED_BY));
  });

  for (const [what, [file, name]] of Object.entries(FILLED_BY)) {
    it(`has one that is there: ${what}`, () => {
      expect(textOf(file)).to.include(name);
    });
  }
});
