import { type Remote, Tonic } from 'tasktonic';

/** Who hears the keys that are pressed. */
export interface KeyListener {
  ttse__onKey(key: string): void;
}

/** Hears each key of the terminal at once. Ctrl-C comes as a key then, too (`\x03`), and not as a signal. */
export class Keys extends Tonic {
  declare readonly base: Remote<KeyListener>;

  ttse__onStart(): void {
    process.stdin.setRawMode(true);
    process.stdin.setEncoding('utf8');
    process.stdin.on('data', this.bind('ttse__onData'));
  }

  ttse__onData(keys: string): void {
    for (const key of keys) this.base.ttse__onKey(key);
  }

  ttse__onFinished(): void {
    process.stdin.setRawMode(false);
    process.stdin.removeAllListeners('data').pause();
  }
}
