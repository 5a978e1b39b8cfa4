/** So many bytes may be held at once, and so many of them by one. */
export class BodyBudget {
  readonly #mostBytes: number;
  readonly #mostBytesOfOne: number;
  readonly #bytesOf = new Map<string, number>();
  #bytes = 0;

  constructor({ mostBytes, mostBytesOfOne }: { readonly mostBytes: number; readonly mostBytesOfOne: number }) {
    this.#mostBytes = mostBytes;
    this.#mostBytesOfOne = mostBytesOfOne;
  }

  /** Answers with the bound that it would go beyond, and takes nothing then: that of all, or of this one. */
  take(caller: string, bytes: number): 'in_progress' | 'caller' | undefined {
    const ofCaller = (this.#bytesOf.get(caller) ?? 0) + bytes;
    if (ofCaller > this.#mostBytesOfOne) return 'caller';
    if (this.#bytes + bytes > this.#mostBytes) return 'in_progress';
    this.#bytes += bytes;
    this.#bytesOf.set(caller, ofCaller);
    return undefined;
  }

  giveBack(caller: string, bytes: number): void {
    const left = (this.#bytesOf.get(caller) ?? 0) - bytes;
    this.#bytes -= bytes;
    if (left > 0) this.#bytesOf.set(caller, left);
    else this.#bytesOf.delete(caller);
  }
}
