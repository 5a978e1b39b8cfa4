import type { LedgerTransaction } from '../changes.ts';
import type { Write } from './write.ts';

/** All entries of a batch in one statement, after which the database holds each transaction to its balance. */
export function saveLedger(write: Write, transactions: readonly LedgerTransaction[]): void {
  const entries = transactions.flatMap((transaction) =>
    transaction.entries.map((entry, index) => ({ transaction, entry, line: index + 1 })),
  );
  write(
    'insert-ledger-entries',
    entries,
    `INSERT INTO ledger_entries (order_id, transaction_id, line, account, amount_minor, currency, cause, cause_id,
                                 created_at)
     SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::smallint[], $4::text[], $5::bigint[], $6::text[], $7::text[],
                          $8::bigint[], $9::timestamptz[])`,
    ({ transaction, entry, line }) => [
      transaction.orderId,
      transaction.id,
      line,
      entry.account,
      entry.amountMinor,
      transaction.currency,
      transaction.cause,
      transaction.causeId,
      transaction.createdAt,
    ],
  );
}
