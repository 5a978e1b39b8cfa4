import { describe, expect, test } from 'vitest';
import { useCommitLosingProxy } from '../../test/support/servers/commit-losing-proxy.ts';
import { useDatabase } from '../../test/support/database.ts';
import { eventually } from '../../test/support/eventually.ts';
import { useEngine } from '../../test/support/engine.ts';
import { allAnswered, tally, useEngines } from '../../test/support/engines.ts';
import { doneOrder, move, place, withKey } from '../../test/support/http/requests.ts';
import { useSessions } from '../../test/support/sessions.ts';
import { onlyOne } from '../domain/example-orders.ts';
import { DatabaseUnavailable } from '../platform/database/postgres.ts';
import { OutcomeUnknown } from '../platform/database/transaction.ts';

const database = useDatabase();
const shop = useEngine(database);
const engines = useEngines(database);
const sessions = useSessions(database);
const proxy = useCommitLosingProxy(database);

const ENGINE = 'roundtrip engine';
const STOOD_STILL_MS = 400;

async function ordersOf(customerId: string): Promise<number> {
  const { rowCount } = await database.pool.query('SELECT FROM orders WHERE customer_id = $1', [customerId]);
  return rowCount ?? 0;
}

describe('the answer to a commit is lost, and the commit was carried out', () => {
  test('with a key, the engine finds the answer that it had kept: one order, and no error', async () => {
    const engine = engines.open({ databaseUrl: proxy.url });
    proxy.commitsToLose = 1;
    const request = withKey(place({ customerId: 'found' }), 'found');
    const outcome = await engine.execute(request);
    expect(outcome.kind).toBe('replayed');
    expect(await engine.execute(request)).toEqual(outcome);
    expect(await ordersOf('found')).toBe(1);
  });

  test('without a key, nobody can tell: the outcome is unknown, and the engine does not do it again', async () => {
    const engine = engines.open({ databaseUrl: proxy.url });
    proxy.commitsToLose = 1;
    await expect(engine.execute(place({ customerId: 'untold' }))).rejects.toThrow(OutcomeUnknown);
    expect(await ordersOf('untold')).toBe(1);
    expect(doneOrder(await engine.execute(place())).version).toBe(1);
  });

  test('in a batch, those with a key get their answer and those without hear that nobody knows', async () => {
    const engine = engines.open({ databaseUrl: proxy.url });
    proxy.commitsToLose = 1;
    const customerId = 'mixed';
    const requests = [
      withKey(place({ customerId }), 'mixed-1'),
      place({ customerId }),
      withKey(place({ customerId }), 'mixed-2'),
    ];
    const settled = await Promise.allSettled(requests.map((request) => engine.execute(request)));
    expect(settled).toMatchObject([
      { value: { kind: 'replayed' } },
      { reason: expect.any(OutcomeUnknown) as unknown },
      { value: { kind: 'replayed' } },
    ]);
    expect(await ordersOf(customerId)).toBe(3);
  });

  test('with a key, but the database away afterwards: unknown, never "nothing was done"; the key tells later', async () => {
    const engine = engines.open({ databaseUrl: proxy.url });
    proxy.commitsToLose = 1;
    proxy.refusingAfterLoss = true;
    const requests = [1, 2].map((n) => withKey(place({ customerId: 'unknown' }), `unknown-${n}`));
    const settled = await Promise.allSettled(requests.map((request) => engine.execute(request)));
    expect(settled.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    for (const result of settled) expect(result).toMatchObject({ reason: expect.any(OutcomeUnknown) as unknown });
    proxy.refusing = false;
    for (const request of requests) expect((await engine.execute(request)).kind).toBe('replayed');
    expect(await ordersOf('unknown')).toBe(2);
  });

  test('five times in a row, as often as the engine tries: unknown, and with the key still one order', async () => {
    const engine = engines.open({ databaseUrl: proxy.url });
    proxy.commitsToLose = 5;
    const request = withKey(place({ customerId: 'five' }), 'five');
    await expect(engine.execute(request)).rejects.toThrow(OutcomeUnknown);
    expect((await engine.execute(request)).kind).toBe('replayed');
    expect(await ordersOf('five')).toBe(1);
  });
});

describe('the backend dies while committing, and the commit is undone', () => {
  const killOnce = async (customerId: string): Promise<void> => {
    await database.pool.query(`
      CREATE SEQUENCE commits_of_${customerId};
      CREATE FUNCTION die_of_${customerId}() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF nextval('commits_of_${customerId}') = 1 THEN PERFORM pg_terminate_backend(pg_backend_pid()); END IF;
        RETURN NULL;
      END $$;
      CREATE CONSTRAINT TRIGGER die_of_${customerId} AFTER INSERT ON orders DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW WHEN (NEW.customer_id = '${customerId}') EXECUTE FUNCTION die_of_${customerId}();`);
  };

  test('with a key, it is done again: one order', async () => {
    await killOnce('undone');
    const outcome = await engines.open().execute(withKey(place({ customerId: 'undone' }), 'undone'));
    expect(outcome.kind).toBe('done');
    expect(await ordersOf('undone')).toBe(1);
  });

  test('without a key, the outcome is unknown: none was placed, and none is placed later', async () => {
    await killOnce('dropped');
    const engine = engines.open();
    await expect(engine.execute(place({ customerId: 'dropped' }))).rejects.toThrow(OutcomeUnknown);
    doneOrder(await engine.execute(place()));
    expect(await ordersOf('dropped')).toBe(0);
  });
});

test('a commit that the database itself refuses is no unknown outcome: its command fails alone, by its own error', async () => {
  await database.pool.query(`
    CREATE FUNCTION refuse_at_commit() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'refused at commit'; END $$;
    CREATE CONSTRAINT TRIGGER refuse_at_commit AFTER INSERT ON orders DEFERRABLE INITIALLY DEFERRED
      FOR EACH ROW WHEN (NEW.customer_id = 'refused') EXECUTE FUNCTION refuse_at_commit();`);
  const engine = engines.open();
  const customerIds = ['beside', 'refused', 'beside'];
  const settled = await Promise.allSettled(customerIds.map((customerId) => engine.execute(place({ customerId }))));
  expect(settled).toMatchObject([
    { value: { kind: 'done' } },
    { reason: { message: 'refused at commit' } },
    { value: { kind: 'done' } },
  ]);
  expect([await ordersOf('beside'), await ordersOf('refused')]).toEqual([2, 0]);
});

describe('the connection is lost before the commit', () => {
  test('while it waits for a lock: done again on another connection, without a key as well', async () => {
    const engine = engines.open();
    const { id } = await shop.place();
    const session = await sessions.open();
    await session.query('BEGIN');
    await session.query('SELECT FROM orders WHERE id = $1 FOR UPDATE', [id]);
    const outcome = engine.execute(move(id, 'pay'));
    await sessions.waitingForLock(ENGINE);
    expect(await sessions.terminate(ENGINE)).toBeGreaterThan(0);
    await session.query('COMMIT');
    expect(doneOrder(await outcome)).toMatchObject({ state: 'PAID', version: 2 });
  });

  test('since the process stood still in the middle of a batch, and its session was ended: done again', async () => {
    const url = new URL(database.url);
    url.searchParams.set('idle_in_transaction_session_timeout', '100');
    const engine = engines.open({ databaseUrl: url.href });
    const { id } = await shop.place();
    let tries = 0;
    const outcome = await engine.execute({
      ...move(id, 'pay'),
      idempotency: {
        caller: 'shop',
        key: 'stood-still',
        fingerprint: Buffer.from('x'),
        render: () => {
          tries += 1;
          if (tries === 1) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, STOOD_STILL_MS);
          return { status: 200, headers: {}, body: '' };
        },
      },
    });
    expect(doneOrder(outcome)).toMatchObject({ state: 'PAID', version: 2 });
    expect(tries).toBe(2);
  });

  test('while it was idle: nobody notices', async () => {
    const engine = engines.open();
    for (let round = 0; round < 3; round += 1) {
      doneOrder(await engine.execute(place()));
      expect(await sessions.terminate(ENGINE)).toBeGreaterThan(0);
    }
    expect(doneOrder(await engine.execute(place())).version).toBe(1);
    expect(engines.warnings).toEqual([]);
  });

  test('the database is away: refused as unavailable, nothing done; when it is back, so is the engine', async () => {
    const engine = engines.open({ databaseUrl: proxy.url });
    proxy.refusing = true;
    const requests = Array.from({ length: 10 }, () => place({ customerId: 'away' }));
    const settled = await Promise.allSettled(requests.map((request) => engine.execute(request)));
    for (const result of settled) expect(result).toMatchObject({ reason: expect.any(DatabaseUnavailable) as unknown });
    proxy.refusing = false;
    expect(doneOrder(await engine.execute(place({ customerId: 'away' }))).version).toBe(1);
    expect(await ordersOf('away')).toBe(1);
  });
});

