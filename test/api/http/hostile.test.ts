import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { useApi } from '../../support/api.ts';
import { anything } from '../../support/http/hostile-values.ts';
import { deliveredOrder, type OrderJson } from '../../support/shop/shop.ts';

const api = useApi();
const JSON_TYPE = { 'content-type': 'application/json' };
const EXPECTED = [201, 400, 409, 413, 415, 422];

let delivered: OrderJson;
beforeAll(async () => {
  delivered = await deliveredOrder(api, {
    items: [{ sku: 'PIN', title: 'Pin', quantity: 2_000_000_000, unit_price_minor: 1 }],
  });
});

/** Totals that cannot be counted are refused: few enough of them that orders are placed as well. */
const mostlySmall = (any: fc.Arbitrary<number>) =>
  fc.oneof({ weight: 20, arbitrary: fc.integer({ min: 1, max: 1_000_000 }) }, { weight: 1, arbitrary: any });

/** A legal body: part of what is generated passes, or the mutations below would never get past the first fault. */
const legalOrder = fc.record(
  {
    order_number: fc.stringMatching(/^[A-Z0-9]{1,12}$/),
    customer_id: fc.stringMatching(/^\S(.{0,18}\S)?$/),
    customer_email: fc.oneof(fc.emailAddress(), fc.constant(null)),
    currency: fc.constantFrom('INR', 'GBP'),
    placed_at: fc
      .date({ noInvalidDate: true, min: new Date('0001-01-01'), max: new Date('2026-01-01') })
      .map((date) => date.toISOString()),
    items: fc.array(
      fc.record({
        sku: fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme' }),
        title: fc.string({ minLength: 1, maxLength: 50, unit: 'grapheme' }),
        quantity: mostlySmall(fc.integer({ min: 1, max: 2 ** 31 - 1 })),
        unit_price_minor: mostlySmall(fc.maxSafeNat()),
      }),
      { minLength: 1, maxLength: 4 },
    ),
  },
  { requiredKeys: ['customer_id', 'items'] },
);
const legalReturn = fc.record({
  reason: fc.string({ minLength: 1, maxLength: 20 }),
  items: fc.array(
    fc.record({
      order_item_id: fc.oneof(fc.constant('ITEM'), fc.maxSafeNat()),
      quantity: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 2 ** 31 - 1 })),
    }),
    { minLength: 1, maxLength: 3 },
  ),
});

interface Mutation {
  readonly at: number;
  readonly how: 'replace' | 'remove' | 'rename' | 'add';
  readonly value: unknown;
  readonly name: string;
}
const mutation: fc.Arbitrary<Mutation> = fc.record({
  at: fc.nat(),
  how: fc.constantFrom('replace', 'remove', 'rename', 'add'),
  value: anything,
  name: fc.oneof(
    fc.string({ maxLength: 10 }),
    fc.constantFrom('__proto__', 'constructor', 'id', 'state', 'total_minor'),
  ),
});

/** Changes one place of a value: which one `at` says, of all that there are. */
function mutate(value: unknown, { at, how, value: replacement, name }: Mutation): unknown {
  const root: Record<string, unknown> = { body: structuredClone(value) };
  const places: [Record<string, unknown>, string][] = [];
  const visit = (part: object) => {
    for (const key of Object.keys(part)) {
      const container = part as Record<string, unknown>;
      places.push([container, key]);
      const inner = container[key];
      if (typeof inner === 'object' && inner !== null) visit(inner);
    }
  };
  visit(root);
  const [container, key] = places[at % places.length] ?? [root, 'body'];
  if (how === 'replace') container[key] = replacement;
  else if (how === 'add') addField(container, name, replacement);
  else {
    const old = container[key];
    Reflect.deleteProperty(container, key);
    if (how === 'rename') addField(container, name, old);
  }
  return root['body'];
}

/** As a field of its own even when it is called `__proto__`; an array has no names, and grows. */
function addField(container: Record<string, unknown>, name: string, value: unknown): void {
  if (Array.isArray(container)) container.push(value);
  else Object.defineProperty(container, name, { value, enumerable: true, configurable: true, writable: true });
}

