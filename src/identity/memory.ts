import type { Knowledge } from './knowledge.ts';

const MOST_REMEMBERED = 10_000;

/** Remembers what credentials stand for, by their hashes, for as long as nothing has changed about who may come in. */
export class Memory<Found> {
  readonly #knowledge: Knowledge;
  readonly #find: (hash: string) => Promise<Found | undefined>;
  readonly #remembered = new Map<string, Found>();

  /** @param find looks a hash up where it is kept; what it does not find is not remembered */
  constructor(knowledge: Knowledge, find: (hash: string) => Promise<Found | undefined>) {
    this.#knowledge = knowledge;
    this.#find = find;
  }

  forget(): void {
    this.#remembered.clear();
  }

  forgetOne(hash: string): void {
    this.#remembered.delete(hash);
  }

  /** Without waiting; undefined: not known, or not confirmed of late. Call `find` then. */
  known(hash: string): Found | undefined {
    return this.#knowledge.current && this.#remembered.get(hash);
  }

  async find(hash: string): Promise<Found | undefined> {
    await (this.#knowledge.current ?? this.#knowledge.confirm());
    const known = this.#remembered.get(hash);
    if (known !== undefined) return known;
    const { turn } = this.#knowledge;
    const found = await this.#find(hash);
    if (found !== undefined && turn === this.#knowledge.turn) {
      if (this.#remembered.size >= MOST_REMEMBERED) this.#remembered.clear();
      this.#remembered.set(hash, found);
    }
    return found;
  }
}
