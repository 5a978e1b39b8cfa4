import type { TestApi } from '../api.ts';
import { bearer, issueKey } from '../keys.ts';
import { newOrder, type OrderJson, type RefundJson, type ReturnJson } from './shop.ts';

/** In every text that belongs to the order of the first shop, and in nothing else. */
export const MARK = 'MARKED';
export const CUSTOMER = `${MARK}-customer`;

export interface ProtectedShop {
  /** The secret of a key, by role; `shop` has placed nothing. */
  readonly secrets: Readonly<Record<'admin' | 'support' | 'warehouse' | 'finance' | 'read_only' | 'shop', string>>;
  /** The shop that placed the order. */
  readonly owner: string;
  /** The token of the order's customer, asked for by that shop. */
  readonly customer: string;
  /** Tokens of those who have nothing to do with it, by who they are. */
  readonly strangers: Readonly<Record<string, string>>;
  readonly order: OrderJson;
  readonly returned: ReturnJson;
  readonly refund: RefundJson;
  readonly creditNoteId: number;
}

/**
 * A shop's order that was delivered, partly returned and refunded, behind a door that is closed.
 *
 * @param administrator who makes the first key; left out: this machine's user
 */
export async function makeProtectedShop(api: TestApi, administrator?: string): Promise<ProtectedShop> {
  const admin = (await issueKey(api, { name: 'admin', role: 'admin' }, administrator)).secret;
  const key = async (role: string, name = role) => (await issueKey(api, { name, role }, admin)).secret;
  const owner = await key('shop', 'owning shop');
  const shop = await key('shop', 'other shop');
  const secrets = {
    admin,
    support: await key('support'),
    warehouse: await key('warehouse'),
    finance: await key('finance'),
    read_only: await key('read_only'),
    shop,
  };
  const post = async <Json>(url: string, body: object, secret: string): Promise<Json> => {
    const answer = await api.post(url, body, bearer(secret));
    if (answer.statusCode >= 300) throw new Error(`POST ${url} answered ${answer.statusCode}: ${answer.body}`);
    return answer.json<Json>();
  };
  const token = async (customerId: string, secret: string) =>
    (await post<{ token: string }>('/v1/customer-tokens', { customer_id: customerId }, secret)).token;

  const items = [{ sku: `${MARK}-sku`, title: `${MARK} title`, quantity: 5, unit_price_minor: 100 }];
  const placed = await post<OrderJson>(
    '/v1/orders',
    newOrder({ order_number: `${MARK}-1`, customer_id: CUSTOMER, items }),
    owner,
  );
  for (const event of ['pay', 'process', 'ship', 'deliver']) await post(`/v1/orders/${placed.id}/${event}`, {}, admin);
  const wanted = { reason: `${MARK} reason`, items: [{ order_item_id: placed.items[0]?.id, quantity: 1 }] };
  const requested = await post<ReturnJson>(`/v1/orders/${placed.id}/returns`, wanted, owner);
  for (const event of ['approve', 'dispatch', 'receive', 'complete']) {
    await post(`/v1/returns/${requested.id}/${event}`, {}, admin);
  }
  const order = (await api.get(`/v1/orders/${placed.id}`, bearer(admin))).json<OrderJson>();
  const [returned] = order.returns;
  const [refund] = order.refunds;
  const creditNote = await api.get(`/v1/refunds/${refund?.id}/credit-note`, bearer(admin));
  if (!returned || !refund) throw new Error('completing the return made no refund');
  return {
    secrets,
    owner,
    customer: await token(CUSTOMER, owner),
    strangers: {
      'another shop': shop,
      'another customer of the shop': await token('stranger', owner),
      'a customer of the same name of another shop': await token(CUSTOMER, shop),
      'another customer, by support': await token('stranger', secrets.support),
    },
    order,
    returned,
    refund,
    creditNoteId: creditNote.json<{ id: number }>().id,
  };
}
