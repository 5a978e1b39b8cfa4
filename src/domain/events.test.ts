import { describe, expect, test } from 'vitest';
import { DOMAIN_EVENTS, domainEvent } from './events.ts';
import { lifecycles } from './lifecycles.ts';

describe('domain events', () => {
  test('there is one for each state of each lifecycle, under a name of its own', () => {
    const reached = lifecycles.flatMap(({ entity, states }) => states.map((state) => `${entity} ${state}`));
    expect(DOMAIN_EVENTS.map(({ entityType, state }) => `${entityType} ${state}`)).toEqual(reached);
    expect(new Set(DOMAIN_EVENTS.map(({ name }) => name)).size).toBe(DOMAIN_EVENTS.length);
    expect(new Set(DOMAIN_EVENTS.map(({ type }) => type)).size).toBe(DOMAIN_EVENTS.length);
  });

  test('they are named by the entity and the state reached, as others have subscribed to them', () => {
    expect(DOMAIN_EVENTS.map(({ name }) => name)).toEqual([
      'order.pending_payment',
      'order.paid',
      'order.processing_in_warehouse',
      'order.shipped',
      'order.delivered',
      'order.cancelled',
      'return.requested',
      'return.approved',
      'return.rejected',
      'return.in_transit',
      'return.received',
      'return.completed',
      'payment.pending',
      'payment.authorised',
      'payment.captured',
      'payment.voided',
      'payment.left_to_expire',
      'payment.failed',
      'refund.pending',
      'refund.submitted',
      'refund.succeeded',
      'refund.failed',
      'refund.awaiting_approval',
      'refund.rejected',
    ]);
    expect(domainEvent('order', 'SHIPPED').type).toBe('roundtrip.order.shipped.v1');
  });
});
