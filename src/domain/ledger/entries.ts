import type { Order } from '../orders/order.ts';
import { accountsOf, type Accounts } from './accounts.ts';

/** One line of a ledger transaction. */
export interface LedgerEntry {
  readonly account: string;
  /** Positive: a debit; negative: a credit; never 0. */
  readonly amountMinor: number;
}

/** What accounts are made of: while all of it is the same, there is nothing to post. */
const POSTED_PARTS = ['state', 'invoice', 'creditNotes', 'payments', 'refunds'] as const satisfies (keyof Order)[];

/**
 * The transaction that a change of an order posts: what its accounts come to after it, less what they came to before.
 * Both add up to nothing, so the transaction balances, and the ledger of an order comes to what its state says.
 */
export function entriesBetween(before: Order | undefined, after: Order): LedgerEntry[] {
  if (before && POSTED_PARTS.every((part) => before[part] === after[part])) return [];
  return differenceOf(before ? accountsOf(before) : new Map<string, number>(), accountsOf(after));
}

/** What has to be posted for accounts that come to `from` to come to `to`. */
export function differenceOf(from: Accounts, to: Accounts): LedgerEntry[] {
  const accounts = new Set([...from.keys(), ...to.keys()]);
  return [...accounts].flatMap((account) => {
    const amountMinor = (to.get(account) ?? 0) - (from.get(account) ?? 0);
    return amountMinor === 0 ? [] : [{ account, amountMinor }];
  });
}
