import type { IncomingMessage } from 'node:http';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { answering, useServers } from '../../test/support/servers/test-servers.ts';
import { createHttpGateway } from './http-gateway.ts';
import type { RefundRequest } from './payment-gateway.ts';

const servers = useServers();

const TIMEOUT_MS = 200;
const PATIENT_TIMEOUT_MS = 10_000;
/** Must be in no reason, whichever way it came in. */
const CANARY = 'canary-9f2c';

const request: RefundRequest = {
  reference: 'refund-7',
  idempotencyKey: 'refund-7-1',
  amountMinor: 129_900,
  currency: 'INR',
  requestedAt: new Date('2026-04-01T10:00:00Z'),
  paymentReference: null,
};

/** What the gateway answers when it has done what was asked. */
const paidBack = {
  id: 'rf_3f9d2c',
  reference: 'refund-7',
  idempotency_key: 'refund-7-1',
  amount_minor: 129_900,
  currency: 'INR',
  status: 'succeeded',
  decline_code: null,
  created_at: '2026-04-01T09:30:00.000Z',
};
const declined = { ...paidBack, id: 'rf_d', status: 'declined', decline_code: 'do_not_honour' };

const gatewayAt = (baseUrl: string, timeoutMs = TIMEOUT_MS) => createHttpGateway({ baseUrl, timeoutMs });

