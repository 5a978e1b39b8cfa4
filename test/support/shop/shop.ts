import type { OrderEvent, OrderState, RefundState, ReturnEvent, ReturnState } from '../../../src/domain/lifecycles.ts';
import type { TestApi } from '../api.ts';

/** What answers say, where tests look; the contract has checked the whole. */
export interface OrderJson {
  readonly id: number;
  readonly order_number: string;
  readonly state: OrderState;
  readonly total_minor: number;
  readonly placed_at: string;
  readonly created_at: string;
  readonly version: number;
  readonly allowed: readonly string[];
  readonly items: readonly ItemJson[];
  readonly payments: readonly {
    readonly amount_minor: number;
    readonly captured_minor: number;
    readonly refunded_minor: number;
  }[];
  readonly returns: readonly ReturnJson[];
  readonly refunds: readonly RefundJson[];
  readonly invoice: { readonly id: number; readonly number: string } | null;
}

export interface ItemJson {
  readonly id: number;
  readonly sku: string;
  readonly quantity: number;
  readonly returned_quantity: number;
  readonly returnable_quantity: number;
  readonly total_minor: number;
}

export interface ReturnJson {
  readonly id: number;
  readonly order_id: number;
  readonly state: ReturnState;
  readonly version: number;
  readonly amount_minor: number;
  readonly refund_id: number | null;
  readonly allowed: readonly string[];
  readonly items: readonly { readonly order_item_id: number; readonly sku: string; readonly quantity: number }[];
}

export interface RefundJson {
  readonly id: number;
  readonly order_id: number;
  readonly return_id: number | null;
  readonly state: RefundState;
  readonly attempt: number;
  readonly amount_minor: number;
  readonly allowed: readonly string[];
}

export interface ProblemJson {
  readonly code: string;
  readonly status: number;
  readonly detail: string;
  readonly errors?: readonly { readonly field: string; readonly message: string }[];
  readonly [fact: string]: unknown;
}

export interface PageJson<Row> {
  readonly data: readonly Row[];
  readonly next: string | null;
}

export const KURTA = { sku: 'KURTA-M', title: 'Cotton kurta', quantity: 5, unit_price_minor: 129_900 };
export const SCARF = { sku: 'SCARF', title: 'Silk scarf', quantity: 2, unit_price_minor: 49_950 };

/** A body for POST /v1/orders that nothing is wrong with. */
export function newOrder(fields: object = {}) {
  return { customer_id: 'customer-1', items: [KURTA, SCARF], ...fields };
}

export async function placeOrder(api: TestApi, fields: object = {}): Promise<OrderJson> {
  const answer = await api.post('/v1/orders', newOrder(fields));
  if (answer.statusCode !== 201) throw new Error(`placing an order answered ${answer.statusCode}: ${answer.body}`);
  return answer.json<OrderJson>();
}

/** Sends the events one after the other; answers with the order after the last. */
export async function moveOrder(api: TestApi, id: number, ...events: readonly OrderEvent[]): Promise<OrderJson> {
  let order: OrderJson | undefined;
  for (const event of events) order = await moved<OrderJson>(api, `/v1/orders/${id}/${event}`);
  if (!order) throw new Error('no event was given');
  return order;
}

export async function deliveredOrder(api: TestApi, fields: object = {}): Promise<OrderJson> {
  const { id } = await placeOrder(api, fields);
  return moveOrder(api, id, 'pay', 'process', 'ship', 'deliver');
}

/** Asks to return `quantity` of the order's first line. */
export async function requestReturn(api: TestApi, order: OrderJson, quantity: number): Promise<ReturnJson> {
  const answer = await api.post(`/v1/orders/${order.id}/returns`, {
    reason: 'Too small',
    items: [{ order_item_id: order.items[0]?.id, quantity }],
  });
  if (answer.statusCode !== 201) throw new Error(`asking to return answered ${answer.statusCode}: ${answer.body}`);
  return answer.json<ReturnJson>();
}

export async function moveReturn(api: TestApi, id: number, ...events: readonly ReturnEvent[]): Promise<ReturnJson> {
  let part: ReturnJson | undefined;
  for (const event of events) part = await moved<ReturnJson>(api, `/v1/returns/${id}/${event}`);
  if (!part) throw new Error('no event was given');
  return part;
}

async function moved<Json>(api: TestApi, url: string): Promise<Json> {
  const answer = await api.post(url);
  if (answer.statusCode !== 200) throw new Error(`POST ${url} answered ${answer.statusCode}: ${answer.body}`);
  return answer.json<Json>();
}
