import { describe, expect, it } from 'vitest';
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

/** Entries are there to be read a moment after the date that they bear. */
describe('a period that may still grow says so', () => {
  const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();

  it.each([
    ['of all', '', true],
    ['up to a moment to come', `?before=${minutesAgo(-60)}`, true],
    ['up to a moment ago', `?before=${minutesAgo(0)}`, true],
    ['up to two minutes ago', `?before=${minutesAgo(2)}`, false],
  ])('a trial balance %s', async (_, query, isProvisional) => {
    const answer = await api.get(`/v1/ledger/trial-balance${query}`);
    expect(answer.json()).toMatchObject({ is_provisional: isProvisional });
  });

  it.each([
    ['to a moment to come', minutesAgo(-60), 'true'],
    ['to a moment ago', minutesAgo(0), 'true'],
    ['to two minutes ago', minutesAgo(2), undefined],
  ])('an export %s', async (_, to, provisional) => {
    const answer = await api.get(`/v1/ledger/export.csv?from=2026-01-01T00:00:00Z&to=${to}`);
    expect(answer.statusCode).toBe(200);
    expect(answer.headers['provisional']).toBe(provisional);
  });
});
