import { describe, expect, it } from 'vitest';
import { useApi } from '../../support/api.ts';
import { moveOrder, placeOrder } from '../../support/shop/shop.ts';

const closed = useApi();
const open = useApi({ corsOrigins: ['https://shop.example'] });

const ORIGIN = { origin: 'https://shop.example' };
const PREFLIGHT = { ...ORIGIN, 'access-control-request-method': 'POST' };

describe('every answer', () => {
  it.for(['/v1/orders', '/v1/orders/0', '/nowhere', '/health', '/docs', '/openapi.json', '/v1/orders/%E0%A4%A'])(
    'tells a browser to trust it with little: %s',
    async (url) => {
      const { headers } = await closed.app.inject({ url });
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'SAMEORIGIN',
        'referrer-policy': 'no-referrer',
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-resource-policy': 'same-origin',
      });
      const policy = String(headers['content-security-policy']);
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("script-src 'self'");
      expect(policy).toContain("frame-ancestors 'self'");
      expect(policy).not.toMatch(/script-src[^;]*unsafe/);
      expect(headers).not.toHaveProperty('x-powered-by');
      expect(headers).not.toHaveProperty('server');
    },
  );

  it('of an operation may be kept by nobody, refused or not, whatever the path ends with', async () => {
    const order = await placeOrder(closed);
    await moveOrder(closed, order.id, 'pay', 'process', 'ship');
    const nobody = { authorization: 'Bearer nobody' };
    for (const [path, operations] of Object.entries(closed.contract.document.paths)) {
      const url = path.replace('{id}', '1').replace('{gateway}', 'local');
      for (const [method, { responses }] of Object.entries(operations)) {
        // A stream goes on for as long as it is listened to: of it, the refusal is enough.
        const isStream = 'text/event-stream' in (responses['200']?.content ?? {});
        for (const headers of method === 'get' && !isStream ? [nobody, {}] : [nobody]) {
          const answer = await closed.app.inject({ method: method as 'GET', url, headers });
          expect(answer.headers['cache-control'], `${method} ${url} ${answer.statusCode}`).toContain('no-store');
        }
      }
    }
    const list = await closed.get('/v1/orders');
    expect([list.statusCode, list.headers['cache-control']]).toEqual([200, 'private, no-store']);
    const ledger = '/v1/ledger/export.csv?from=2020-01-01T00:00:00Z&to=2099-01-01T00:00:00Z';
    const csv = await closed.get(ledger);
    expect([csv.statusCode, csv.headers['cache-control']]).toEqual([200, 'private, no-store']);
  });

  it('of the documentation has no script in the page, so it works under its policy', async () => {
    const page = (await closed.app.inject({ url: '/docs/' })).body;
    const scripts = [...page.matchAll(/<script([^>]*)>([^<]*)</g)];
    expect(scripts.length).toBeGreaterThan(1);
    for (const [, attributes, content] of scripts) {
      expect(attributes).toMatch(/ src="\.?\/[^"]+"/);
      expect(content?.trim()).toBe('');
    }
    expect(page).not.toMatch(/ on\w+=/);
  });

  it('does not tell a browser to stay with TLS where there is none', async () => {
    expect((await closed.get('/health')).headers).not.toHaveProperty('strict-transport-security');
  });
});

describe("another origin's page", () => {
  it('may call nothing, unless its origin is named', async () => {
    const answer = await closed.get('/v1/orders', ORIGIN);
    expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
    const preflight = await closed.app.inject({ method: 'OPTIONS', url: '/v1/orders', headers: PREFLIGHT });
    expect(preflight.statusCode).toBe(405);
    expect(preflight.headers).not.toHaveProperty('access-control-allow-origin');
  });

  it('of a named origin may, without cookies; one of another may not', async () => {
    const answer = await open.get('/v1/orders', ORIGIN);
    expect(answer.headers['access-control-allow-origin']).toBe('https://shop.example');
    expect(answer.headers).not.toHaveProperty('access-control-allow-credentials');
    const preflight = await open.app.inject({ method: 'OPTIONS', url: '/v1/orders', headers: PREFLIGHT });
    expect(preflight.statusCode).toBe(204);
    expect(preflight.headers['access-control-allow-methods']).toContain('POST');
    for (const origin of ['https://evil.example', 'https://shop.example.evil.example', 'null', 'http://shop.example']) {
      const other = await open.get('/v1/orders', { origin });
      expect(other.headers['access-control-allow-origin'], origin).toBeUndefined();
    }
  });
});