test('a server that took no writes for a while: refused as unavailable, and the engine writes again by itself', async () => {
  const administrator = await sessions.open();
  const setting = `DATABASE ${new URL(database.url).pathname.slice(1)}`;
  // Its sessions stay as they were when they began, as those do that reach a standby while the primary changes.
  await administrator.query(`ALTER ${setting} SET default_transaction_read_only = on`);
  const engine = engines.open();
  const refused = engine.execute(place({ customerId: 'read-only' }));
  await expect(refused).rejects.toThrow(DatabaseUnavailable);
  await administrator.query(`ALTER ${setting} RESET default_transaction_read_only`);
  expect(doneOrder(await engine.execute(place({ customerId: 'read-only' }))).version).toBe(1);
  expect(await ordersOf('read-only')).toBe(1);
});

describe('ids that a process holds, and a standby that took over knows nothing of', () => {
  /** Has the sequence go on from where it stood before the last block was drawn. */
  const giveLastBlockAgain = () =>
    database.pool.query(`SELECT setval('entity_ids', last_value - 1000) FROM entity_ids`);

  test('are given up when a connection ends', async () => {
    const engine = engines.open();
    await engine.execute(place());
    await sessions.terminate(ENGINE);
    const { rows } = await database.pool.query<{ drawn: number }>(`SELECT nextval('entity_ids') AS drawn`);
    expect(doneOrder(await engine.execute(place())).id).toBeGreaterThan(onlyOne(rows).drawn);
  });

  test('are given up when one of them turns out to be taken, and the batch is done with others', async () => {
    await engines.open().execute(place());
    await giveLastBlockAgain();
    const customerId = 'drawn-again';
    const engine = engines.open();
    const outcomes = await Promise.all([1, 2, 3].map(() => engine.execute(place({ customerId }))));
    expect(new Set(outcomes.map((outcome) => doneOrder(outcome).id)).size).toBe(3);
    expect(await ordersOf(customerId)).toBe(3);
    expect(engines.warnings).toEqual([]);
  });

  test('are given up by whoever goes on from an order in memory as well', async () => {
    const { id } = await shop.place();
    const engine = engines.open();
    await engine.execute(move(id, 'pay'));
    // The rest of its block, as another process may have used it meanwhile.
    await database.pool.query(
      `INSERT INTO jobs (id, order_id, kind, subject_id, state)
       SELECT generate_series(max(state_transitions.id) + 1, last_value + 999), $1, 'invoice.render', 1, 'DONE'
       FROM state_transitions, entity_ids WHERE order_id = $1 GROUP BY last_value`,
      [id],
    );
    expect(doneOrder(await engine.execute(move(id, 'cancel'))).state).toBe('CANCELLED');
  });
});

