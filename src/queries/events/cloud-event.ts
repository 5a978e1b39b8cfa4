import { domainEvent } from '../../domain/events.ts';
import type { PlacedEvent } from './event-feed.ts';

/** An event as others get it, whichever way: CloudEvents 1.0, in its structured JSON form. */
export interface CloudEvent {
  readonly specversion: '1.0';
  /** The transition's id: the same in every copy of the event. */
  readonly id: string;
  /** Bears the installation's token: several may send to the same exchange, and ids are each one's own. */
  readonly source: string;
  readonly type: string;
  readonly subject: string;
  readonly time: Date;
  readonly datacontenttype: 'application/json';
  readonly dataschema: string;
  readonly data: CloudEventData;
}

/** Nothing here tells who the customer is; whoever needs to know asks for the order. */
export interface CloudEventData {
  readonly transition_id: number;
  readonly order_id: number;
  readonly order_number: string;
  readonly entity_type: PlacedEvent['entityType'];
  readonly entity_id: number;
  readonly event: string;
  readonly from_state: string | null;
  readonly to_state: string;
  readonly actor: string;
  readonly reason: string | null;
  readonly sequence: number;
}

export const CLOUD_EVENT_TYPE = 'application/cloudevents+json';
/** Named, not fetched: `TransitionEvent` of the OpenAPI document describes it. */
export const DATA_SCHEMA = 'urn:roundtrip:schema:transition:v1';

export function cloudEventOf(placed: Omit<PlacedEvent, 'position'>): CloudEvent {
  return {
    specversion: '1.0',
    id: String(placed.transitionId),
    source: `/roundtrip/${placed.installation}`,
    type: domainEvent(placed.entityType, placed.toState).type,
    subject: `orders/${placed.orderId}`,
    time: placed.createdAt,
    datacontenttype: 'application/json',
    dataschema: DATA_SCHEMA,
    data: {
      transition_id: placed.transitionId,
      order_id: placed.orderId,
      order_number: placed.orderNumber,
      entity_type: placed.entityType,
      entity_id: placed.entityId,
      event: placed.event,
      from_state: placed.fromState,
      to_state: placed.toState,
      actor: placed.actor,
      reason: placed.reason,
      sequence: placed.sequence,
    },
  };
}
