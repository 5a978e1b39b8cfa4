import { lifecycles, type EntityType } from './lifecycles.ts';

/** A thing that others are told of: an entity has reached a state. */
export interface DomainEvent {
  /** Such as `order.shipped`: the entity, and the state that it has reached. */
  readonly name: string;
  /** Such as `roundtrip.order.shipped.v1`. The version grows when a reader of the old shape could not read the new. */
  readonly type: string;
  readonly entityType: EntityType;
  readonly state: string;
}

/** Every event that there is, in the order of the lifecycles. */
export const DOMAIN_EVENTS: readonly DomainEvent[] = lifecycles.flatMap(({ entity, states }) =>
  states.map((state) => domainEvent(entity, state)),
);

/** What a transition of `entityType` to `state` is called. */
export function domainEvent(entityType: EntityType, state: string): DomainEvent {
  const name = `${entityType}.${state.toLowerCase()}`;
  return { name, type: `roundtrip.${name}.v1`, entityType, state };
}
