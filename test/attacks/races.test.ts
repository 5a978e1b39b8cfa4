import { beforeAll, describe, expect, it } from 'vitest';
import { lifecycles } from '../../src/domain/lifecycles.ts';
import { DEFAULT_MONEY_POLICY } from '../../src/domain/money/money-policy.ts';
import { useApi, type Answer } from '../support/api.ts';
import { bearer, issueKey } from '../support/keys.ts';
import {
  deliveredOrder,
  moveOrder,
  moveReturn,
  newOrder,
  placeOrder,
  requestReturn,
  type OrderJson,
  type ProblemJson,
  type RefundJson,
} from '../support/shop/shop.ts';

/** Above it a refund without goods needs a second person. */
const APPROVAL_ABOVE_MINOR = 600_000;
const api = useApi({ moneyPolicy: { ...DEFAULT_MONEY_POLICY, refundApprovalAboveMinor: APPROVAL_ABOVE_MINOR } });
const AT_ONCE = [2, 5, 50];

interface Move {
  readonly event: string;
  readonly from: string;
  readonly to: string;
}

/** A thing whose commands are raced, and how one comes into a state. */
interface Racer {
  readonly entity: 'order' | 'return';
  readonly moves: readonly Move[];
  readonly path: string;
  /** Answers with the id of a new one that the events have led on. */
  make(events: readonly string[]): Promise<number>;
}

const racerOf = (entity: Racer['entity'], path: string, make: Racer['make']): Racer => {
  const moves = lifecycles.find((each) => each.entity === entity)?.moves ?? [];
  return { entity, path, make, moves: moves.flatMap(({ event, from, to }) => ({ event, from, to })) };
};

const RACERS: readonly Racer[] = [
  racerOf('order', 'orders', async (events) => {
    const { id } = await placeOrder(api);
    if (events.length > 0) await moveOrder(api, id, ...(events as Parameters<typeof moveOrder>[2][]));
    return id;
  }),
  racerOf('return', 'returns', async (events) => {
    const { id } = await requestReturn(api, await deliveredOrder(api), 1);
    if (events.length > 0) await moveReturn(api, id, ...(events as Parameters<typeof moveReturn>[2][]));
    return id;
  }),
];

/** The shortest way from where a thing begins to a state. */
function eventsTo({ moves, entity }: Racer, state: string): readonly string[] {
  const initial = lifecycles.find((each) => each.entity === entity)?.initial ?? '';
  const ways = new Map<string, readonly string[]>([[initial, []]]);
  for (const [at, way] of ways) {
    for (const { event, from, to } of moves) if (from === at && !ways.has(to)) ways.set(to, [...way, event]);
  }
  const way = ways.get(state);
  if (!way) throw new Error(`no way leads to ${state}`);
  return way;
}

/** Every pair of commands that a state lets at least one of through. */
function pairsOf({ moves }: Racer): { state: string; pair: readonly [string, string] }[] {
  const events = [...new Set(moves.map(({ event }) => event))];
  const states = [...new Set(moves.map(({ from }) => from))];
  return states.flatMap((state) => {
    const legal = (event: string) => moves.some((move) => move.from === state && move.event === event);
    return events.flatMap((a, index) =>
      events.slice(index).flatMap((b) => (legal(a) || legal(b) ? { state, pair: [a, b] as const } : [])),
    );
  });
}

/** How many of so many tries of the two commands may succeed, one after the other; some lead round in a circle. */
function mostWinners({ moves }: Pick<Racer, 'moves'>, state: string, pair: readonly string[], tries: number): number {
  let reached = new Set([state]);
  for (let won = 0; won < tries; won += 1) {
    const leading = moves.filter(({ from, event }) => reached.has(from) && pair.includes(event));
    if (leading.length === 0) return won;
    reached = new Set(leading.map(({ to }) => to));
  }
  return tries;
}

it('as many tries may win as the moves lead on, and all of those that lead round in a circle', () => {
  const moves: readonly Move[] = [
    { event: 'hold', from: 'PAID', to: 'ON_HOLD' },
    { event: 'release', from: 'ON_HOLD', to: 'PAID' },
    { event: 'cancel', from: 'PAID', to: 'CANCELLED' },
  ];
  expect(mostWinners({ moves }, 'PAID', ['hold', 'release'], 50)).toBe(50);
  expect(mostWinners({ moves }, 'PAID', ['hold', 'cancel'], 50)).toBe(1);
  expect(mostWinners({ moves }, 'ON_HOLD', ['release', 'cancel'], 50)).toBe(2);
  expect(mostWinners({ moves }, 'CANCELLED', ['hold', 'release'], 50)).toBe(0);
});

