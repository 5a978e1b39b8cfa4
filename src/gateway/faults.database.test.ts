import { beforeEach, describe, expect, test } from 'vitest';
import { useDatabase } from '../../test/support/database.ts';
import { useGateway } from '../../test/support/servers/gateway.ts';

const database = useDatabase();
const gateway = useGateway(database);

const BODY = JSON.stringify({ reference: 'refund-7', amount_minor: 129_900, currency: 'INR' });

beforeEach(async () => {
  await gateway.switchOff();
  await database.pool.query('TRUNCATE gateway.refunds');
});

/** Over a socket, since what these faults do is done to connections. */
function refund(key = 'key-1'): Promise<Response> {
  const headers = { 'content-type': 'application/json', 'idempotency-key': key };
  return fetch(`${gateway.url}/v1/refunds`, { method: 'POST', headers, body: BODY });
}

const bookedKeys = async () => (await gateway.books()).map(({ idempotency_key: key }) => key);
const faultsOn = async () => (await gateway.get('/v1/faults')).json<{ data: object[] }>().data;

describe('what each fault does, and whether the refund is booked', () => {
  test.each([
    ['error_500', 500, 'service.error'],
    ['error_429', 429, 'service.busy'],
  ] as const)('%s answers %s and books nothing', async (mode, status, code) => {
    await gateway.switchOn({ mode });
    const answer = await refund();
    expect(answer.status).toBe(status);
    expect(await answer.json()).toMatchObject({ code });
    expect(answer.headers.get('retry-after')).toBe(status === 429 ? '1' : null);
    expect(await bookedKeys()).toEqual([]);
  });

  test('drop_before closes the connection and books nothing', async () => {
    await gateway.switchOn({ mode: 'drop_before', times: 1 });
    await expect(refund()).rejects.toThrow('fetch failed');
    expect(await bookedKeys()).toEqual([]);
    expect((await refund()).status).toBe(201);
  });

  test('drop_after books the refund and closes the connection; the same key then finds it', async () => {
    await gateway.switchOn({ mode: 'drop_after', times: 1 });
    await expect(refund()).rejects.toThrow('fetch failed');
    expect(await bookedKeys()).toEqual(['key-1']);
    const again = await refund();
    expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([201, 'true']);
    expect(await bookedKeys()).toEqual(['key-1']);
  });

  test('timeout_after books the refund, stays silent for its delay and then closes', async () => {
    await gateway.switchOn({ mode: 'timeout_after', delay_ms: 60 });
    const startedAt = performance.now();
    await expect(refund()).rejects.toThrow('fetch failed');
    expect(performance.now() - startedAt).toBeGreaterThan(50);
    expect(await bookedKeys()).toEqual(['key-1']);
  });

  test('slow books the refund and answers as usual after its delay', async () => {
    await gateway.switchOn({ mode: 'slow', delay_ms: 60 });
    const startedAt = performance.now();
    expect((await refund()).status).toBe(201);
    expect(performance.now() - startedAt).toBeGreaterThan(50);
  });

  test('garbage books the refund and answers with what is no JSON', async () => {
    await gateway.switchOn({ mode: 'garbage' });
    const answer = await refund();
    await expect(answer.json()).rejects.toThrow(SyntaxError);
    expect(await bookedKeys()).toEqual(['key-1']);
  });

  test('huge books the refund and answers with 10 MB', async () => {
    await gateway.switchOn({ mode: 'huge' });
    expect((await (await refund()).arrayBuffer()).byteLength).toBe(10 * 1024 * 1024);
    expect(await bookedKeys()).toEqual(['key-1']);
  });

  test('decline books a declined refund', async () => {
    await gateway.switchOn({ mode: 'decline' });
    expect((await refund()).status).toBe(402);
    expect(await gateway.books()).toMatchObject([{ status: 'declined', decline_code: 'do_not_honour' }]);
  });
});

