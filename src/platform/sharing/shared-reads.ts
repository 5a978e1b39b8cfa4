import { setImmediate as nextTurn } from 'node:timers/promises';
import { UnderwayMap } from './underway-map.ts';

interface Line<Answer> {
  /** Resolves when the reading under way has ended, however it ended. */
  underway: Promise<unknown>;
  /** Shared by all who ask before it begins. */
  next: Promise<Answer> | undefined;
}

/**
 * Lets those who ask for the same thing at once share one reading. Whoever asks while it is being read waits for the
 * next reading: the one under way may not have seen what was committed before they asked.
 */
export class SharedReads<Answer> {
  readonly #lines = new UnderwayMap<Line<Answer>>();

  /** How many things are being read or waited for. */
  get size(): number {
    return this.#lines.size;
  }

  /**
   * @param key says what is read: equal for equal answers, and different for whoever may see other things
   * @throws what `read` throws, to all who share it
   */
  ask(key: string, read: () => Promise<Answer>): Promise<Answer> {
    let line = this.#lines.get(key);
    if (!line) {
      line = { underway: Promise.resolve(), next: undefined };
      this.#lines.set(key, line);
    }
    line.next ??= this.#read(key, line, read);
    return line.next;
  }

  async #read(key: string, line: Line<Answer>, read: () => Promise<Answer>): Promise<Answer> {
    await line.underway;
    // All who ask in the same turn share the first reading as well.
    await nextTurn();
    line.next = undefined;
    const answer = read();
    line.underway = answer.catch(() => undefined);
    await line.underway;
    if (this.#lines.get(key)?.next === undefined) this.#lines.delete(key);
    return answer;
  }
}
