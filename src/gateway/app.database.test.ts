import { describe, expect, test } from 'vitest';
import { useDatabase } from '../../test/support/database.ts';
import { useGateway } from '../../test/support/servers/gateway.ts';
import { createPool } from '../platform/database/postgres.ts';
import { silentLogger } from '../platform/logger.ts';
import { buildGateway } from './app.ts';

const database = useDatabase();
const gateway = useGateway(database);

const REFUND = { reference: 'refund-7', amount_minor: 129_900, currency: 'INR' };

interface Document {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}
interface Operation {
  readonly summary?: string;
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, object>> }>>;
}

describe('the description', () => {
  const operations = async () => {
    const { paths } = (await gateway.get('/openapi.json')).json<Document>();
    return Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ name: `${method.toUpperCase()} ${path}`, operation })),
    );
  };

  test('is OpenAPI 3.1 and names every operation with each status that it may answer', async () => {
    expect((await gateway.get('/openapi.json')).json<Document>().openapi).toMatch(/^3\.1\./);
    const statuses = (await operations()).map(({ name, operation }) => [
      name,
      Object.keys(operation.responses).map(Number),
    ]);
    expect(Object.fromEntries(statuses)).toEqual({
      'POST /v1/payments': [201, 400, 402, 409, 413, 415, 422, 429, 500, 503],
      'GET /v1/payments': [200, 400, 429, 500, 503],
      'POST /v1/payments/{id}/capture': [200, 400, 402, 404, 409, 413, 415, 422, 429, 500, 503],
      'POST /v1/payments/{id}/void': [200, 400, 402, 404, 409, 413, 415, 422, 429, 500, 503],
      'GET /v1/payments/totals': [200, 500, 503],
      'GET /v1/payments/{id}': [200, 400, 404, 500, 503],
      'POST /v1/refunds': [201, 400, 402, 409, 413, 415, 422, 429, 500, 503],
      'GET /v1/refunds': [200, 400, 429, 500, 503],
      'GET /v1/refunds/totals': [200, 500, 503],
      'GET /v1/refunds/{id}': [200, 400, 404, 500, 503],
      'PUT /v1/faults': [200, 400, 413, 415, 500, 503],
      'GET /v1/faults': [200, 500, 503],
      'DELETE /v1/faults': [204, 500, 503],
      'GET /health': [200, 500, 503],
    });
  });

  test('says what each operation is for, and that every error is problem details', async () => {
    for (const { name, operation } of await operations()) {
      expect(operation.summary, name).toMatch(/^[A-Z]/);
      for (const [status, { content }] of Object.entries(operation.responses)) {
        if (Number(status) >= 400) expect(Object.keys(content ?? {}), name).toEqual(['application/problem+json']);
      }
    }
  });

  test('is there to read at /docs', async () => {
    const page = await fetch(`${gateway.url}/docs`);
    expect(page.status).toBe(200);
    expect(await page.text()).toContain('swagger-ui');
  });
});

describe('the log', () => {
  const linesOf = (requestId: unknown) => gateway.log.filter((line) => line['request_id'] === requestId);
  const refund = () =>
    fetch(`${gateway.url}/v1/refunds`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': 'key-1' },
      body: JSON.stringify(REFUND),
    });

  test('has two JSON lines for a refund, joined by the request id: what was booked, and what was answered', async () => {
    const answer = await refund();
    const requestId = answer.headers.get('x-request-id');
    await expect.poll(() => linesOf(requestId), { timeout: 5_000 }).toHaveLength(2);
    const { id } = (await answer.json()) as { id: string };
    expect(linesOf(requestId)).toEqual([
      {
        level: 'info',
        time: expect.stringMatching(/^\d{4}-.*Z$/) as unknown,
        request_id: requestId,
        refund: id,
        reference: 'refund-7',
        idempotency_key: 'key-1',
        amount_minor: 129_900,
        currency: 'INR',
        status: 'succeeded',
        replayed: false,
        msg: 'refund',
      },
      {
        level: 'info',
        time: expect.stringMatching(/^\d{4}-.*Z$/) as unknown,
        request_id: requestId,
        method: 'POST',
        path: '/v1/refunds',
        status: 201,
        duration_ms: expect.toSatisfy(isDuration) as unknown,
        idempotency_key: 'key-1',
        msg: 'gateway request',
      },
    ]);
  });

  test('has a line for a request whose connection was dropped, with no status, for none was sent', async () => {
    await gateway.switchOn({ mode: 'drop_before', times: 1 });
    const before = gateway.log.length;
    await expect(refund()).rejects.toThrow('fetch failed');
    const dropped = () => gateway.log.slice(before).filter(({ msg }) => msg === 'gateway request');
    await expect
      .poll(dropped, { timeout: 5_000 })
      .toMatchObject([{ method: 'POST', path: '/v1/refunds', status: null, idempotency_key: 'key-1' }]);
  });

  test('says the template of the route, never what was in the address', async () => {
    for (const path of ['/v1/refunds/secret-1', '/nowhere/secret-2?token=secret-3']) await fetch(gateway.url + path);
    const paths = () => gateway.log.map(({ path }) => path);
    await expect.poll(paths, { timeout: 5_000 }).toEqual(expect.arrayContaining(['/v1/refunds/:id', 'unmatched']));
    expect(JSON.stringify(gateway.log)).not.toContain('secret-');
  });
});

describe('the rest', () => {
  test('an unknown address and a wrong method are problems', async () => {
    const answers = await Promise.all([
      gateway.get('/v2/refunds'),
      gateway.app.inject({ method: 'PATCH', url: '/v1/refunds', payload: {} }),
    ]);
    for (const answer of answers) {
      expect(answer.statusCode).toBe(404);
      expect(answer.json()).toMatchObject({ code: 'route.not_found', status: 404 });
    }
  });

  test('it is healthy while its database answers; when it is away, everything is a 503 with Retry-After', async () => {
    expect((await gateway.get('/health')).json()).toEqual({ status: 'ok' });
    const away = createPool({
      databaseUrl: 'postgresql://nobody@127.0.0.1:1/none',
      applicationName: 'away',
      size: 1,
      logger: silentLogger,
    });
    const app = await buildGateway({ pool: away, logger: silentLogger });
    for (const url of ['/health', '/v1/refunds', '/v1/refunds/totals', '/v1/refunds/rf_1', '/v1/faults']) {
      const answer = await app.inject({ method: 'GET', url });
      expect(answer.statusCode, url).toBe(503);
      expect(answer.headers['retry-after'], url).toBe('1');
      expect(answer.json(), url).toMatchObject({ code: 'service.unavailable' });
    }
    await app.close();
    await away.end();
  });
});

function isDuration(value: unknown): boolean {
  return Number.isInteger(value) && Number(value) >= 0;
}
