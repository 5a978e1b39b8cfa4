import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';
import { Type } from 'typebox';
import { Value } from 'typebox/value';
import { orderView } from '../../api/views/order.ts';
import { refundOf, refundView } from '../../api/views/refund.ts';
import { wholeReturnView } from '../../api/views/return.ts';
import { DEFAULT_MONEY_POLICY } from '../../domain/money/money-policy.ts';
import type { OrderCommand } from '../../domain/commands.ts';
import { decide } from '../../domain/decide.ts';
import type { Circumstances, Decision } from '../../domain/decision.ts';
import { orderLifecycle, returnLifecycle, type OrderEvent } from '../../domain/lifecycles.ts';
import { ALL_ORDERS } from '../../domain/orders/order-scope.ts';
import type { Order } from '../../domain/orders/order.ts';
import { placeOrder } from '../../domain/orders/place-order.ts';

/** What happens to a request: refused as busy, or its connection cut before or after it took effect. */
export type Fault = 'busy' | 'cut_before' | 'cut_after';

interface StoredAnswer {
  readonly status: number;
  readonly body: unknown;
}

const newOrder = Type.Object({
  order_number: Type.String(),
  customer_id: Type.String(),
  currency: Type.String(),
  placed_at: Type.String(),
  items: Type.Array(
    Type.Object({
      sku: Type.String(),
      title: Type.String(),
      quantity: Type.Integer(),
      unit_price_minor: Type.Integer(),
    }),
  ),
});
const newReturn = Type.Object({
  reason: Type.String(),
  items: Type.Array(Type.Object({ order_item_id: Type.Integer(), quantity: Type.Integer() })),
});

/**
 * The API for the tests of the import: the real core and the real answers, with memory for a database and faults on
 * demand. Whole-system tests use the real server.
 */
export class ApiStandIn {
  readonly orders = new Map<number, Order>();
  /** One entry for each request that changed something, such as `536365 pay`. */
  readonly effects: string[] = [];
  /** Sees every request, such as `POST /v1/orders`, and its idempotency key, before it is served. */
  onRequest: (request: string, key: string) => Fault | undefined = () => undefined;

  readonly #answersByKey = new Map<string, StoredAnswer>();
  readonly #server: Server = createServer((request, response) => void this.#serve(request, response));
  #lastId = 1_000;
  #lastInvoice = 0;
  #lastCreditNote = 0;

