// Checked by `tsc -p tsconfig.json`, never run: what the compiler must refuse stands under @ts-expect-error, and all else
// must pass.
import { Readable } from 'node:stream';
import { type Question, Tonic } from '../../src/index.js';
import { jsonLines, lines } from '../../src/framing/index.js';
import {
  HttpClient,
  type HttpQuestion,
  type HttpRequest,
  type HttpResponse,
  type HttpStreamedResponse,
} from '../../src/http/index.js';

interface User {
  readonly name: string;
}

export class Asker extends Tonic {
  ttse__onStart(): void {
    const http = new HttpClient({
      baseUrl: 'https://example.com',
      proxy: false,
      headers: { Accept: ['a', 'b'], X: 1 },
    });
    const question: HttpQuestion = http.get('/users', this.ttse__onAnswer, { onError: this.ttse__onNone, timeout: 5 });
    const plain: Question = question;
    plain.cancel();
    http.get(new URL('https://example.com'), this.ttse__onAnswerAlone);
    http.postJson('/users', { name: 'Ada' }, this.ttse__onAnswer, { repeatable: true });
    http.putJson('/users/7', null, this.ttse__onAnswer);
    http.delete('/users/7', this.ttse__onNothing);
    http.request({ method: 'POST', url: '/', body: Readable.from([]) }, this.ttse__onAnswer, { hold: false });
    http.request({ url: '/', body: bytes(), query: { a: [1, true, 'b'], b: undefined } }, this.ttse__onAnswer);
    http.get('/lines', this.ttse__onAnswer, { framing: lines(), onFrame: this.ttse__onLine });
    http.get('/values', this.ttse__onAnswer, { framing: jsonLines<User>(), onFrame: this.ttse__onUser });
    http.stream({ url: '/' }, this.ttse__onHead, { onError: this.ttse__onNone });

    // @ts-expect-error no such option
    http.get('/', this.ttse__onAnswer, { timout: 5 });
    // @ts-expect-error it hears a stream
    http.get('/', this.ttse__onHead);
    // @ts-expect-error it hears a whole answer
    http.stream({ url: '/' }, this.ttse__onAnswer);
    // @ts-expect-error a stream has no frames
    http.stream({ url: '/' }, this.ttse__onHead, { framing: lines(), onFrame: this.ttse__onLine });
    // @ts-expect-error a frame is a text
    http.get('/', this.ttse__onAnswer, { framing: lines(), onFrame: this.ttse__onUser });
    // @ts-expect-error "onFrame" is missing
    http.get('/', this.ttse__onAnswer, { framing: lines() });
    // @ts-expect-error "framing" is missing
    http.get('/', this.ttse__onAnswer, { onFrame: this.ttse__onLine });
    // @ts-expect-error it hears an error
    http.get('/', this.ttse__onAnswer, { onError: this.ttse__onAnswer });
    // @ts-expect-error no URL
    http.request({ method: 'GET' }, this.ttse__onAnswer);
    // @ts-expect-error a number is no body
    http.request({ url: '/', body: 7 }, this.ttse__onAnswer);
    // @ts-expect-error nobody hears the answer
    http.get('/');
    // @ts-expect-error no option of a client
    new HttpClient({ port: 80 });
    // @ts-expect-error one of two words
    new HttpClient({ onWaitingLimit: 'drop' });
  }

  ttse__onAnswer(response: HttpResponse, question: HttpQuestion): void {
    const user = response.json<User>();
    const status: number = response.status;
    const type: string | undefined = response.headers['content-type'];
    const body: Buffer = response.body;
    // @ts-expect-error what it is is not known
    response.json().name;
    // @ts-expect-error it is whole
    response.stream;
    this.log.info(`${user.name} ${status} ${type} ${body.length} ${question.open}`);
  }
  ttse__onAnswerAlone(_response: HttpResponse): void {}
  ttse__onNothing(): void {}
  ttse__onHead({ stream }: HttpStreamedResponse): void {
    stream.resume();
  }
  ttse__onLine(_line: string): void {}
  ttse__onUser(_user: User): void {}
  ttse__onNone(_error: Error): void {}
}

async function* bytes(): AsyncGenerator<Uint8Array> {
  yield Uint8Array.of(1);
}

export const request: HttpRequest = { url: 'https://example.com', headers: { A: undefined, B: ['1', '2'], C: 3 } };
