/** More is waiting than can be answered soon. Nothing was done; trying again later is safe. */
export class Overloaded extends Error {
  override readonly name = 'Overloaded';
}

/** One thing that waits for its batch, and how to answer it. Exactly one of the two must be called, once. */
export interface Waiting<Item, Result> {
  readonly item: Item;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

export interface CoalescerOptions<Item, Result> {
  /** Answers every item of the batch. If it throws, those not answered yet are rejected with the error. */
  readonly run: (batch: readonly Waiting<Item, Result>[]) => Promise<void>;
  readonly maxBatchItems: number;
  readonly maxBatchesInFlight: number;
  /**
   * Fewer light items than `items` wait for the light batch in flight instead of leaving beside it, since a batch costs
   * much whatever is in it; but only until that has been away for `waitMs`, for it may be held up. None wait unless told.
   */
  readonly few?: { readonly items: number; readonly waitMs: number };
  /**
   * A batch of light items takes its share, of all that wait or are in flight, among the places in flight, and no less
   * than so many items. One that took all would leave the other places empty until it is back, and everybody who works
   * on what comes back idle. It takes all unless told.
   */
  readonly leastShare?: number;
  /** An item's share of a batch and of the queue; 1 unless told. An item heavier than a batch goes alone. */
  readonly weightOf?: (item: Item) => number;
  readonly maxBatchWeight?: number;
  /** Items heavier than this leave apart from the others, which pass them; none is, unless told. */
  readonly heavyAbove?: number;
  readonly maxQueuedWeight: number;
  /** Told how many items each batch had. */
  readonly onBatch?: (items: number) => void;
}

/**
 * What arrives while a batch is in flight waits for it, and leaves together in the next one: nothing waits on a timer,
 * and a lone item is a batch of one. Heavy items leave one place in flight to the others, and take turns with them where
 * there is but one.
 */
export class Coalescer<Item, Result> {
  readonly #options: CoalescerOptions<Item, Result>;
  readonly #light: Waiting<Item, Result>[] = [];
  readonly #heavy: Waiting<Item, Result>[] = [];
  #queuedWeight = 0;
  #inFlight = 0;
  #lightItemsInFlight = 0;
  #heavyInFlight = 0;
  /** When the newest light batch left. */
  #lightLeftAt = -Infinity;
  #fewAreTimed = false;
  #lastWasHeavy = false;
  #idle: (() => void)[] = [];
  #scheduled = false;

  constructor(options: CoalescerOptions<Item, Result>) {
    this.#options = options;
  }

  get queued(): number {
    return this.#light.length + this.#heavy.length;
  }

  /** @throws Overloaded when the queue is full */
  submit(item: Item): Promise<Result> {
    const weight = this.#weigh(item);
    if (this.queued > 0 && this.#queuedWeight + weight > this.#options.maxQueuedWeight) {
      return Promise.reject(new Overloaded('too much is waiting already'));
    }
    return new Promise((resolve, reject) => {
      const queue = weight > (this.#options.heavyAbove ?? Infinity) ? this.#heavy : this.#light;
      queue.push({ item, resolve, reject });
      this.#queuedWeight += weight;
      this.#schedule();
    });
  }

  /** Resolves once everything submitted so far has been answered. */
  drained(): Promise<void> {
    if (this.#inFlight === 0 && this.queued === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  /** Items that arrive in the same turn of the event loop leave together: an immediate runs before the next turn. */
  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#start();
    });
  }

  #start(): void {
    while (this.#inFlight < this.#options.maxBatchesInFlight) {
      const queue = this.#nextQueue();
      if (!queue) return;
      const isHeavy = queue === this.#heavy;
      if (!isHeavy && this.#waitsAsFew()) return;
      const batch = this.#nextBatch(queue);
      this.#lastWasHeavy = isHeavy;
      this.#inFlight += 1;
      if (isHeavy) {
        this.#heavyInFlight += 1;
      } else {
        this.#lightItemsInFlight += batch.length;
        this.#lightLeftAt = performance.now();
      }
      this.#options.onBatch?.(batch.length);
      void this.#run(batch, isHeavy);
    }
  }

  /** Whether the light items are too few to leave beside those in flight; if so, it sees to it that they leave in time. */
  #waitsAsFew(): boolean {
    const { few, maxBatchItems } = this.#options;
    const isBeside = this.#inFlight > this.#heavyInFlight;
    if (!few || !isBeside || this.#light.length >= Math.min(few.items, maxBatchItems)) return false;
    const leftMs = this.#lightLeftAt + few.waitMs - performance.now();
    if (leftMs <= 0) return false;
    if (this.#fewAreTimed) return true;
    this.#fewAreTimed = true;
    setTimeout(() => {
      this.#fewAreTimed = false;
      this.#start();
    }, leftMs);
    return true;
  }

  /** Undefined: nothing may leave now. */
  #nextQueue(): Waiting<Item, Result>[] | undefined {
    const heavyPlaces = Math.max(1, this.#options.maxBatchesInFlight - 1);
    const mayHeavy = this.#heavy.length > 0 && this.#heavyInFlight < heavyPlaces;
    if (mayHeavy && !(this.#lastWasHeavy && this.#light.length > 0)) return this.#heavy;
    return this.#light.length > 0 ? this.#light : undefined;
  }

  async #run(batch: readonly Waiting<Item, Result>[], isHeavy: boolean): Promise<void> {
    try {
      await this.#options.run(batch);
    } catch (error) {
      for (const waiting of batch) waiting.reject(error);
    } finally {
      this.#inFlight -= 1;
      if (isHeavy) this.#heavyInFlight -= 1;
      else this.#lightItemsInFlight -= batch.length;
      this.#start();
      if (this.#inFlight === 0 && this.queued === 0) for (const resolve of this.#idle.splice(0)) resolve();
    }
  }

  #nextBatch(queue: Waiting<Item, Result>[]): readonly Waiting<Item, Result>[] {
    const { maxBatchWeight = Infinity } = this.#options;
    const mostItems = queue === this.#heavy ? this.#options.maxBatchItems : this.#mostLightItems();
    let count = 0;
    let weight = 0;
    for (const { item } of queue) {
      const itemWeight = this.#weigh(item);
      if (count === mostItems || (count > 0 && weight + itemWeight > maxBatchWeight)) break;
      count += 1;
      weight += itemWeight;
    }
    this.#queuedWeight -= weight;
    return queue.splice(0, count);
  }

  #mostLightItems(): number {
    const { maxBatchItems, maxBatchesInFlight, leastShare = Infinity, few = { items: 0 } } = this.#options;
    const places = Math.max(1, maxBatchesInFlight - this.#heavyInFlight);
    const fairShare = Math.ceil((this.#light.length + this.#lightItemsInFlight) / places);
    const share = Math.max(leastShare, fairShare);
    // Where all places are free, a rest that is too few to leave beside its share would wait for it.
    const leavesFew = this.#inFlight === 0 && this.#light.length - share < few.items;
    return leavesFew ? maxBatchItems : Math.min(maxBatchItems, share);
  }

  #weigh(item: Item): number {
    return this.#options.weightOf?.(item) ?? 1;
  }
}