/** Changes the text itself: cut short, doubled, or with bytes overwritten. */
const scribble = fc.record({ from: fc.nat(400), bytes: fc.uint8Array({ maxLength: 4 }), cut: fc.boolean() });
function scribbled(text: string, { from, bytes, cut }: { from: number; bytes: Uint8Array; cut: boolean }): Buffer {
  const buffer = Buffer.from(text);
  const at = buffer.length === 0 ? 0 : from % buffer.length;
  return Buffer.concat([buffer.subarray(0, at), bytes, cut ? Buffer.alloc(0) : buffer.subarray(at)]);
}

const bodyOf = (legal: fc.Arbitrary<unknown>): fc.Arbitrary<Buffer> => {
  const mutated = fc
    .tuple(legal, fc.array(mutation, { maxLength: 2 }))
    .map(([body, steps]) => steps.reduce(mutate, body));
  const text = fc
    .oneof({ weight: 6, arbitrary: mutated }, { weight: 1, arbitrary: anything })
    .map((body) => (body === undefined ? '' : JSON.stringify(body)));
  return fc.oneof(
    { weight: 5, arbitrary: text.map((each) => Buffer.from(each)) },
    { weight: 1, arbitrary: fc.tuple(text, scribble).map(([each, how]) => scribbled(each, how)) },
  );
};

describe('whatever comes in a body', () => {
  const seen = new Map<number, number>();
  const send = async (url: string, body: Buffer) => {
    const answer = await api.post(url, body, JSON_TYPE);
    seen.set(answer.statusCode, (seen.get(answer.statusCode) ?? 0) + 1);
    return answer.statusCode;
  };
  /** Of so many requests some must act and some be refused, or nothing was tried. */
  const expectBoth = () => {
    expect(seen.get(201)).toBeGreaterThan(10);
    expect(seen.get(400)).toBeGreaterThan(10);
    seen.clear();
  };

  it('an order is placed or refused, and never our failure', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(bodyOf(legalOrder), { minLength: 1, maxLength: 10 }), async (bodies) => {
        const statuses = await Promise.all(bodies.map((body) => send('/v1/orders', body)));
        for (const status of statuses) expect(EXPECTED).toContain(status);
      }),
      { numRuns: 200 },
    );
    expectBoth();
  });

  it('a return is taken or refused, and never our failure', async () => {
    const own = String(delivered.items[0]?.id);
    await fc.assert(
      fc.asyncProperty(fc.array(bodyOf(legalReturn), { minLength: 1, maxLength: 10 }), async (bodies) => {
        const sent = bodies.map((body) => {
          const text = body.toString('latin1').replaceAll('"ITEM"', own);
          return send(`/v1/orders/${delivered.id}/returns`, Buffer.from(text, 'latin1'));
        });
        for (const status of await Promise.all(sent)) expect(EXPECTED).toContain(status);
      }),
      { numRuns: 200 },
    );
    expectBoth();
  });

  it('a list is read or refused, whatever is asked of it', async () => {
    const name = fc.constantFrom(
      'state',
      'customer_id',
      'order_number',
      'sku',
      'created_from',
      'created_to',
      'limit',
      'after',
      'order_id',
      'kind',
    );
    const value = fc.oneof(
      anything.map((each) => (typeof each === 'string' ? each : JSON.stringify(each))),
      fc.constantFrom('1', 'PAID', 'x', '2026-01-01T00:00:00Z'),
    );
    const query = fc.array(fc.tuple(fc.oneof({ weight: 9, arbitrary: name }, fc.string()), value), { maxLength: 3 });
    const table = fc.constantFrom('orders', 'returns', 'refunds', 'jobs', `orders/${delivered.id}/transitions`);
    await fc.assert(
      fc.asyncProperty(table, query, async (path, pairs) => {
        const text = pairs
          .map((pair) => pair.map((each) => encodeURIComponent(each.toWellFormed())).join('='))
          .join('&');
        const { statusCode } = await api.get(`/v1/${path}?${text}`);
        expect([200, 400]).toContain(statusCode);
      }),
      { numRuns: 300 },
    );
  });

  it('and the process is alive, its tables whole', async () => {
    expect((await api.get('/ready')).statusCode).toBe(200);
    expect((await api.get(`/v1/orders/${delivered.id}`)).statusCode).toBe(200);
    expect(api.log.filter(({ level }) => level === 'error')).toEqual([]);
  });
});
