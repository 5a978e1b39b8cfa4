import { answerOf, api, etagOf, newKey } from './client.ts';
import type { Job, Order, OrderEvent, Payment, Refund, Return, ReturnEvent } from './types.ts';

interface Versioned {
  readonly id: number;
  readonly version: number;
}

const bodyOf = (reason: string) => (reason.trim() === '' ? {} : { reason: reason.trim() });

/** @throws ApiProblem with a status of 412 when the order is not as the person saw it any more */
export function moveOrder(seen: Versioned, event: OrderEvent, reason: string, key: string): Promise<Order> {
  return answerOf(
    api.POST(`/v1/orders/{id}/${event}`, {
      params: { path: { id: seen.id }, header: { 'if-match': etagOf(seen), 'idempotency-key': key } },
      body: bodyOf(reason),
    }),
  );
}

/** @throws ApiProblem with a status of 412 when the return's order is not as the person saw it any more */
export function moveReturn(seen: Versioned, event: ReturnEvent, reason: string, key: string): Promise<Return> {
  return answerOf(
    api.POST(`/v1/returns/{id}/${event}`, {
      params: { path: { id: seen.id }, header: { 'if-match': etagOf(seen), 'idempotency-key': key } },
      body: bodyOf(reason),
    }),
  );
}

export interface Completion {
  /** The lines of which not all is accepted. */
  readonly accepted: { readonly order_item_id: number; readonly quantity: number }[];
  readonly reason: string;
}

/** @throws ApiProblem with a status of 412 when the return's order is not as the person saw it any more */
export function completeReturn(seen: Versioned, { accepted, reason }: Completion, key: string): Promise<Return> {
  return answerOf(
    api.POST('/v1/returns/{id}/complete', {
      params: { path: { id: seen.id }, header: { 'if-match': etagOf(seen), 'idempotency-key': key } },
      body: { ...bodyOf(reason), ...(accepted.length > 0 ? { accepted } : {}) },
    }),
  );
}

/** What of a payment's events a person may ask for: the others are the gateway's. */
export type PaymentAct = Extract<Payment['allowed'][number], 'capture' | 'void'>;

/** @throws ApiProblem with a status of 412 when the order is not as the person saw it any more */
export function movePayment(
  order: Versioned,
  paymentId: number,
  event: PaymentAct,
  reason: string,
  key: string,
): Promise<Payment> {
  return answerOf(
    api.POST(`/v1/payments/{id}/${event}`, {
      params: { path: { id: paymentId }, header: { 'if-match': etagOf(order), 'idempotency-key': key } },
      body: bodyOf(reason),
    }),
  );
}

export interface ReturnRequest {
  readonly reason: string;
  readonly items: { readonly order_item_id: number; readonly quantity: number }[];
}

export function requestReturn(order: Versioned, request: ReturnRequest, key: string): Promise<Return> {
  return answerOf(
    api.POST('/v1/orders/{id}/returns', {
      params: { path: { id: order.id }, header: { 'if-match': etagOf(order), 'idempotency-key': key } },
      body: request,
    }),
  );
}

/** What a person may have a refund do by a word alone: sent again, or let through, or turned down. */
export function moveRefund(
  id: number,
  event: Exclude<Refund['allowed'][number], 'record'>,
  reason: string,
  key: string,
): Promise<Refund> {
  return answerOf(
    api.POST(`/v1/refunds/{id}/${event}`, {
      params: { path: { id }, header: { 'idempotency-key': key } },
      body: bodyOf(reason),
    }),
  );
}

/** The gateway has declined it for good, and the shop has paid it some other way. */
export function recordRefund(id: number, reference: string, reason: string, key: string): Promise<Refund> {
  return answerOf(
    api.POST('/v1/refunds/{id}/record', {
      params: { path: { id }, header: { 'idempotency-key': key } },
      body: { reference: reference.trim(), ...bodyOf(reason) },
    }),
  );
}

export function retryJob(id: number) {
  return answerOf(
    api.POST('/v1/jobs/{id}/retry', { params: { path: { id }, header: { 'idempotency-key': newKey() } }, body: {} }),
  );
}

export function dismissJob(id: number, reason: string, key: string) {
  return answerOf(
    api.POST('/v1/jobs/{id}/dismiss', {
      params: { path: { id }, header: { 'idempotency-key': key } },
      body: { reason: reason.trim() },
    }),
  );
}

/** Dead jobs of one kind that failed with the same words; null: whatever they failed with. */
export function retryJobsAlike(kind: Job['kind'], lastError: string | null) {
  return answerOf(
    api.POST('/v1/jobs/retry', { body: { kind, ...(lastError === null ? {} : { last_error: lastError }) } }),
  );
}
