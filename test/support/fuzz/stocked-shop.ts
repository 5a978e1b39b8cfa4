import type { OrderEvent } from '../../../src/domain/lifecycles.ts';
import type { TestApi } from '../api.ts';
import { deliveredOrder, moveOrder, moveReturn, placeOrder, requestReturn } from '../shop/shop.ts';
import type { KnownIds } from './requests.ts';

const OF_EACH = 6;
const JOURNEYS: readonly (readonly OrderEvent[])[] = [
  [],
  ['pay'],
  ['pay', 'process'],
  ['pay', 'process', 'ship'],
  ['pay', 'cancel'],
];

export interface Keys {
  /** The secret of an administrator's key, and its id, which the requests spare. */
  readonly secret: string;
  readonly own: number;
  /** Of a key to be read, rotated and revoked. */
  readonly other: number;
}

/** From here on the API is closed to whoever brings no key. */
export async function makeKeys(api: TestApi): Promise<Keys> {
  const make = async (name: string, headers = {}) => {
    const answer = await api.post('/v1/keys', { name, role: 'admin' }, headers);
    return answer.json<{ id: number; secret: string }>();
  };
  const { id: own, secret } = await make('fuzz');
  const { id: other } = await make('fuzzed', { authorization: `Bearer ${secret}` });
  return { secret, own, other };
}

/** Orders, returns and refunds in every state that a person can bring them to, a webhook endpoint, and their ids. */
export async function stockedShop(api: TestApi): Promise<KnownIds> {
  const orders: number[] = [];
  const returns: number[] = [];
  for (let round = 0; round < OF_EACH; round += 1) {
    for (const events of JOURNEYS) {
      const { id } = await placeOrder(api);
      if (events.length > 0) await moveOrder(api, id, ...events);
      orders.push(id);
    }
    const delivered = await deliveredOrder(api);
    orders.push(delivered.id);
    const requested = await requestReturn(api, delivered, 1);
    const done = await requestReturn(api, delivered, 1);
    await moveReturn(api, done.id, 'approve', 'dispatch', 'receive', 'complete');
    returns.push(requested.id, done.id);
  }
  const endpoint = await api.post('/v1/webhook-endpoints', { url: 'https://hooks.shop.example/' });
  const endpointId = endpoint.json<{ id: number }>().id;
  const delivery = await api.post(`/v1/webhook-endpoints/${endpointId}/test`);
  const idsOf = async (table: string) => {
    const { rows } = await api.database.pool.query<{ id: number }>(`SELECT id FROM ${table} ORDER BY id LIMIT 50`);
    return rows.map(({ id }) => id);
  };
  return {
    orders,
    returns,
    refunds: await idsOf('refunds'),
    jobs: await idsOf('jobs'),
    'webhook-endpoints': [endpointId],
    'webhook-deliveries': [delivery.json<{ id: number }>().id],
  };
}
