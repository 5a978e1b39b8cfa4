import { expect, it } from 'vitest';
import { POOL_SIZE, useApi } from '../../support/api.ts';
import { useSessions } from '../../support/sessions.ts';

/** The name of the API's own connections, as test/support/api.ts opens them. */
const OF_THE_API = 'roundtrip test api';

const api = useApi();
const sessions = useSessions(api.database);

/** Nobody reads the ledger until it is let go of. */
async function holdLedger() {
  const holder = await sessions.open();
  await holder.query('BEGIN; LOCK TABLE ledger_entries IN ACCESS EXCLUSIVE MODE');
  return { release: () => holder.query('COMMIT') };
}

it('reports that hold every connection of the pool leave /ready its own: it answers 200', async () => {
  const { release } = await holdLedger();
  const reports = Array.from({ length: POOL_SIZE }, (_, n) =>
    api.get(`/v1/ledger/trial-balance?before=20${n + 10}-01-01T00:00:00Z`),
  );
  await sessions.waitingForLock(OF_THE_API, POOL_SIZE);

  const ready = await api.get('/ready');
  expect(ready.statusCode, ready.body).toBe(200);
  await release();
  for (const report of await Promise.all(reports)) expect(report.statusCode).toBe(200);
});

it('those who ask for the same trial balance at once share one reading, and nobody gets another than they asked for', async () => {
  const { release } = await holdLedger();
  const ask = (count: number, query: string) =>
    Array.from({ length: count }, () => api.get(`/v1/ledger/trial-balance${query}`));
  const reports = [
    ...ask(5, ''),
    ...ask(5, '?before=2026-04-01T00:00:00Z'),
    ...ask(5, '?before=2026-04-01T02:00:00%2B02:00'),
  ];
  await sessions.waitingForLock(OF_THE_API, 2);
  await release();
  for (const report of await Promise.all(reports)) expect(report.json()).toMatchObject({ currencies: [] });
});