describe('asking for a refund', () => {
  test('sends reference, amount and currency once, under the key', async () => {
    const seen: unknown[] = [];
    const url = await servers.httpServer((incoming, response) => {
      void bodyOf(incoming).then((body) => {
        seen.push([incoming.method, incoming.url, incoming.headers['idempotency-key'], JSON.parse(body)]);
        answering(201, paidBack)(incoming, response);
      });
    });
    expect(await gatewayAt(url).refund(request)).toEqual({ kind: 'succeeded', gatewayReference: 'rf_3f9d2c' });
    const body = { reference: 'refund-7', amount_minor: 129_900, currency: 'INR' };
    expect(seen).toEqual([['POST', '/v1/refunds', 'refund-7-1', body]]);
  });

  test.each(['', '/', '/pay', '/pay/'])('a base URL that ends in "%s" leads to its /v1/refunds', async (path) => {
    const paths: (string | undefined)[] = [];
    const url = await servers.httpServer((incoming, response) => {
      paths.push(incoming.url);
      answering(201, paidBack)(incoming, response);
    });
    await gatewayAt(url + path).refund(request);
    expect(paths).toEqual([path.startsWith('/pay') ? '/pay/v1/refunds' : '/v1/refunds']);
  });

  test('a user name and password in the base URL are sent as Basic authorization, by both methods', async () => {
    const seen: (string | undefined)[] = [];
    const url = await servers.httpServer((incoming, response) => {
      seen.push(incoming.headers.authorization);
      answering(200, incoming.method === 'POST' ? paidBack : { data: [], next: null })(incoming, response);
    });
    const gateway = gatewayAt(url.replace('http://', 'http://key:s%40fe@'));
    expect(await gateway.refund(request)).toMatchObject({ kind: 'succeeded' });
    expect(await gateway.findRefund(request)).toEqual({ kind: 'absent' });
    const basic = `Basic ${Buffer.from('key:s@fe').toString('base64')}`;
    expect(seen).toEqual([basic, basic]);
  });

  test('nobody listening is not done', async () => {
    const outcome = await gatewayAt(await servers.nobody()).refund(request);
    expect(outcome).toEqual({ kind: 'not_done', reason: 'cannot connect: ECONNREFUSED' });
  });

  test('a decline is a decline, with the code that the gateway gave', async () => {
    const url = await servers.httpServer(
      answering(402, { code: 'refund.declined', decline_code: 'do_not_honour', detail: CANARY }),
    );
    expect(await gatewayAt(url).refund(request)).toEqual({
      kind: 'declined',
      code: 'do_not_honour',
      message: 'The gateway declined the refund: do_not_honour.',
    });
    const bare = await servers.httpServer(answering(402, { code: 'refund.declined' }));
    expect(await gatewayAt(bare).refund(request)).toMatchObject({ kind: 'declined', code: 'refund.declined' });
  });

  test.each([
    ['30', 30_000],
    ['0', 0],
    ['999999999', 3_600_000],
    ['Wed, 21 Oct 2026 07:28:00 GMT', undefined],
    ['-5', undefined],
  ])('429 is not done; Retry-After %s makes %s ms', async (retryAfter, expected) => {
    const url = await servers.httpServer(answering(429, { code: 'service.busy' }, { 'retry-after': retryAfter }));
    const outcome = await gatewayAt(url).refund(request);
    expect(outcome).toEqual({ kind: 'not_done', reason: 'the gateway has too much to do', retryAfterMs: expected });
  });

  test('409 is in flight: the same key is being worked on', async () => {
    const url = await servers.httpServer(answering(409, { code: 'idempotency.in_flight' }, { 'retry-after': '2' }));
    const reason = 'the gateway is at a request with this key';
    expect(await gatewayAt(url).refund(request)).toEqual({ kind: 'in_flight', reason, retryAfterMs: 2_000 });
  });

  test.each([
    ['402 of something else', 402, { code: 'account.overdue', detail: CANARY }, 'a 402 that is not a decline'],
    ['402 of no JSON', 402, `<html>${CANARY}`, 'a 402 that is not a decline'],
    [
      '402 with an unprintable code',
      402,
      { code: 'refund.declined', decline_code: '\0' },
      'a 402 that is not a decline',
    ],
    ['400', 400, { code: 'request.invalid', detail: CANARY }, 'the gateway answered 400 request.invalid'],
    ['401', 401, CANARY, 'the gateway answered 401'],
    ['422', 422, { code: 'idempotency.key_reused' }, 'the gateway answered 422 idempotency.key_reused'],
    ['500', 500, { code: `${CANARY} with blanks` }, 'the gateway answered 500'],
    ['503', 503, '', 'the gateway answered 503'],
    ['204', 204, '', 'the gateway answered 204'],
    ['302', 302, paidBack, 'the gateway answered 302'],
    ['202', 202, paidBack, 'the gateway answered 202'],
    ['no JSON', 201, `<html>${CANARY}`, 'the answer is not a refund'],
    ['an empty body', 201, '', 'the answer is not a refund'],
    ['a list', 201, [paidBack], 'the answer is not a refund'],
    ['a missing status', 201, { ...paidBack, status: undefined }, 'the answer is not a refund'],
    ['an unknown status', 201, { ...paidBack, status: 'under_way' }, 'the answer is not a refund'],
    ['an amount that is a text', 201, { ...paidBack, amount_minor: '129900' }, 'the answer is not a refund'],
    ['a NUL in the id', 201, { ...paidBack, id: 'rf_\0' }, 'the answer is not a refund'],
    [
      'another amount',
      201,
      { ...paidBack, amount_minor: 1 },
      'the gateway has 1 INR under refund-7, which is 129900 INR with us',
    ],
    [
      'another currency',
      201,
      { ...paidBack, currency: 'USD' },
      'the gateway has 129900 USD under refund-7, which is 129900 INR with us',
    ],
    [
      'another reference',
      201,
      { ...paidBack, reference: CANARY },
      'the gateway answered with another reference than refund-7',
    ],
    [
      'another key',
      201,
      { ...paidBack, idempotency_key: CANARY },
      'the gateway answered with another key than refund-7-1',
    ],
  ])('%s is unknown', async (_name, status, body, reason) => {
    expect(await gatewayAt(await servers.httpServer(answering(status, body))).refund(request)).toEqual({
      kind: 'unknown',
      reason,
    });
  });

  test('a reset, silence and 10 MB are unknown', async () => {
    const reset = await gatewayAt(await servers.rawServer((socket) => socket.resetAndDestroy())).refund(request);
    expect(reset).toMatchObject({
      kind: 'unknown',
      reason: expect.stringContaining('the connection broke') as unknown,
    });
    const silent = await gatewayAt(await servers.rawServer(() => undefined)).refund(request);
    expect(silent).toEqual({ kind: 'unknown', reason: 'no whole answer within 200 ms' });
    const huge = await servers.httpServer(answering(201, ' '.repeat(10 * 1024 * 1024) + JSON.stringify(paidBack)));
    const cutOff = { kind: 'unknown', reason: 'the answer is over 65536 bytes' };
    expect(await gatewayAt(huge, PATIENT_TIMEOUT_MS).refund(request)).toEqual(cutOff);
  });
});

