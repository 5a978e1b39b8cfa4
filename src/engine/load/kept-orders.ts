import type { Order } from '../../domain/orders/order.ts';
import type { WholeOrder } from '../../queries/orders/whole-orders.ts';
import type { OrderChange } from '../changes.ts';

/** A prime, so that ids that are dealt out in steps do not share a few slots. */
const SLOTS = 509;
/**
 * Of an order that is kept, counted in its parts: a credit note has all its words with it, and counts for five. With it,
 * all that are kept take some ten megabytes, however often orders come back.
 */
const MOST_WEIGHT = 24;
const CREDIT_NOTE_WEIGHT = 5;
/** Between two steps of a program that walks an order on; a person's next step reads it anew. */
const KEPT_MS = 10_000;

interface KeptOrder extends WholeOrder {
  /** What told the order's row when it was as it is here: the transaction that wrote it. */
  readonly stamp: string;
  readonly keptAt: number;
}

/**
 * Orders as this process has changed them last, for the next command on the same order: what pays an order soon ships it,
 * and what submits a refund settles it. Every change of an order writes its row, whoever makes it, so that a row which
 * still has the stamp of this process's own transaction is of an order that nobody else has touched. An order that was
 * only placed is not kept: most are not changed soon, and keeping them would carry each to old memory.
 *
 * Each order has one slot, which it shares with others, and the newest stays: for ten seconds, and in memory for no more
 * than twice that.
 */
export class KeptOrders {
  readonly #slots: (KeptOrder | undefined)[] = Array.from({ length: SLOTS }, () => undefined);
  readonly #now: () => number;
  #isSweepDue = false;

  /** @param now a clock in milliseconds that never goes back */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  has(orderId: number): boolean {
    return this.#at(orderId) !== undefined;
  }

  /** The order, where it is kept as the row with this stamp has it. */
  get(orderId: number, stamp: string): WholeOrder | undefined {
    const kept = this.#at(orderId);
    return kept?.stamp === stamp ? kept : undefined;
  }

  /** @param stamp of the transaction that has written the changes, and is committed */
  keep(changes: readonly OrderChange[], stamp: string): void {
    const keptAt = this.#now();
    for (const { before, after, chain } of changes) {
      if (!before) continue;
      const isLight = weightOf(after) <= MOST_WEIGHT;
      this.#slots[after.id % SLOTS] = isLight ? { order: after, chain, stamp, keptAt } : undefined;
      this.#sweepLater();
    }
  }

  /** The database has refused what was decided on them: somebody may have changed a part of one by hand. */
  forget(orderIds: readonly number[]): void {
    for (const id of orderIds) {
      if (this.#at(id)) this.#slots[id % SLOTS] = undefined;
    }
  }

  /** For when the database behind the connections may be another one from now on, that counts transactions anew. */
  clear(): void {
    this.#slots.fill(undefined);
  }

  /** In a quiet process no other order takes the slots, and what is known of a customer would outlive their erasure. */
  #sweepLater(): void {
    if (this.#isSweepDue) return;
    this.#isSweepDue = true;
    setTimeout(() => {
      this.#isSweepDue = false;
      for (const [slot, kept] of this.#slots.entries()) {
        if (!kept) continue;
        if (this.#isPast(kept)) this.#slots[slot] = undefined;
        else this.#sweepLater();
      }
    }, KEPT_MS).unref();
  }

  #isPast({ keptAt }: KeptOrder): boolean {
    return this.#now() - keptAt > KEPT_MS;
  }

  #at(orderId: number): KeptOrder | undefined {
    const kept = this.#slots[orderId % SLOTS];
    if (kept?.order.id !== orderId || this.#isPast(kept)) return undefined;
    return kept;
  }
}

function weightOf({ items, payments, returns, refunds, creditNotes }: Order): number {
  const light = items.length + payments.length + returns.length + refunds.length;
  return light + creditNotes.length * CREDIT_NOTE_WEIGHT;
}