describe('whom a fault hits', () => {
  const list = () => fetch(`${gateway.url}/v1/refunds`);

  test.each([
    ['refund', 500, 200],
    ['query', 201, 500],
    ['all', 500, 500],
  ] as const)('on %s: paying back answers %s, the list %s', async (on, refundStatus, listStatus) => {
    await gateway.switchOn({ mode: 'error_500', on });
    expect((await refund()).status).toBe(refundStatus);
    expect((await list()).status).toBe(listStatus);
  });

  test('a list can be dropped as well', async () => {
    await gateway.switchOn({ mode: 'drop_after', on: 'query' });
    await expect(list()).rejects.toThrow('fetch failed');
  });

  test('a fault for seven times hits exactly seven of twenty requests at once', async () => {
    await gateway.switchOn({ mode: 'error_500', times: 7 });
    const answers = await Promise.all(Array.from({ length: 20 }, (_, index) => refund(`key-${index}`)));
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses).toEqual([...Array<number>(13).fill(201), ...Array<number>(7).fill(500)]);
    expect(await gateway.books()).toHaveLength(13);
    expect(await faultsOn()).toEqual([]);
  });

  test('requests that wait for the same last time of a fault: one gets it, the others none', async () => {
    await gateway.switchOn({ mode: 'error_429', times: 1 });
    const holder = await database.pool.connect();
    await holder.query('BEGIN');
    await holder.query('SELECT * FROM gateway.faults FOR UPDATE');
    const underway = Promise.all(Array.from({ length: 5 }, (_, index) => refund(`key-${index}`)));
    const waiting = async () => {
      const { rows } = await database.pool.query<{ pid: number }>(
        `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      );
      return rows;
    };
    await expect.poll(waiting, { timeout: 5_000 }).toHaveLength(5);
    await holder.query('COMMIT');
    holder.release();
    expect((await underway).map(({ status }) => status).sort()).toEqual([201, 201, 201, 201, 429]);
  });

  test('with probability 0 it hits nobody, and uses none of its times up', async () => {
    await gateway.switchOn({ mode: 'error_500', probability: 0, times: 3 });
    const answers = await Promise.all(Array.from({ length: 20 }, (_, index) => refund(`key-${index}`)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
    expect(await faultsOn()).toMatchObject([{ times_left: 3 }]);
  });
});

describe('switching', () => {
  test('a fault takes the place of the one before, and is listed with what it was given', async () => {
    await gateway.switchOn({ mode: 'huge' });
    await gateway.switchOn({ mode: 'slow', times: 2, probability: 0.5, delay_ms: 10, on: 'all' });
    const fault = { mode: 'slow', on: 'all', times_left: 2, probability: 0.5, delay_ms: 10 };
    expect(await faultsOn()).toEqual([fault]);
  });

  test('faults outlive the process, and are off when switched off', async () => {
    await gateway.switchOn({ mode: 'error_500', times: 2 });
    expect((await refund()).status).toBe(500);
    await gateway.restart();
    expect(await faultsOn()).toMatchObject([{ mode: 'error_500', times_left: 1 }]);
    expect((await refund()).status).toBe(500);
    expect((await refund()).status).toBe(201);

    await gateway.switchOn({ mode: 'error_500' });
    const off = await fetch(`${gateway.url}/v1/faults`, { method: 'DELETE' });
    expect([off.status, await off.text()]).toEqual([204, '']);
    expect(await faultsOn()).toEqual([]);
    expect((await refund()).status).toBe(201);
  });

  test.each([
    [{}, 'mode'],
    [{ mode: 'explode' }, 'mode'],
    [{ mode: 'slow', times: 0 }, 'times'],
    [{ mode: 'slow', times: 1.5 }, 'times'],
    [{ mode: 'slow', probability: 1.1 }, 'probability'],
    [{ mode: 'slow', delay_ms: 120_001 }, 'delay_ms'],
    [{ mode: 'slow', on: 'everything' }, 'on'],
    [{ mode: 'slow', often: true }, 'often'],
  ])('%j is refused, and the field is named', async (payload, field) => {
    const answer = await gateway.app.inject({ method: 'PUT', url: '/v1/faults', payload });
    expect(answer.statusCode).toBe(400);
    expect(answer.json()).toMatchObject({ code: 'request.invalid', errors: [{ field }] });
    expect(await faultsOn()).toEqual([]);
  });
});