describe.each(RACERS)('two commands on one $entity', (racer) => {
  const pairs = pairsOf(racer);
  beforeAll(() => {
    expect(pairs.length).toBeGreaterThan(10);
  });

  it.for(AT_ONCE)(
    '%d at once, every pair in every state: exactly as many win as the lifecycle lets',
    async (atOnce) => {
      const race = async ({ state, pair }: (typeof pairs)[number]) => {
        const id = await racer.make(eventsTo(racer, state));
        const where = `${pair.join(' against ')} in ${state}, ${atOnce} at once`;
        const before = await recorded(id);
        const tries = Array.from({ length: atOnce }, (_, index) => pair[index % 2] ?? pair[0]);
        const answers = await Promise.all(tries.map((event) => api.post(`/v1/${racer.path}/${id}/${event}`)));
        const won = answers.filter(({ statusCode }) => statusCode === 200).length;
        const lost = answers.filter(({ statusCode }) => statusCode === 409).length;
        const after = await recorded(id);
        expect(won + lost, where).toBe(atOnce);
        expect(won, where).toBeGreaterThanOrEqual(1);
        expect(won, where).toBeLessThanOrEqual(mostWinners(racer, state, pair, atOnce));
        // Each winner is on record once, and the record is one legal walk.
        expect(after.length - before.length, where).toBe(won);
        let at = state;
        for (const { from_state: from, to_state: to } of after.slice(before.length)) {
          expect(from, where).toBe(at);
          at = to;
        }
      };
      for (let start = 0; start < pairs.length; start += 4) await Promise.all(pairs.slice(start, start + 4).map(race));
    },
  );

  async function recorded(id: number): Promise<{ from_state: string | null; to_state: string }[]> {
    const { rows } = await api.database.pool.query<{ from_state: string | null; to_state: string }>(
      'SELECT from_state, to_state FROM state_transitions WHERE entity_type = $1 AND entity_id = $2 ORDER BY sequence',
      [racer.entity, id],
    );
    return rows;
  }
});

describe('one thing that can happen once', () => {
  it.for(AT_ONCE)('a return of all that was bought: of %d at once one is taken', async (atOnce) => {
    const order = await deliveredOrder(api);
    const items = order.items.map(({ id, quantity }) => ({ order_item_id: id, quantity }));
    const answers = await Promise.all(
      Array.from({ length: atOnce }, () => api.post(`/v1/orders/${order.id}/returns`, { reason: 'Race', items })),
    );
    expect(answers.filter(({ statusCode }) => statusCode === 201)).toHaveLength(1);
    expect(answers.filter(({ statusCode }) => statusCode === 422)).toHaveLength(atOnce - 1);
  });

  it.for(AT_ONCE)('an order number: of %d at once one is placed', async (atOnce) => {
    const body = {
      customer_id: 'c',
      order_number: `RACE-${atOnce}`,
      items: [{ sku: 'A', title: 'A', quantity: 1, unit_price_minor: 1 }],
    };
    const answers = await Promise.all(Array.from({ length: atOnce }, () => api.post('/v1/orders', body)));
    expect(answers.filter(({ statusCode }) => statusCode === 201)).toHaveLength(1);
    expect(answers.filter(({ statusCode }) => statusCode === 409)).toHaveLength(atOnce - 1);
  });

  it.for(AT_ONCE)('a changed endpoint: of %d with one ETag at once one is first', async (atOnce) => {
    const made = await api.post('/v1/webhook-endpoints', { url: 'https://hooks.shop.example/' });
    const { id } = made.json<{ id: number }>();
    const headers = { 'if-match': '"1"' };
    const answers = await Promise.all(
      Array.from({ length: atOnce }, (_, index) =>
        api.send({
          method: 'PATCH',
          url: `/v1/webhook-endpoints/${id}`,
          payload: { description: `${index}` },
          headers,
        }),
      ),
    );
    expect(answers.filter(({ statusCode }) => statusCode === 200)).toHaveLength(1);
    expect(answers.filter(({ statusCode }) => statusCode === 412)).toHaveLength(atOnce - 1);
  });
});

