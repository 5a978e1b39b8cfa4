import { Type } from 'typebox';
import { DOMAIN_EVENTS } from '../../domain/events.ts';
import { TEST_EVENT_TYPE, WEBHOOK_DELIVERY_STATES } from '../../queries/webhooks/webhook-deliveries.ts';
import {
  DISABLED_REASONS,
  WEBHOOK_CHANGES,
  WEBHOOK_ENDPOINT_STATES,
} from '../../queries/webhooks/webhook-endpoints.ts';
import { Id, named, Nullable, pageOf, PageQuery, ref, strict, Text, TimestampOut } from './common.ts';

const EVENT_TYPES = DOMAIN_EVENTS.map(({ type }) => type);

const Url = Type.String({
  minLength: 1,
  maxLength: 2_000,
  description: 'https://, and not inside: no private, local or otherwise special address',
  examples: ['https://hooks.shop.example/roundtrip'],
});
const Description = Nullable(Text(500, 'Tells the warehouse'));
const EventTypes = Type.Array(Type.Enum(EVENT_TYPES), {
  maxItems: EVENT_TYPES.length,
  uniqueItems: true,
  description: 'The events that it is told of; none: all',
});
const Ordered = Type.Boolean({
  description: "An order's next event waits until the one before it has arrived, or was given up after three days",
});

const fields = {
  id: Id,
  url: Type.String(),
  description: Nullable(Type.String()),
  event_types: Type.Array(Type.Enum(EVENT_TYPES)),
  ordered: Type.Boolean(),
  state: Type.Enum(WEBHOOK_ENDPOINT_STATES),
  disabled_reason: {
    ...Nullable(Type.Enum(DISABLED_REASONS)),
    description: 'PERSON; FAILING: three days without success; GONE: it answered 410',
  },
  disabled_at: Nullable(TimestampOut),
  missed_after: {
    ...Nullable(Type.String()),
    description: 'Of a disabled endpoint: `after` of `GET /v1/events` for what it is not told of',
  },
  failing_since: { ...Nullable(TimestampOut), description: 'The first failure after the last success' },
  previous_secret_until: {
    ...Nullable(TimestampOut),
    description: 'Until when the secret before this one signs as well',
  },
  version: Type.Integer(),
  created_at: TimestampOut,
  updated_at: TimestampOut,
};

export const WebhookEndpointSchema = named('WebhookEndpoint', Type.Object(fields));
export const WebhookEndpointPage = pageOf(WebhookEndpointSchema);

export const WebhookEndpointWithSecretSchema = named(
  'WebhookEndpointWithSecret',
  Type.Object({
    ...fields,
    secret: Nullable(
      Type.String({
        description: 'Shown this once: a repeated key is answered with null. Rotate it where it was lost',
        examples: ['whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD'],
      }),
    ),
  }),
);

export const NewWebhookEndpoint = Type.Object(
  {
    url: Url,
    description: Type.Optional(Description),
    event_types: Type.Optional(EventTypes),
    ordered: Type.Optional(Ordered),
  },
  {
    ...strict,
    examples: [{ url: 'https://hooks.shop.example/roundtrip', event_types: ['roundtrip.order.shipped.v1'] }],
  },
);

export const WebhookEndpointPatch = Type.Object(
  {
    url: Type.Optional(Url),
    description: Type.Optional(Description),
    event_types: Type.Optional(EventTypes),
    ordered: Type.Optional(Ordered),
  },
  { ...strict, minProperties: 1, examples: [{ ordered: true }] },
);

export const WebhookEndpointChangeSchema = named(
  'WebhookEndpointChange',
  Type.Object({
    id: Id,
    endpoint_id: Id,
    change: Type.Enum(WEBHOOK_CHANGES),
    detail: Nullable(Type.String()),
    actor: Type.String(),
    created_at: TimestampOut,
  }),
);
export const WebhookEndpointChangePage = pageOf(WebhookEndpointChangeSchema);

const deliveryFields = {
  id: Id,
  endpoint_id: Id,
  message_id: Type.String({ description: 'The header `webhook-id`: the same in every copy', examples: ['msg_1042'] }),
  event_type: Type.Enum([...EVENT_TYPES, TEST_EVENT_TYPE]),
  transition_id: { ...Nullable(Id), description: "The event's id; null: a test" },
  order_id: Nullable(Id),
  state: Type.Enum(WEBHOOK_DELIVERY_STATES),
  attempts: Type.Integer({ description: 'Tries begun' }),
  next_attempt_at: { ...Nullable(TimestampOut), description: 'Null: none follows' },
  created_at: TimestampOut,
  updated_at: TimestampOut,
};

export const WebhookDeliverySchema = named('WebhookDelivery', Type.Object(deliveryFields));
export const WebhookDeliveryPage = pageOf(WebhookDeliverySchema);
export const WebhookDeliveryListQuery = Type.Object(
  { endpoint_id: Id, state: Type.Optional(Type.Enum(WEBHOOK_DELIVERY_STATES)), ...PageQuery },
  strict,
);

const Attempt = named(
  'WebhookAttempt',
  Type.Object({
    number: Type.Integer(),
    attempted_at: TimestampOut,
    duration_ms: Type.Integer(),
    status: { ...Nullable(Type.Integer()), description: 'What was answered; null: nothing was' },
    error: { ...Nullable(Type.String()), description: 'Why there was no answer' },
    answer_type: Nullable(Type.String()),
    answer: { ...Nullable(Type.String()), description: 'The beginning of it, 4 KiB at most' },
  }),
);

export const WebhookDeliveryDetailSchema = named(
  'WebhookDeliveryDetail',
  Type.Object({
    ...deliveryFields,
    request: Type.Object(
      {
        url: Type.String({ description: 'Of the endpoint, as it is now' }),
        content_type: Type.String(),
        body: Type.String(),
      },
      { description: 'What is sent; each try adds the Standard Webhooks headers of its own time' },
    ),
    tries: Type.Array(ref(Attempt), { description: 'The latest first, 50 at most' }),
  }),
);

export const WEBHOOK_SCHEMAS = [
  WebhookEndpointSchema,
  WebhookEndpointPage,
  WebhookEndpointWithSecretSchema,
  WebhookEndpointChangeSchema,
  WebhookEndpointChangePage,
  WebhookDeliverySchema,
  WebhookDeliveryPage,
  Attempt,
  WebhookDeliveryDetailSchema,
];
