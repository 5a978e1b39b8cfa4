import { describe, expect, it } from 'vitest';
import { removeExpiredAnswers } from '../../../src/engine/idempotency.ts';
import { useApi, type Answer } from '../../support/api.ts';
import { deliveredOrder, newOrder, placeOrder, type OrderJson, type ProblemJson } from '../../support/shop/shop.ts';

const api = useApi();

const place = (key: string, fields: object = {}) =>
  api.post('/v1/orders', newOrder(fields), { 'idempotency-key': key });
const countOrders = async (customer: string) =>
  (await api.database.pool.query('SELECT FROM orders WHERE customer_id = $1', [customer])).rowCount;

/** All that a client sees of an answer but what belongs to the one request. */
const seen = ({ statusCode, headers, body }: Answer) => ({
  statusCode,
  location: headers.location,
  etag: headers.etag,
  type: headers['content-type'],
  body,
});

describe('Idempotency-Key', () => {
  it('gives a repetition the first answer, byte for byte, and says so', async () => {
    const first = await place('again', { customer_id: 'again' });
    expect(first.statusCode).toBe(201);
    expect(first.headers['idempotency-replayed']).toBeUndefined();
    const second = await place('again', { customer_id: 'again' });
    expect(second.headers['idempotency-replayed']).toBe('true');
    expect(seen(second)).toEqual(seen(first));
    expect(second.headers['x-request-id']).not.toBe(first.headers['x-request-id']);
    expect(await countOrders('again')).toBe(1);
  });

  it('takes a body with other white space for the same', async () => {
    const send = (indent: number) =>
      api.post('/v1/orders', JSON.stringify(newOrder({ customer_id: 'spaces' }), null, indent), {
        'content-type': 'application/json',
        'idempotency-key': 'spaces',
      });
    const first = await send(0);
    expect(seen(await send(4))).toEqual(seen(first));
    expect(await countOrders('spaces')).toBe(1);
  });

  it('refuses another body, and another address, under the same key', async () => {
    const first = await place('once', { customer_id: 'once' });
    const { id } = first.json<OrderJson>();
    const others = [
      await place('once', { customer_id: 'other' }),
      await api.post(`/v1/orders/${id}/pay`, {}, { 'idempotency-key': 'once' }),
      await api.post(`/v1/jobs/1/retry`, {}, { 'idempotency-key': 'once' }),
    ];
    for (const other of others) {
      expect(other.statusCode).toBe(422);
      expect(other.json<ProblemJson>().code).toBe('idempotency.key_reused');
    }
    expect(seen(await place('once', { customer_id: 'once' }))).toEqual(seen(first));
    expect(await countOrders('other')).toBe(0);
  });

  it('acts once when fifty come at once, and answers all of them the same', async () => {
    const answers = await Promise.all(Array.from({ length: 50 }, () => place('crowd', { customer_id: 'crowd' })));
    expect(new Set(answers.map((answer) => JSON.stringify(seen(answer)))).size).toBe(1);
    expect(answers[0]?.statusCode).toBe(201);
    expect(answers.filter(({ headers }) => headers['idempotency-replayed'] === 'true')).toHaveLength(49);
    expect(await countOrders('crowd')).toBe(1);
  });

  it('lets one body act when two come at once under the same key', async () => {
    const customers = ['left', 'right'];
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => place('fork', { customer_id: customers[index % 2] })),
    );
    expect(answers.filter(({ statusCode }) => statusCode === 201)).toHaveLength(10);
    expect(answers.filter(({ statusCode }) => statusCode === 422)).toHaveLength(10);
    expect([await countOrders('left'), await countOrders('right')].toSorted()).toEqual([0, 1]);
  });

  it('keeps keys apart', async () => {
    const answers = await Promise.all(['a', 'A', 'b', ' b b'].map((key) => place(key, { customer_id: 'apart' })));
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([201, 201, 201, 201]);
    expect(await countOrders('apart')).toBe(4);
  });

  it('covers every kind of POST, refusals too', async () => {
    const order = await deliveredOrder(api);
    const { id } = await placeOrder(api);
    const items = [{ order_item_id: order.items[0]?.id, quantity: 3 }];
    const jobs = (await api.get(`/v1/jobs?order_id=${order.id}`)).json<{ data: { id: number }[] }>();
    const posts = [
      [`/v1/orders/${id}/pay`, {}, 200],
      [`/v1/orders/${id}/ship`, {}, 409],
      [`/v1/orders/${order.id}/returns`, { reason: 'Too small', items }, 201],
      [`/v1/orders/999999999/pay`, {}, 404],
      [`/v1/jobs/${jobs.data[0]?.id ?? 0}/retry`, {}, 200],
    ] as const;
    for (const [url, body, status] of posts) {
      const key = { 'idempotency-key': `every ${url}` };
      const first = await api.post(url, body, key);
      expect(first.statusCode, url).toBe(status);
      const second = await api.post(url, body, key);
      expect(seen(second), url).toEqual(seen(first));
      expect(second.headers['idempotency-replayed'], url).toBe('true');
    }
    // The refusal was kept, though shipping would be refused for another reason by now.
    const paid = await api.get(`/v1/orders/${order.id}`);
    expect(paid.json<OrderJson>().items[0]?.returned_quantity).toBe(3);
  });

  it('answers a repeated payment with the order as it was, not as it is', async () => {
    const { id } = await placeOrder(api);
    const pay = () => api.post(`/v1/orders/${id}/pay`, {}, { 'idempotency-key': 'pay then' });
    const first = await pay();
    await api.post(`/v1/orders/${id}/process`);
    expect(seen(await pay())).toEqual(seen(first));
  });

  it('keeps nothing of a request that could not be read: corrected, it acts', async () => {
    expect((await place('mend', { customer_id: '' })).statusCode).toBe(400);
    expect((await place('mend', { customer_id: 'mend' })).statusCode).toBe(201);
  });

  it('is forgotten after a day; the order number still refuses a second order', async () => {
    const fields = { customer_id: 'late', order_number: 'LATE-1' };
    expect((await place('late', fields)).statusCode).toBe(201);
    const age = (hours: number) =>
      api.database.pool.query(
        "UPDATE idempotency_keys SET created_at = now() - make_interval(hours => $1) WHERE key = 'late'",
        [hours],
      );
    await age(23);
    expect(await removeExpiredAnswers(api.database.pool)).toBe(0);
    expect((await place('late', fields)).headers['idempotency-replayed']).toBe('true');
    await age(25);
    expect(await removeExpiredAnswers(api.database.pool)).toBe(1);
    const late = await place('late', fields);
    expect(late.statusCode).toBe(409);
    expect(late.json<ProblemJson>().code).toBe('order.number_taken');
    expect(await countOrders('late')).toBe(1);
  });

  it.for(['', 'k'.repeat(256)])('is refused empty and over 255 characters', async (key) => {
    const answer = await place(key, { customer_id: 'refused' });
    expect(answer.statusCode).toBe(400);
    expect(answer.json<ProblemJson>().errors).toMatchObject([{ field: 'idempotency-key' }]);
    expect(await countOrders('refused')).toBe(0);
  });

  it('takes 255 characters, and any that a header carries', async () => {
    const key = `'"; DROP TABLE orders; -- é\t`.padEnd(254, 'k') + 'x';
    const first = await place(key);
    expect(first.statusCode).toBe(201);
    expect(seen(await place(key))).toEqual(seen(first));
  });
});
