import { Type } from 'typebox';
import { DOMAIN_EVENTS } from '../../domain/events.ts';
import { lifecycles } from '../../domain/lifecycles.ts';
import { DATA_SCHEMA } from '../../queries/events/cloud-event.ts';
import { Id, named, Nullable, PageQuery, ref, strict, TimestampOut } from './common.ts';

const EventType = Type.Enum(DOMAIN_EVENTS.map(({ type }) => type));

export const TransitionEventSchema = named(
  'TransitionEvent',
  Type.Object(
    {
      transition_id: Id,
      order_id: Id,
      order_number: Type.String(),
      entity_type: Type.Enum(lifecycles.map(({ entity }) => entity)),
      entity_id: Id,
      event: Type.String({ examples: ['ship'] }),
      from_state: Nullable(Type.String()),
      to_state: Type.String({ examples: ['SHIPPED'] }),
      actor: Type.String(),
      reason: Nullable(Type.String()),
      sequence: Type.Integer({ description: "Position in the order's record, from 1; events of an order come by it" }),
    },
    { description: `The data of an event, ${DATA_SCHEMA}` },
  ),
);

export const EventSchema = named(
  'Event',
  Type.Object(
    {
      specversion: Type.Literal('1.0'),
      id: Type.String({ description: "The transition's id: the same in every copy of the event", examples: ['1042'] }),
      source: Type.String({
        description: 'The same for all events of an installation: with it, an `id` is unique',
        examples: ['/roundtrip/r3f9d2c41b7a'],
      }),
      type: EventType,
      subject: Type.String({ examples: ['orders/1001'] }),
      time: TimestampOut,
      datacontenttype: Type.Literal('application/json'),
      dataschema: Type.String({ examples: [DATA_SCHEMA] }),
      data: ref(TransitionEventSchema),
    },
    { description: 'CloudEvents 1.0, as the broker carries it too' },
  ),
);

export const EventPage = named(
  'EventPage',
  Type.Object({
    data: Type.Array(ref(EventSchema)),
    next: Type.String({
      description: 'Hand it back as `after`. The same as `after`: there is nothing after it yet',
      examples: ['42'],
    }),
  }),
);

export const EventListQuery = Type.Object(
  {
    after: Type.Optional(
      Type.String({ pattern: '^[0-9]{1,15}$', description: '`next` of the page before; none from the beginning' }),
    ),
    limit: PageQuery.limit,
    type: Type.Optional(EventType),
  },
  strict,
);
