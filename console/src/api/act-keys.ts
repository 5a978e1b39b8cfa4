import { newKey } from './client.ts';
import { ApiProblem } from './problem.ts';

/**
 * Keys for what a person does, so that it has one effect however often it has to be sent: whoever presses again because no
 * answer came sends the same request, and is told what came of the first.
 */
export class ActKeys {
  readonly #unanswered = new Map<string, string>();

  /**
   * @param act says what is done; another, once it is certain what came of it
   * @throws what `send` throws
   */
  async send<Answer>(act: string, send: (key: string) => Promise<Answer>): Promise<Answer> {
    const key = this.#unanswered.get(act) ?? newKey();
    this.#unanswered.set(act, key);
    try {
      const answer = await send(key);
      this.#unanswered.delete(act);
      return answer;
    } catch (error) {
      if (error instanceof ApiProblem && error.isRefusal) this.#unanswered.delete(act);
      throw error;
    }
  }
}
