import { describe, expect, it } from 'vitest';
import { useApi } from '../../support/api.ts';
import { newOrder, placeOrder, type ProblemJson } from '../../support/shop/shop.ts';

const api = useApi();

const BY_ID = [
  ['GET', '/v1/orders/:id', 'order.not_found'],
  ['GET', '/v1/orders/:id/transitions', 'order.not_found'],
  ['GET', '/v1/orders/:id/invoice', 'order.not_found'],
  ['GET', '/v1/orders/:id/invoice.pdf', 'order.not_found'],
  ['POST', '/v1/orders/:id/pay', 'order.not_found'],
  ['GET', '/v1/returns/:id', 'return.not_found'],
  ['GET', '/v1/returns/:id/transitions', 'return.not_found'],
  ['POST', '/v1/returns/:id/approve', 'return.not_found'],
  ['GET', '/v1/refunds/:id', 'refund.not_found'],
  ['POST', '/v1/refunds/:id/retry', 'refund.not_found'],
  ['GET', '/v1/jobs/:id', 'job.not_found'],
  ['POST', '/v1/jobs/:id/retry', 'job.not_found'],
] as const;

describe.for(BY_ID)('%s %s', ([method, template, code]) => {
  it.for(['987654321', '9007199254740991'])(`answers 404 ${code} for the unknown id %s`, async (id) => {
    const answer = await api.send({ method, url: template.replace(':id', id) });
    expect(answer.statusCode).toBe(404);
    expect(answer.json<ProblemJson>()).toMatchObject({ code, detail: expect.stringContaining(id) as unknown });
  });

  const noIds = [
    '0',
    '-1',
    '1.5',
    '1e3',
    '0x1',
    'abc',
    '%00',
    '9007199254740992',
    '9223372036854775808',
    '1'.repeat(90),
  ];
  it.for(noIds)('answers 400 for %s, which is no id', async (id) => {
    const answer = await api.send({ method, url: template.replace(':id', id) });
    expect(answer.statusCode).toBe(400);
    expect(answer.json<ProblemJson>()).toMatchObject({ code: 'request.invalid', errors: [{ field: 'id' }] });
  });
});

describe('an address', () => {
  it.for([
    ['GET', '/v1/nothing'],
    ['POST', '/v1/orders/1/teleport'],
    ['GET', '//v1/orders'],
    ['GET', '/v1/orders/'],
    ['POST', '/v1/orders//pay'],
    ['DELETE', '/v1/orders/'],
  ] as const)('that is not there, %s %s, answers 404 without repeating the query', async ([method, path]) => {
    const payload = method === 'POST' ? { reason: 'x' } : undefined;
    const answer = await api.send({ method, url: `${path}?token=hush`, payload });
    expect(answer.statusCode).toBe(404);
    expect(answer.json<ProblemJson>().code).toBe('route.not_found');
    expect(answer.body).not.toContain('hush');
  });

  it.for([
    ['PUT', '/v1/orders', 'GET, HEAD, POST'],
    ['DELETE', '/v1/orders/1', 'GET, HEAD'],
    ['OPTIONS', '/v1/orders/1', 'GET, HEAD'],
    ['GET', '/v1/orders/1/pay', 'POST'],
    ['HEAD', '/v1/orders/1/pay', 'POST'],
    ['POST', '/health', 'GET, HEAD'],
    ['POST', '/docs/json', 'GET, HEAD'],
  ] as const)('that does not take the method, %s %s, answers 405 and says which it takes', async (given) => {
    const [method, path, allowed] = given;
    const payload = method === 'POST' ? { reason: 'x' } : undefined;
    const answer = await api.app.inject({ method, url: `${path}?token=hush`, payload });
    expect(answer.statusCode).toBe(405);
    expect(answer.headers.allow).toBe(allowed);
    if (method !== 'HEAD') expect(answer.json<ProblemJson>().code).toBe('route.method_not_allowed');
    expect(answer.body).not.toContain('hush');
  });

  it.for([`/v1/orders/%E0%A4%A`, `/v1/orders/${'1'.repeat(200)}`])(
    'that cannot be read, %s, answers 400',
    async (url) => {
      const answer = await api.get(url, { 'x-request-id': 'given-1' });
      expect(answer.statusCode).toBe(400);
      expect(answer.json<ProblemJson>()).toMatchObject({
        code: 'request.malformed',
        detail: 'The address cannot be read.',
      });
      expect(answer.headers['x-request-id']).toBe('given-1');
    },
  );

  it('answers HEAD like GET, without the body', async () => {
    const { id } = await placeOrder(api);
    const answer = await api.app.inject({ method: 'HEAD', url: `/v1/orders/${id}` });
    expect(answer.statusCode).toBe(200);
    expect(answer.headers.etag).toBe('"1"');
    expect(answer.body).toBe('');
  });
});

describe('a list that takes nothing else', () => {
  it.for(['/v1/refunds', '/v1/jobs'])('%s refuses unknown filters', async (url) => {
    for (const query of ['colour=red', 'offset=10', 'state=SENT', 'order_id=9007199254740992', 'order_id=1%00']) {
      expect((await api.get(`${url}?${query}`)).statusCode, query).toBe(400);
    }
  });
});

it('a field error says each fault of a body, not only the first', async () => {
  const answer = await api.post('/v1/orders', newOrder({ customer_id: '', currency: 'inr', colour: 'red' }));
  const fields = answer.json<ProblemJson>().errors?.map(({ field }) => field);
  expect(fields?.toSorted()).toEqual(['colour', 'currency', 'customer_id']);
});
