import { type DisconnectInfo, type TaskTonicError, TcpConnection, TimerSingleShot } from 'tasktonic';
import { lines } from 'tasktonic/framing';
import type { Notes } from './notes.js';

const LONGEST_LINE = 1_000;
const LONGEST_NOTE = 100_000;

/** One peer. In state `command` a line is a command; in state `note` it belongs to a note, up to a line with a dot alone. */
export class NoteConnection extends TcpConnection.with({
  states: ['command', 'note'],
  framing: lines({ max: LONGEST_LINE, onTooLong: 'close', end: '\r\n' }),
}) {
  readonly #notes: Notes;
  readonly #noteSeconds: number;
  readonly #offersTls: boolean;
  #name = '';
  #text = '';
  #deadline: TimerSingleShot | undefined;

  /**
   * @param noteSeconds how long a peer may take for one note.
   * @param offersTls whether a peer may go on under TLS.
   */
  constructor(notes: Notes, noteSeconds: number, offersTls = false) {
    super();
    this.#notes = notes;
    this.#noteSeconds = noteSeconds;
    this.#offersTls = offersTls;
  }

  ttse__onConnected(): void {
    this.sendFrame('220 notes: PUT, GET, DEL, QUIT');
    this.toState('command');
  }

  // ---- Commands ----

  ttse_command__onFrame(line: string): void {
    const [command = '', name = ''] = line.split(' ', 2);
    switch (command.toUpperCase()) {
      case 'PUT':
        return this.#beginNote(name);
      case 'GET':
        return this.#show(this.#notes.get(name));
      case 'DEL':
        return this.#answer(this.#notes.delete(name) ? '200 deleted' : '404 no such note');
      case 'STARTTLS':
        return this.#secure();
      case 'QUIT':
        return this.closeWith('221 bye');
      default:
        return this.#answer('400 use PUT, GET, DEL or QUIT');
    }
  }

  #show(text: string | undefined): void {
    if (text === undefined) return this.#answer('404 no such note');
    this.send(`200 here it is\r\n${text}.\r\n`);
  }

  /** What was said before is in plain text, and what follows this line is the handshake: the framing gives up both in time. */
  #secure(): void {
    if (!this.#offersTls) return this.#answer('502 there is no TLS here');
    if (this.tls !== undefined) return this.#answer('503 this is TLS already');
    this.#answer('220 go on under TLS');
    return this.startTls();
  }

  // ---- A note ----

  #beginNote(name: string): void {
    if (name === '') return this.#answer('400 give a name');
    this.#name = name;
    this.#text = '';
    this.toState('note');
    return this.#answer('300 end with a dot on a line by itself');
  }

  ttse_note__onEnter(): void {
    this.#deadline = new TimerSingleShot({ seconds: this.#noteSeconds, name: 'noteDeadline' });
  }

  ttse_note__onFrame(line: string): void {
    if (line === '.') return this.#endNote();
    this.#text += `${line}\r\n`;
    if (this.#text.length > LONGEST_NOTE) this.closeWith('500 the note is too long');
    return undefined;
  }

  ttse_note__onNoteDeadline(): void {
    this.closeWith('408 too slow');
  }

  ttse_note__onExit(): void {
    this.#deadline?.ttsc__finish();
  }

  #endNote(): void {
    const kept = this.#notes.put(this.#name, this.#text);
    this.#answer(kept ? '200 kept' : '507 no place left');
    this.toState('command');
  }

  // ---- The end ----

  /** It comes in its place among the lines: those before it have been answered. */
  override ttse__onError(error: TaskTonicError): void {
    if (error.code === 'TT_FRAME_TOO_LONG') this.closeWith(`500 a line has more than ${LONGEST_LINE} bytes`);
  }

  ttse__onDisconnected({ reason }: DisconnectInfo): void {
    this.log.debug(`the peer has gone: ${reason}`);
  }

  #answer(line: string): void {
    this.sendFrame(line);
  }
}
