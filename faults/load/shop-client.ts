import { ApiClient, describeProblem } from '../../src/cli/import/api-client.ts';
import { ImportError } from '../../src/cli/import/import-error.ts';

/** From the first try of a request to its answer, through any number of faults. */
const PATIENCE_MS = 120_000;

/** Something that may never happen has happened. */
export class Broken extends Error {
  override readonly name = 'Broken';
}

/** Asks as a careful client does: the same key with every try, again and again until there is an answer. */
export class ShopClient {
  readonly #api: ApiClient;
  readonly #signal: AbortSignal;
  /** Times that it had to begin anew after the tries of one asking were used up. */
  patienceUsed = 0;

  constructor(baseUrl: string, signal: AbortSignal) {
    this.#api = new ApiClient(baseUrl, { baseMs: 50, capMs: 1_000 });
    this.#signal = signal;
  }

  /**
   * @returns the answer's body
   * @throws Broken on an answer that is no success: all that is asked for is legal
   */
  async post(path: string, idempotencyKey: string, body: object): Promise<unknown> {
    const deadline = performance.now() + PATIENCE_MS;
    for (;;) {
      try {
        const answer = await this.#api.ask({ method: 'POST', path, idempotencyKey, body, signal: this.#signal });
        if (answer.ok) return answer.body;
        throw new Broken(`POST ${path} (key ${idempotencyKey}) was answered: ${describeProblem(answer)}`);
      } catch (error) {
        if (!(error instanceof ImportError)) throw error;
        if (performance.now() > deadline) {
          throw new Broken(`POST ${path} has no answer after ${PATIENCE_MS / 1_000} s: ${error.message}`);
        }
        this.patienceUsed += 1;
      }
    }
  }
}
