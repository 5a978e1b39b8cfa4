import type { ClientBase } from 'pg';
import { accountsOf } from '../../domain/ledger/accounts.ts';
import { differenceOf, type LedgerEntry } from '../../domain/ledger/entries.ts';
import type { Order } from '../../domain/orders/order.ts';
import { readAccountsOfOrders } from '../../queries/money/ledger.ts';
import { readWholeOrders } from '../../queries/orders/whole-orders.ts';

export interface MissingEntries {
  readonly order: Order;
  /** What has to be posted for the ledger to say what the order's state says. */
  readonly entries: readonly LedgerEntry[];
}

/** Of the orders given, those whose accounts in the ledger do not come to what their state says. */
export async function missingEntries(
  client: ClientBase,
  orderIds: readonly number[],
  { locked }: { readonly locked: boolean },
): Promise<MissingEntries[]> {
  const orders = await readWholeOrders(client, orderIds, { locked });
  const ledgers = await readAccountsOfOrders(client, orderIds);
  return [...orders.values()].flatMap(({ order }) => {
    const entries = differenceOf(ledgers.get(order.id) ?? new Map<string, number>(), accountsOf(order));
    return entries.length === 0 ? [] : [{ order, entries }];
  });
}

/** The same in words, by order. */
export async function faultsOfLedger(
  client: ClientBase,
  orderIds: readonly number[],
): Promise<ReadonlyMap<number, string>> {
  const missing = await missingEntries(client, orderIds, { locked: false });
  return new Map(
    missing.map(({ order, entries }) => {
      const accounts = entries.map(({ account, amountMinor }) => `${account} ${amountMinor}`).join(', ');
      return [order.id, `the ledger does not say what the order's state says; it lacks ${accounts}`];
    }),
  );
}