  static async start(): Promise<ApiStandIn> {
    const standIn = new ApiStandIn();
    await new Promise<void>((resolve) => standIn.#server.listen(0, '127.0.0.1', resolve));
    return standIn;
  }

  get url(): string {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('the stand-in does not listen');
    return `http://127.0.0.1:${address.port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** As after 24 hours. */
  forgetKeys(isForgotten: (key: string) => boolean = () => true): void {
    for (const key of this.#answersByKey.keys()) if (isForgotten(key)) this.#answersByKey.delete(key);
  }

  /** Moves an order as a person would, past the import and its keys. */
  move(orderId: number, events: readonly OrderEvent[]): void {
    for (const event of events) this.#execute(orderId, { type: 'move_order', event, reason: null });
  }

  /** Renders every invoice and has the gateway accept or decline every refund. */
  runJobs(refundOutcome: 'accept' | 'decline'): void {
    for (const { id } of this.orders.values()) {
      const { invoice, refunds } = this.#order(id);
      if (invoice) this.#execute(id, { type: 'mark_invoice', invoiceId: invoice.id, mark: 'rendered' });
      for (const { id: refundId, state, attempt } of refunds) {
        if (state !== 'PENDING') continue;
        this.#execute(id, { type: 'submit_refund', refundId });
        this.#execute(
          id,
          refundOutcome === 'accept'
            ? { type: 'settle_refund', refundId, gatewayReference: 'gateway-1' }
            : {
                type: 'fail_refund',
                refundId,
                attempt,
                failureCode: 'declined',
                failureMessage: 'The card is closed.',
              },
        );
      }
    }
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? '';
    const key = String(request.headers['idempotency-key'] ?? '');
    const fault = this.onRequest(`${request.method ?? ''} ${path}`, key);
    if (fault === 'cut_before') return void request.socket.destroy();
    const body = request.method === 'POST' ? await json(request) : undefined;
    if (fault === 'busy') {
      const problem = JSON.stringify({ code: 'busy', detail: 'Come back later.' });
      return void response.writeHead(503, { 'retry-after': '0' }).end(problem);
    }
    const kept = this.#answersByKey.get(key);
    const answer = kept ?? (request.method === 'POST' ? this.#write(path, body) : this.#read(path));
    if (key !== '') this.#answersByKey.set(key, answer);
    if (fault === 'cut_after') return void request.socket.destroy();
    response.writeHead(answer.status, { 'idempotency-replayed': String(kept !== undefined) });
    response.end(JSON.stringify(answer.body));
  }

  #read(path: string): StoredAnswer {
    const url = new URL(path, 'http://stand-in');
    const [, , resource, idText, part] = url.pathname.split('/');
    const id = Number(idText);
    const ok = (body: unknown): StoredAnswer => ({ status: 200, body });
    if (path === '/health') return ok({ status: 'ok' });
    if (resource === 'orders' && idText === undefined) {
      const number = url.searchParams.get('order_number');
      return ok({ data: [...this.orders.values()].filter((order) => order.orderNumber === number), next: null });
    }
    if (resource === 'orders' && part === 'invoice') {
      return ok({ number: '1', rendered_at: this.#order(id).invoice?.renderedAt ?? null });
    }
    if (resource === 'orders') return ok(orderView(this.#order(id), ALL_ORDERS));
    for (const order of this.orders.values()) {
      const found = order.returns.find((each) => each.id === id);
      if (resource === 'returns' && found) return ok(wholeReturnView(order, found));
      const refund = order.refunds.find((each) => each.id === id);
      if (resource === 'refunds' && refund) return ok(refundView(refundOf(order, refund), ALL_ORDERS));
    }
    return { status: 404, body: { code: 'not_found', detail: path } };
  }

  #write(path: string, body: unknown): StoredAnswer {
    const [, , resource, idText, action = ''] = path.split('/');
    const id = Number(idText);
    if (resource === 'orders' && idText === undefined) return this.#place(body);
    if (resource === 'orders' && action === 'returns') {
      const { reason, items } = Value.Parse(newReturn, body);
      const wanted = items.map((item) => ({ orderItemId: item.order_item_id, quantity: item.quantity }));
      const decision = this.#execute(id, { type: 'request_return', reason, items: wanted });
      return this.#returnAnswer(201, `${reason} return`, decision);
    }
    if (resource === 'orders') {
      const event = orderLifecycle.moves.find((move) => move.event === action)?.event;
      if (event === undefined) return { status: 404, body: { code: 'not_found', detail: path } };
      const decision = this.#execute(id, { type: 'move_order', event, reason: null });
      if (!decision.accepted) return problem(decision);
      this.effects.push(`${decision.order.orderNumber} ${event}`);
      return { status: 200, body: orderView(decision.order, ALL_ORDERS) };
    }
    const event = returnLifecycle.moves.find((move) => move.event === action)?.event;
    const order = [...this.orders.values()].find(({ returns }) => returns.some((each) => each.id === id));
    if (event === undefined || !order) return { status: 404, body: { code: 'not_found', detail: path } };
    const decision = this.#execute(order.id, { type: 'move_return', returnId: id, event, reason: null });
    return this.#returnAnswer(200, `${order.orderNumber} ${event}`, decision);
  }

  #place(body: unknown): StoredAnswer {
    const asked = Value.Parse(newOrder, body);
    if ([...this.orders.values()].some(({ orderNumber }) => orderNumber === asked.order_number)) {
      return { status: 409, body: { code: 'order.number_taken', detail: asked.order_number } };
    }
    const decision = placeOrder(
      {
        type: 'place_order',
        orderNumber: asked.order_number,
        customerId: asked.customer_id,
        customerEmail: null,
        currency: asked.currency,
        placedAt: new Date(asked.placed_at),
        items: asked.items.map((item) => ({ ...item, unitPriceMinor: item.unit_price_minor })),
      },
      this.#circumstances(),
    );
    if (!decision.accepted) return problem(decision);
    this.orders.set(decision.order.id, decision.order);
    this.effects.push(`${asked.order_number} create`);
    return { status: 201, body: orderView(decision.order, ALL_ORDERS) };
  }

  #returnAnswer(status: number, effect: string, decision: Decision): StoredAnswer {
    if (!decision.accepted) return problem(decision);
    const found = decision.order.returns.find(({ id }) => id === decision.subjectId);
    if (!found) throw new Error(`return ${decision.subjectId} is lost`);
    this.effects.push(effect);
    return { status, body: wholeReturnView(decision.order, found) };
  }

  #execute(orderId: number, command: OrderCommand): Decision {
    const decision = decide(this.#order(orderId), command, this.#circumstances());
    if (decision.accepted) this.orders.set(orderId, decision.order);
    return decision;
  }

  #order(id: number): Order {
    const order = this.orders.get(id);
    if (!order) throw new Error(`the import asked for an order ${id} that was never placed`);
    return order;
  }

  #circumstances(): Circumstances {
    return {
      now: new Date(),
      nextId: () => ++this.#lastId,
      nextOrderNumber: () => {
        throw new Error('the import numbers its orders itself');
      },
      nextInvoiceSequence: () => ++this.#lastInvoice,
      nextCreditNoteSequence: () => ++this.#lastCreditNote,
      actor: 'import',
      caller: 'import',
      moneyPolicy: DEFAULT_MONEY_POLICY,
      invoicePolicy: {
        prefix: 'INV',
        creditNotePrefix: 'CRN',
        timezone: 'UTC',
        locale: 'en-GB',
        financialYearStartMonth: 4,
        seller: {
          name: 'Shop',
          addressLines: [],
          region: null,
          countryCode: null,
          taxId: null,
          email: null,
          phone: null,
        },
      },
    };
  }
}

function problem(decision: Exclude<Decision, { accepted: true }>): StoredAnswer {
  const { code, detail } = decision.refusal;
  return { status: code.endsWith('illegal_transition') ? 409 : 422, body: { code, detail } };
}
