// Checked by `tsc -p tsconfig.json`, never run: what the compiler must refuse stands under @ts-expect-error, and all else
// must pass.
import { Catalyst, SelectorCatalyst, TcpClient, TcpConnection, TcpServer, Tonic, UdpSocket } from '../../src/index.js';
import { type Framing, dotStuffed, jsonLines, lengthPrefixed, lines, readCommand } from '../../src/framing/index.js';

class Door extends Tonic.with({ states: ['locked', 'open'], groups: { known: ['locked', 'open'] } }) {
  ttsc__go(): void {
    this.toState('open');
    // @ts-expect-error a state that it has not
    this.toState('opne');
    // @ts-expect-error a group is no state
    this.toState('known');
    const state: 'locked' | 'open' | undefined = this.state;
    // @ts-expect-error it has no such state
    if (this.state === 'ajar') this.log.info('never');
    this.raise.ttsc__go();
    // @ts-expect-error no sparkle of it
    this.raise.ttsc__og();
    void state;
  }
}
new Door({ name: 'door' }).ttsc__go();
// @ts-expect-error not an option
new Door({ nmae: 'door' });

class Protocol extends TcpConnection {
  helper(): number {
    return 1;
  }
  protected more(): string {
    return '';
  }
}
class Smtp extends Protocol.with({ states: ['ready', 'mail'] }) {
  ttsc__mail(): void {
    const n: number = this.helper();
    const text: string = this.more();
    this.toState('mail');
    // @ts-expect-error a state that it has not
    this.toState('male');
    const state: 'ready' | 'mail' | undefined = this.state;
    this.send(text);
    this.raise.ttsc__send('x');
    void [n, state];
  }
}
void Smtp;

/** A sparkle of some states is raised by its generic name, without a method of that name. */
class Commands extends TcpConnection.with({ states: ['a', 'b'], framing: lines() }) {
  ttse__onConnected(): void {
    this.toState('a');
  }
  ttsc_a__mail(_path: string): void {
    this.toState('b');
  }
  ttsc_b__mail(_path: string): void {}
  ttsc_b__quit(): void {}
  override ttse__onFrame(line: string): void {
    this.raise.ttsc__mail(line);
    this.raise.ttsc_a__mail(line);
    const command = readCommand(line, ['mail', 'quit']);
    if (command !== undefined) this.raise[`ttsc__${command.verb}`](command.rest);
    const unknown = readCommand(line, ['mail', 'other']);
    // @ts-expect-error one of the words is no sparkle of it
    if (unknown !== undefined) this.raise[`ttsc__${unknown.verb}`](unknown.rest);
    // @ts-expect-error an argument of the wrong type
    this.raise.ttsc__mail(7);
    // @ts-expect-error no sparkle of it
    this.raise.ttsc__male(line);
    // @ts-expect-error there is no generic one that would run
    this.generic.ttsc__mail(line);
    this.closeWith('bye');
    // @ts-expect-error its frames are texts
    this.closeWith(7);
  }
}
void Commands;

/** It leaves its states open. What `with` says bounds `state`; another one in `toState` is refused when it runs, and by lint. */
class Loose<S extends string = never> extends TcpConnection<S> {
  helper(): number {
    return 1;
  }
}
class Tight extends Loose.with({ states: ['a', 'b'] }) {
  ttsc__a(): void {
    this.toState('a');
    const state: 'a' | 'b' | undefined = this.state;
    void [state, this.helper()];
  }
}
void Tight;

class Main extends Catalyst.with({ states: ['up'] }) {
  static override readonly module = import.meta.url;
  ttsc__up(): void {
    this.toState('up');
    // @ts-expect-error a state that it has not
    this.toState('down');
  }
}
Main.spawn().ttsc__up();
class Socket extends UdpSocket.with({ states: ['bound'] }) {
  override ttse__onListening(): void {
    this.toState('bound');
    // @ts-expect-error a state that it has not
    this.toState('bond');
  }
}
new Socket({ port: 0 }).ttsc__send('x', { address: '127.0.0.1', port: 9 });
class Client extends TcpClient.with({ states: ['idle'] }) {
  override ttse__onConnected(): void {
    this.toState('idle');
    // @ts-expect-error a state that it has not
    this.toState('idel');
  }
}
// @ts-expect-error a port is needed
new Client({ host: 'localhost' });
class App extends SelectorCatalyst.with({ states: ['up'] }) {
  ttsc__up(): void {
    this.toState('up');
    this.selector.flush();
    // @ts-expect-error a state that it has not
    this.toState('pu');
  }
}
void App;
// @ts-expect-error states are said
class None extends Tonic.with({}) {}
void None;
// @ts-expect-error a group is of states that there are
class Other extends Tonic.with({ states: ['a'], groups: { all: ['b'] } }) {}
void Other;

class Line extends TcpConnection.with({ states: ['ready'], framing: lines() }) {
  override ttse__onFrame(line: string): void {
    this.sendFrame(line.toUpperCase());
    // @ts-expect-error no line
    this.sendFrame(7);
    this.setFraming(lines({ max: 10 }));
    this.setFraming(undefined);
    // @ts-expect-error its frames are no lines
    this.setFraming(lengthPrefixed());
    this.setFramingOnce(dotStuffed({ encoding: 'utf8' }));
    // @ts-expect-error its frames are no texts
    this.setFramingOnce(dotStuffed());
    this.toState('ready');
    // @ts-expect-error a state that it has not
    this.toState('raedy');
  }
}
void Line;
class Rpc extends TcpClient.with({ framing: jsonLines<{ id: number }>() }) {
  ttsc__go(): void {
    this.request({ id: 1 }, this.ttse__onAnswer, { key: 1 });
    // @ts-expect-error no frame of it
    this.request('GET', this.ttse__onAnswer);
    // @ts-expect-error an answer is no text
    this.request({ id: 2 }, this.ttse__onText);
  }
  ttse__onAnswer({ id }: { id: number }): void {
    void id;
  }
  ttse__onText(text: string): void {
    void text;
  }
  protected override answerKey({ id }: { id: number }): number {
    return id;
  }
}
void Rpc;
class WrongFrame extends TcpConnection.with({ framing: lines() }) {
  // @ts-expect-error a line is a text
  override ttse__onFrame(line: number): void {
    void line;
    // @ts-expect-error it has no states
    this.toState('ready');
  }
}
void WrongFrame;
/** What it hears may change, so it says both. */
class Changing extends TcpConnection.with({ framing: lines() as Framing<string | Buffer> }) {
  override ttse__onFrame(frame: string | Buffer): void {
    this.setFraming(lengthPrefixed());
    void frame;
  }
}
void Changing;
/** With the states of the class that it extends. */
class Stated extends TcpConnection<'a' | 'b'> {}
class Framed extends Stated.with({ framing: jsonLines<{ n: number }>() }) {
  override ttse__onFrame({ n }: { n: number }): void {
    this.toState(n > 0 ? 'a' : 'b');
    // @ts-expect-error a state that it has not
    this.toState('c');
  }
}
void Framed;
class Lines extends TcpClient.with({ framing: lines() }) {
  override ttse__onFrame(line: string): void {
    this.sendFrame(line);
  }
}
new Lines({ port: 1 });
new TcpServer({ port: 0, protocol: Line, framing: lines({ max: 10 }) });
// @ts-expect-error no framing
new TcpServer({ port: 0, protocol: Line, framing: 'lines' });
// @ts-expect-error a Tonic has no frames
Tonic.with({ states: ['a'], framing: lines() });