describe('asking what became of a refund', () => {
  const underAnotherKey = { idempotency_key: 'refund-7-2' };
  const found = { kind: 'found', outcome: { kind: 'succeeded', gatewayReference: 'rf_3f9d2c' } };
  const foundDeclined = { kind: 'found', outcome: { kind: 'declined', code: 'do_not_honour' } };

  test.each([
    ['nothing is there', [], { kind: 'absent' }],
    ['only refunds of other references are there', [{ ...paidBack, reference: 'refund-70' }], { kind: 'absent' }],
    ['it succeeded', [paidBack], found],
    ['it succeeded under another key', [{ ...paidBack, ...underAnotherKey }], found],
    ['our key was declined', [declined], foundDeclined],
    ['another key was declined', [{ ...declined, ...underAnotherKey }], { kind: 'absent' }],
    ['one key was declined and another succeeded', [declined, { ...paidBack, ...underAnotherKey }], found],
    [
      'it succeeded with another amount',
      [{ ...paidBack, amount_minor: 5 }],
      { kind: 'unknown', reason: 'the gateway has 5 INR under refund-7, which is 129900 INR with us' },
    ],
  ])('when %s', async (_name, data, expected) => {
    const url = await servers.httpServer(answering(200, { data, next: null }));
    expect(await gatewayAt(url).findRefund(request)).toMatchObject(expected);
  });

  test('every page is read before it is absent: a success on the last one counts', async () => {
    const urls: (string | undefined)[] = [];
    const pages = [
      { data: [{ ...declined, idempotency_key: 'refund-7-3' }], next: 41 },
      { data: [{ ...declined, ...underAnotherKey }], next: 17 },
      { data: [paidBack], next: null },
    ];
    const url = await servers.httpServer((incoming, response) => {
      urls.push(incoming.url);
      answering(200, pages[urls.length - 1])(incoming, response);
    });
    expect(await gatewayAt(url).findRefund({ ...request, reference: 'refund-7' })).toEqual(found);
    expect(urls).toEqual([
      '/v1/refunds?reference=refund-7&limit=100',
      '/v1/refunds?reference=refund-7&limit=100&after=41',
      '/v1/refunds?reference=refund-7&limit=100&after=17',
    ]);
  });

  test('a gateway whose pages never end is unknown, not absent', async () => {
    let asked = 0;
    const url = await servers.httpServer((incoming, response) => {
      asked += 1;
      answering(200, { data: [], next: 9 })(incoming, response);
    });
    expect(await gatewayAt(url).findRefund(request)).toMatchObject({ kind: 'unknown' });
    expect(asked).toBe(5);
  });

  test.each([
    ['500', 500, { code: 'service.error' }, 'the gateway answered 500, not a list of refunds'],
    ['404', 404, CANARY, 'the gateway answered 404, not a list of refunds'],
    ['no JSON', 200, CANARY, 'the gateway answered 200, not a list of refunds'],
    ['a list with no next', 200, { data: [] }, 'the gateway answered 200, not a list of refunds'],
    ['a row of the wrong shape', 200, { data: [{}], next: null }, 'the gateway answered 200, not a list of refunds'],
  ])('%s is unknown, never absent', async (_name, status, body, reason) => {
    const url = await servers.httpServer(answering(status, body));
    expect(await gatewayAt(url).findRefund(request)).toEqual({ kind: 'unknown', reason });
  });

  test('nobody listening, a reset and silence are unknown: none of them says that it is absent', async () => {
    const urls = [
      await servers.nobody(),
      await servers.rawServer((socket) => socket.resetAndDestroy()),
      await servers.rawServer(() => undefined),
    ];
    for (const url of urls) expect(await gatewayAt(url).findRefund(request)).toMatchObject({ kind: 'unknown' });
  });
});

describe('whatever the gateway does', () => {
  const anyStatus = fc.constantFrom(200, 201, 202, 204, 301, 304, 400, 402, 404, 409, 422, 429, 500, 502, 503, 599);
  const anyField = fc.constantFrom(...Object.keys(paidBack));
  const anyValue = fc.oneof(
    fc.jsonValue({ maxDepth: 1 }),
    fc.constantFrom(null, '\0', -1, 1.5, 1e300, `${CANARY}\r\n`, 'declined'),
  );
  const anyBody = fc.oneof(
    fc.constant(JSON.stringify(paidBack)),
    fc.json(),
    fc.string(),
    fc.tuple(anyField, anyValue).map(([field, value]) => JSON.stringify({ ...paidBack, [field]: value })),
    fc
      .tuple(anyField, anyValue)
      .map(([field, value]) => JSON.stringify({ data: [{ ...paidBack, [field]: value }], next: null })),
  );

  test('it never rejects, tells no body, and takes for a success only our refund, whole and exact', async () => {
    let next: { status: number; body: string } = { status: 200, body: '' };
    const url = await servers.httpServer((incoming, response) => {
      answering(next.status, next.body)(incoming, response);
    });
    const gateway = gatewayAt(url.replace('http://', `http://key:${CANARY}@`), PATIENT_TIMEOUT_MS);
    await fc.assert(
      fc.asyncProperty(anyStatus, anyBody, async (status, body) => {
        next = { status, body };
        const outcome = await gateway.refund(request);
        if (outcome.kind === 'succeeded') {
          expect([200, 201]).toContain(status);
          const { reference, idempotency_key, amount_minor, currency } = paidBack;
          const exact = { reference, idempotency_key, amount_minor, currency, status: 'succeeded' };
          expect(JSON.parse(body)).toMatchObject(exact);
        }
        const lookup = await gateway.findRefund(request);
        if (lookup.kind !== 'unknown') expect(status).toBe(200);
        for (const told of [outcome, lookup]) expect('reason' in told ? told.reason : '').not.toContain(CANARY);
      }),
      { numRuns: 200 },
    );
  });
});

async function bodyOf(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