test('every backend is killed again and again while 200 commands with keys are under way: all are answered, each once', async () => {
  const customerId = 'stormy';
  const numbers = Array.from({ length: 200 }, (_, n) => `STORM-${n}`);
  const requests = numbers.map((orderNumber) => withKey(place({ customerId, orderNumber }), orderNumber));
  const over = new AbortController();
  let [kills, through] = [0, 0];
  // Each time that something got through, whatever is under way next is killed.
  const storm = eventually('the storm is over', async () => {
    const written = await ordersOf(customerId);
    if (written > through) kills += await sessions.terminate(ENGINE);
    through = written;
    return over.signal.aborted;
  });
  const settled = await engines.throughThree(requests, { maxBatchCommands: 5 });
  over.abort();
  await storm;
  expect(kills).toBeGreaterThan(10);

  const { rows } = await database.pool.query<{ order_number: string }>(
    'SELECT order_number FROM orders WHERE customer_id = $1',
    [customerId],
  );
  const written = new Set(rows.map((row) => row.order_number));
  for (const [n, result] of settled.entries()) {
    const number = numbers[n] ?? '';
    if (result.status === 'fulfilled') expect(written.has(number), `${number} was answered`).toBe(true);
    else if (result.reason instanceof DatabaseUnavailable)
      expect(written.has(number), `${number}: nothing`).toBe(false);
    else expect(result.reason, number).toBeInstanceOf(OutcomeUnknown);
  }

  const again = tally(allAnswered(await engines.throughThree(requests)));
  expect(again['replayed']).toBe(written.size);
  expect(again['done'] ?? 0).toBe(numbers.length - written.size);
  expect(await ordersOf(customerId)).toBe(numbers.length);
});
