interface Entry<Value> {
  value: Value | undefined;
}

/**
 * A map of what is under way, added to and taken from all the time. A plain one makes its table anew as it is used, and
 * from each former table the next can be reached: once one of them is in old memory, whatever stood in the later ones
 * stays until a large collection. Here what is taken out is let go of wherever its entry still stands (decision 34).
 */
export class UnderwayMap<Value> {
  readonly #entries = new Map<string, Entry<Value>>();

  get size(): number {
    return this.#entries.size;
  }

  get(key: string): Value | undefined {
    return this.#entries.get(key)?.value;
  }

  set(key: string, value: Value): void {
    this.delete(key);
    this.#entries.set(key, { value });
  }

  delete(key: string): void {
    const entry = this.#entries.get(key);
    if (!entry) return;
    this.#entries.delete(key);
    entry.value = undefined;
  }
}
