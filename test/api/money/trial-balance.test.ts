import { expect, it } from 'vitest';
import { useApi } from '../../support/api.ts';
import { placeOrder } from '../../support/shop/shop.ts';

const api = useApi();

/** The largest amount that one entry can have been posted with, and what two of it come to, which is no number. */
const LARGEST = '9007199254740991';
const TWICE = '18014398509481982';

it('sums what is past 2^53 exactly, to the unit', async () => {
  const { id } = await placeOrder(api);
  await api.database.pool.query(
    `INSERT INTO ledger_entries
       (order_id, transaction_id, line, account, amount_minor, currency, cause, cause_id, created_at)
     SELECT $1, 900000000 + n / 2, 1 + n % 2, CASE n % 2 WHEN 0 THEN 'cash:elsewhere' ELSE 'receivable' END,
            CASE n % 2 WHEN 0 THEN 1 ELSE -1 END * $2::bigint, 'INR', 'order.pay', $1, now() - interval '1 day'
     FROM generate_series(0, 3) AS n`,
    [id, LARGEST],
  );
  for (const query of ['', `?before=${new Date().toISOString()}`]) {
    const answer = await api.get(`/v1/ledger/trial-balance${query}`);
    expect(answer.statusCode).toBe(200);
    const words = answer.body;
    expect(words).toContain(
      `"account":"cash:elsewhere","debit_minor":${TWICE},"credit_minor":0,"balance_minor":${TWICE}`,
    );
    expect(words).toContain(`"account":"receivable","debit_minor":0,"credit_minor":${TWICE},"balance_minor":-${TWICE}`);
    expect(words).toContain(`],"debit_minor":${TWICE},"credit_minor":${TWICE},"balance_minor":0`);
  }
});
