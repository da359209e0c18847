// Checked by `tsc -p tsconfig.json`, never run: what the compiler must refuse stands under @ts-expect-error, and all else
// must pass.
import { type Hears, type ListenInfo, MessageServer, Tonic } from '../../src/index.js';
import { lengthPrefixed, lines } from '../../src/framing/index.js';

class Main extends Tonic implements Hears<MessageServer> {
  ttse__onStart(): void {
    new MessageServer({ port: 0, framing: lengthPrefixed(), datagrams: true, answer: (bytes) => bytes.subarray(1) });
    new MessageServer({ path: '/run/a', framing: lines(), datagrams: lines(), answer: (line) => line.trim() });
    new MessageServer({ port: 0, framing: lines(), answer: (_line, by, from) => (by === 'udp' ? from?.address : by) });
    // @ts-expect-error: a datagram is bytes, and a message is a text: say how it is read
    new MessageServer({ port: 0, framing: lines(), datagrams: true, answer: (line) => line });
    // @ts-expect-error: an answer is a line
    new MessageServer({ port: 0, framing: lines(), answer: () => 7 });
    // @ts-expect-error: there is no such transport
    new MessageServer({ port: 0, framing: lines(), answer: (_, by) => (by === 'tls' ? '' : by) });
    // @ts-expect-error: where does it listen?
    new MessageServer({ framing: lines(), answer: (line) => line });
    // @ts-expect-error: it makes the connections itself
    new MessageServer({ port: 0, framing: lines(), answer: (line) => line, catalysts: 2 });
  }
  ttse__onListening({ transport }: ListenInfo): void {
    void transport;
  }
}
void Main;
