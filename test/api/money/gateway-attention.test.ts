import { beforeAll, describe, expect, it } from 'vitest';
import { failTurn, finishTurn, takeTurn } from '../../../src/jobs/reconciliation/turns.ts';
import { useApi } from '../../support/api.ts';
import { bearer, issueKey } from '../../support/keys.ts';

const api = useApi();
const pool = () => api.database.pool;

interface Attention {
  readonly kind: string;
  readonly count: number;
  readonly oldest_at: string | null;
}

/** Waits until the overview that was kept is let go, and says of a kind what it is to say. */
async function expectAttention(kind: string, count: number, headers = {}): Promise<Attention | undefined> {
  const read = async () => {
    const { attention } = (await api.get('/v1/overview', headers)).json<{ attention: Attention[] }>();
    return attention.find((each) => each.kind === kind);
  };
  await expect.poll(read, { timeout: 10_000 }).toMatchObject({ kind, count });
  return read();
}

async function valueOf(series: string): Promise<number | undefined> {
  const page = (await api.get('/metrics')).body;
  const line = page.split('\n').find((each) => each.startsWith(`${series} `));
  return line === undefined ? undefined : Number(line.slice(series.length + 1));
}

const hoursAgo = (text: string | null | undefined) => (Date.now() - Date.parse(text ?? '')) / 3_600_000;

/** What the gateways' books say otherwise than ours reaches a person, and so does that nobody compares them. */
describe('the overview and the metrics', () => {
  beforeAll(async () => {
    await pool().query(
      `INSERT INTO reconciliation_differences (gateway, kind, gateway_reference, state, resolved_at, resolved_by)
       SELECT 'local', 'unknown_here', 'rf_' || n, CASE WHEN n > 1 THEN 'OPEN' ELSE 'RESOLVED' END,
              CASE WHEN n = 1 THEN now() END, CASE WHEN n = 1 THEN 'asha' END
       FROM generate_series(1, 3) n`,
    );
  });

  it('count the differences that are open', async () => {
    expect((await expectAttention('differences_open', 2))?.oldest_at).not.toBeNull();
    expect(await valueOf('reconciliation_differences_open{gateway="local"}')).toBe(2);
    expect(await valueOf('reconciliation_differences_open{gateway="stripe"}')).toBe(0);
  });

  it('tell of a gateway whose comparisons fail, and for how long none has ended, whatever was begun since', async () => {
    expect(await valueOf('reconciliation_age_seconds{gateway="stripe"}')).toBeUndefined();
    const age = (column: string, hours: number) =>
      pool().query(`UPDATE reconciliation_turns SET ${column} = now() - make_interval(hours => $1)`, [hours]);
    expect(await takeTurn(pool(), 'stripe')).toBe(true);
    await finishTurn(pool(), 'stripe', { repaired: 0, differ: 0 });
    await age('finished_at', 500);
    await age('begun_at', 500);
    for (let times = 1; times <= 2; times += 1) {
      expect(await takeTurn(pool(), 'stripe')).toBe(true);
      await failTurn(pool(), 'stripe', 'the gateway does not give its books');
      await age('begun_at', 3);
    }
    const { oldest_at: oldest } = (await expectAttention('comparisons_failing', 1)) ?? {};
    expect(hoursAgo(oldest)).toBeCloseTo(500, 0);
    const seconds = (await valueOf('reconciliation_age_seconds{gateway="stripe"}')) ?? 0;
    expect(seconds / 3_600).toBeCloseTo(500, 0);

    expect(await takeTurn(pool(), 'stripe')).toBe(true);
    await finishTurn(pool(), 'stripe', { repaired: 0, differ: 0 });
    await expectAttention('comparisons_failing', 0);
    expect(await valueOf('reconciliation_age_seconds{gateway="stripe"}')).toBeLessThan(60);
  });

  it('tell of one whose books nobody has compared for two days, and of none that is not configured any more', async () => {
    for (const gateway of ['local', 'razorpay'] as const) {
      expect(await takeTurn(pool(), gateway)).toBe(true);
      await finishTurn(pool(), gateway, { repaired: 0, differ: 0 });
      await pool().query(
        `UPDATE reconciliation_turns SET finished_at = now() - interval '49 hours' WHERE gateway = $1`,
        [gateway],
      );
    }
    await expectAttention('comparisons_failing', 1);
    expect(await valueOf('reconciliation_age_seconds{gateway="razorpay"}')).toBeUndefined();
  });

  it('tell those who may act on it of webhook endpoints that failures have disabled', async () => {
    await pool().query(
      `INSERT INTO webhook_endpoints (url, secret, state, disabled_reason, disabled_at)
       SELECT 'https://shop.example/' || reason, '', 'DISABLED', reason, now()
       FROM unnest('{PERSON,FAILING,GONE}'::text[]) AS reason`,
    );
    await expectAttention('webhook_endpoints_disabled', 2);
    const { secret } = await issueKey(api, { name: 'admin', role: 'admin' });
    const warehouse = await issueKey(api, { name: 'scanner', role: 'warehouse' }, secret);
    await expectAttention('webhook_endpoints_disabled', 2, bearer(secret));
    const answer = await api.get('/v1/overview', bearer(warehouse.secret));
    const kinds = answer.json<{ attention: Attention[] }>().attention.map(({ kind }) => kind);
    expect(kinds).toContain('orders_to_ship');
    expect(kinds).not.toContain('webhook_endpoints_disabled');
  });
});
