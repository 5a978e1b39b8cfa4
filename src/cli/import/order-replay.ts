import type { OrderEvent, OrderState, ReturnEvent, ReturnState } from '../../domain/lifecycles.ts';
import { readOrder, readOrderList, readReturn, type OrderAnswer, type Reader, type ReturnAnswer } from './answers.ts';
import type { ApiAnswer, ApiClient } from './api-client.ts';
import { ImportError } from './import-error.ts';
import type { PlannedOrder, PlannedReturn } from './import-plan.ts';
import { checkOrder, checkReturn } from './plan-check.ts';

/** How an order and a return go from their first state to the last, one event from each. */
const ORDER_PATH = new Map<string, OrderEvent>([
  ['PENDING_PAYMENT', 'pay'],
  ['PAID', 'process'],
  ['PROCESSING_IN_WAREHOUSE', 'ship'],
  ['SHIPPED', 'deliver'],
] satisfies [OrderState, OrderEvent][]);
const RETURN_PATH = new Map<string, ReturnEvent>([
  ['REQUESTED', 'approve'],
  ['APPROVED', 'dispatch'],
  ['IN_TRANSIT', 'receive'],
  ['RECEIVED', 'complete'],
] satisfies [ReturnState, ReturnEvent][]);

/** Four moves, and as many times that somebody else was faster. */
const MAX_MOVES = 8;

/**
 * Brings one order, and then its returns, to where the plan wants them, from wherever an earlier run left them. What
 * is there already is found again in two ways: by the idempotency keys, and, once the server has forgotten those, by
 * the order's number and by the return's reason, which is the cancelling invoice.
 */
export class OrderReplay {
  readonly #api: ApiClient;
  readonly #keyPrefix: string;
  readonly #signal: AbortSignal;

  /** @param keyPrefix begins every idempotency key, so that two formats cannot meet */
  constructor(api: ApiClient, keyPrefix: string, signal: AbortSignal) {
    this.#api = api;
    this.#keyPrefix = keyPrefix;
    this.#signal = signal;
  }

  /** Places the order, or finds it, and moves it until it is DELIVERED. */
  async deliver(planned: PlannedOrder): Promise<OrderAnswer> {
    const order = await this.#place(planned);
    checkOrder(planned, order);
    return this.#walk(order, {
      path: ORDER_PATH,
      last: 'DELIVERED',
      resource: `/v1/orders/${order.id}`,
      keyParts: [planned.orderNumber],
      refusalCode: 'order.illegal_transition',
      read: readOrder,
    });
  }

  /** Requests the return, or finds it in `order`, and moves it until it is COMPLETED. */
  async takeBack(planned: PlannedReturn, order: OrderAnswer): Promise<ReturnAnswer> {
    const { cancellingInvoice, orderNumber } = planned;
    const known = order.returns.find(({ reason }) => reason === cancellingInvoice);
    const found = known ?? (await this.#request(planned, order));
    checkReturn(planned, order, found);
    return this.#walk(found, {
      path: RETURN_PATH,
      last: 'COMPLETED',
      resource: `/v1/returns/${found.id}`,
      keyParts: [cancellingInvoice, orderNumber],
      refusalCode: 'return.illegal_transition',
      read: readReturn,
    });
  }

  async current(orderId: number): Promise<OrderAnswer> {
    return this.#get(`/v1/orders/${orderId}`, readOrder);
  }

  async #place({ orderNumber, customerId, currency, placedAt, items }: PlannedOrder): Promise<OrderAnswer> {
    const answer = await this.#post('/v1/orders', [orderNumber, 'create'], {
      order_number: orderNumber,
      customer_id: customerId,
      currency,
      placed_at: placedAt,
      items: items.map(({ sku, title, quantity, unitPriceMinor }) => {
        return { sku, title, quantity, unit_price_minor: unitPriceMinor };
      }),
    });
    if (!answer.ok && answer.code === 'order.number_taken') return this.#findByNumber(orderNumber);
    const order = readOrder('POST /v1/orders', answer);
    // A replayed answer tells how the order was when it was placed: without the returns that it may have by now.
    return answer.ok && answer.isReplayed ? this.current(order.id) : order;
  }

  async #findByNumber(orderNumber: string): Promise<OrderAnswer> {
    const { data } = await this.#get(`/v1/orders?order_number=${encodeURIComponent(orderNumber)}`, readOrderList);
    const [found] = data;
    if (!found) throw new ImportError('its number is taken by an order that cannot be found');
    return this.current(found.id);
  }

  async #request({ cancellingInvoice, orderNumber, items }: PlannedReturn, order: OrderAnswer): Promise<ReturnAnswer> {
    const path = `/v1/orders/${order.id}/returns`;
    const answer = await this.#post(path, [cancellingInvoice, orderNumber, 'return'], {
      reason: cancellingInvoice,
      items: items.map(({ lineIndex, quantity }) => ({ order_item_id: order.items[lineIndex]?.id, quantity })),
    });
    return readReturn(`POST ${path}`, answer);
  }

  async #walk<Found extends { readonly state: string }>(start: Found, walk: Walk<Found>): Promise<Found> {
    const { path, last, resource, keyParts, refusalCode, read } = walk;
    let found = start;
    for (let moves = 0; found.state !== last; moves += 1) {
      const event = path.get(found.state);
      if (event === undefined || moves === MAX_MOVES) {
        throw new ImportError(`${resource} is ${found.state}, from where the import does not reach ${last}`);
      }
      const target = `${resource}/${event}`;
      const answer = await this.#post(target, [...keyParts, event], {});
      // An event is illegal when somebody was faster; then the state tells from where to go on.
      const isMoved = !answer.ok && answer.code === refusalCode;
      found = isMoved ? await this.#get(resource, read) : read(`POST ${target}`, answer);
    }
    return found;
  }

  async #get<Value>(path: string, read: Reader<Value>): Promise<Value> {
    return read(`GET ${path}`, await this.#api.ask({ method: 'GET', path, signal: this.#signal }));
  }

  #post(path: string, keyParts: readonly string[], body: unknown): Promise<ApiAnswer> {
    // A header takes no blanks or letters past ASCII, which the number of a cancelling invoice may have.
    const idempotencyKey = [this.#keyPrefix, ...keyParts].map(encodeURIComponent).join(':');
    return this.#api.ask({ method: 'POST', path, idempotencyKey, body, signal: this.#signal });
  }
}

interface Walk<Found> {
  readonly path: ReadonlyMap<string, string>;
  /** The state to arrive in. */
  readonly last: string;
  readonly resource: string;
  readonly keyParts: readonly string[];
  /** The code of "this event is not legal in this state". */
  readonly refusalCode: string;
  readonly read: Reader<Found>;
}
