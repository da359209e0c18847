import { createHmac, randomUUID } from 'node:crypto';
import { Tonic } from 'tasktonic';
import { HttpClient, type HttpQuestion, type HttpResponse } from 'tasktonic/http';

/** Tells one address what has happened: each event is a POST, signed, and sent again until it was taken. */
export class WebhookSender extends Tonic {
  #http!: HttpClient;
  /** How many events were not taken. */
  #refused = 0;

  /**
   * @param secret what the receiver knows as well.
   * @param events what has happened, as JSON. When all are told, or given up, it finishes.
   */
  constructor(
    private readonly url: string,
    private readonly secret: string,
    private readonly events: readonly string[],
  ) {
    super({ name: 'sender' });
  }

  ttse__onStart(): void {
    this.#http = new HttpClient({ retries: 5, retryDelay: 1_000, timeout: 60_000 });
    for (const body of this.events) this.#tell(body);
    // What was asked holds the end.
    this.ttsc__finish();
  }

  /** Whoever gets it twice knows by its id that it is the same: so it may be sent again. */
  #tell(body: string): void {
    const headers = {
      'Content-Type': 'application/json',
      'Idempotency-Key': randomUUID(),
      'X-Signature': `sha256=${createHmac('sha256', this.secret).update(body).digest('hex')}`,
    };
    this.#http.request({ method: 'POST', url: this.url, headers, body }, this.ttse__onAnswer, {
      onError: this.ttse__onNoAnswer,
    });
  }

  ttse__onAnswer({ ok, status, tries }: HttpResponse, { sparkle }: HttpQuestion): void {
    if (!ok) this.#refused++;
    this.log[ok ? 'info' : 'warn'](`${sparkle} was answered ${status}, try ${tries}`);
  }

  ttse__onNoAnswer(error: Error): void {
    this.#refused++;
    this.log.warn(error.message);
  }

  ttse__onFinished(): void {
    if (this.#refused > 0) process.exitCode = 1;
  }
}