describe('money that is there once', () => {
  /** More than half of it, so that no two fit. */
  const most = (minor: number) => Math.floor(minor / 2) + 1;

  function expectOneWinner(answers: readonly Answer[], status: number, code: string): void {
    const lost = answers.filter(({ statusCode }) => statusCode !== status);
    expect(lost).toHaveLength(answers.length - 1);
    for (const answer of lost) expect(answer.json<ProblemJson>()).toMatchObject({ status: 409, code });
  }

  async function expectBalanced(id: number): Promise<void> {
    const { payments, refunds } = (await api.get(`/v1/orders/${id}`)).json<OrderJson>();
    const captured = payments.reduce((sum, { captured_minor: amount }) => sum + amount, 0);
    const refunded = refunds.reduce((sum, { amount_minor: amount }) => sum + amount, 0);
    expect(refunded).toBeLessThanOrEqual(captured);
    expect(payments.reduce((sum, { refunded_minor: amount }) => sum + amount, 0)).toBe(refunded);
  }

  it.for(AT_ONCE)('payments that together come to too much: of %d at once one is taken', async (atOnce) => {
    const { id, total_minor: total } = await placeOrder(api);
    const pay = () => api.post(`/v1/orders/${id}/payments`, { amount_minor: most(total) });
    expectOneWinner(await Promise.all(Array.from({ length: atOnce }, pay)), 201, 'payment.exceeds_outstanding');
    const paid = (await api.get(`/v1/orders/${id}`)).json<OrderJson>();
    expect(paid.payments.map(({ amount_minor: amount }) => amount)).toEqual([most(total)]);
  });

  it.for(AT_ONCE)('refunds that together exceed what is left: of %d at once one is made', async (atOnce) => {
    const { id, total_minor: total } = await deliveredOrder(api);
    const refund = () => api.post(`/v1/orders/${id}/refunds`, { amount_minor: most(total), reason: 'Race' });
    expectOneWinner(await Promise.all(Array.from({ length: atOnce }, refund)), 201, 'refund.exceeds_captured');
    await expectBalanced(id);
  });

  it.for(AT_ONCE)(
    'a refund of all against a return that completes, %d at once: nothing goes back twice',
    async (atOnce) => {
      const order = await deliveredOrder(api);
      const part = await requestReturn(api, order, order.items[0]?.quantity ?? 0);
      await moveReturn(api, part.id, 'approve', 'dispatch', 'receive');
      const tries = Array.from({ length: atOnce }, (_, index) =>
        index % 2 === 0
          ? api.post(`/v1/orders/${order.id}/refunds`, { amount_minor: most(order.total_minor), reason: 'Race' })
          : api.post(`/v1/returns/${part.id}/complete`),
      );
      const answers = await Promise.all(tries);
      const refunds = answers.filter((_, index) => index % 2 === 0);
      const completions = answers.filter((_, index) => index % 2 === 1);
      // Goods that came back are settled, with what is left; money without goods goes only while there is enough.
      expectOneWinner(completions, 200, 'return.illegal_transition');
      expect(refunds.filter(({ statusCode }) => statusCode === 201).length).toBeLessThanOrEqual(1);
      for (const { statusCode } of refunds) expect([201, 409]).toContain(statusCode);
      await expectBalanced(order.id);
    },
  );

  describe('and needs two people', () => {
    let secrets: readonly string[];
    beforeAll(async () => {
      const admin = (await issueKey(api, { name: 'asks', role: 'admin' })).secret;
      const finance = async (name: string) => (await issueKey(api, { name, role: 'finance' }, admin)).secret;
      secrets = [admin, await finance('first to approve'), await finance('second to approve')];
    });

    const rounds = AT_ONCE.flatMap((atOnce) => [
      { atOnce, decisions: ['approve', 'approve'] as const },
      { atOnce, decisions: ['approve', 'reject'] as const },
    ]);
    it.for(rounds)('$decisions by one and another, $atOnce at once: one of them decides', async (round) => {
      const { atOnce, decisions } = round;
      const [asks = '', ...others] = secrets;
      const placed = await api.post('/v1/orders', newOrder(), bearer(asks));
      const { id } = placed.json<OrderJson>();
      await api.post(`/v1/orders/${id}/pay`, {}, bearer(asks));
      const wanted = { amount_minor: APPROVAL_ABOVE_MINOR + 1, reason: 'Race' };
      const asked = await api.post(`/v1/orders/${id}/refunds`, wanted, bearer(asks));
      const [refund] = asked.json<{ data: RefundJson[] }>().data;
      expect(refund?.state).toBe('AWAITING_APPROVAL');
      const decide = (index: number) =>
        api.post(`/v1/refunds/${refund?.id}/${decisions[index % 2] ?? ''}`, {}, bearer(others[index % 2] ?? ''));
      const answers = await Promise.all(Array.from({ length: atOnce }, (_, index) => decide(index)));
      expectOneWinner(answers, 200, 'refund.illegal_transition');
      expect((await api.get(`/v1/refunds/${refund?.id}`, bearer(asks))).json<RefundJson>().state).toBe(
        answers.find(({ statusCode }) => statusCode === 200)?.json<RefundJson>().state,
      );
    });
  });
});
