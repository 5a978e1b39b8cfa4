import { UnderwayMap } from './underway-map.ts';

interface Line<Answer> {
  /** Resolves when the reading under way has ended, however it ended. */
  underway: Promise<unknown>;
  /** Shared by all who ask before it looks. */
  next: Promise<Answer> | undefined;
}

/**
 * Lets those who ask for the same thing at once share one reading. Whoever asks once it has looked waits for the next
 * reading: it may not have seen what was committed before they asked. Until then, as long as it stands in a queue, it
 * has seen nothing, and is theirs as well.
 */
export class SharedReads<Answer> {
  readonly #lines = new UnderwayMap<Line<Answer>>();

  /** How many things are being read or waited for. */
  get size(): number {
    return this.#lines.size;
  }

  /**
   * @param key says what is read: equal for equal answers, and different for whoever may see other things
   * @param read calls `looks` at the latest when it looks for the first time
   * @throws what `read` throws, to all who share it
   */
  ask(key: string, read: (looks: () => void) => Promise<Answer>): Promise<Answer> {
    let line = this.#lines.get(key);
    if (!line) {
      line = { underway: Promise.resolve(), next: undefined };
      this.#lines.set(key, line);
    }
    line.next ??= this.#read(key, line, read);
    return line.next;
  }

  async #read(key: string, line: Line<Answer>, read: (looks: () => void) => Promise<Answer>): Promise<Answer> {
    await line.underway;
    let hasLooked = false;
    // Only the first time: what is next by then is another reading.
    const looks = (): void => {
      if (!hasLooked) line.next = undefined;
      hasLooked = true;
    };
    const answer = read(looks);
    line.underway = answer.catch(() => undefined);
    await line.underway;
    looks();
    if (this.#lines.get(key)?.next === undefined) this.#lines.delete(key);
    return answer;
  }
}
