import { Type } from 'typebox';
import { LONGEST_LIFE_SECONDS } from '../../identity/keys/token-keys.ts';
import { ALL_OPERATIONS } from '../../identity/operations.ts';
import { ALL_ROLES, KEY_ROLES } from '../../identity/roles.ts';
import { SECURITY_EVENTS } from '../../identity/security-log.ts';
import { Id, named, Nullable, pageOf, PageQuery, strict, Text, Timestamp, TimestampOut } from './common.ts';
import { ShopOfCustomer } from './customer.ts';

const KeyRole = Type.Enum(KEY_ROLES, { examples: ['shop'] });
const Operation = Type.Enum(ALL_OPERATIONS, { examples: ['getMetrics'] });
const TimestampText = Timestamp;

/** How long the secret before may go on after a rotation; thirty days at most. */
const MOST_OVERLAP_SECONDS = 30 * 24 * 3_600;
export const DEFAULT_OVERLAP_SECONDS = 24 * 3_600;

export const NewKey = Type.Object(
  {
    name: Type.String({
      pattern: '^[A-Za-z0-9]([A-Za-z0-9 ._@/-]{0,62}[A-Za-z0-9])?$',
      maxLength: 64,
      description: 'Goes on record for what the key does; never given to another key',
      examples: ['web shop'],
    }),
    role: KeyRole,
    operations: Type.Optional(
      Type.Array(Operation, {
        minItems: 1,
        maxItems: ALL_OPERATIONS.length,
        uniqueItems: true,
        description: 'Narrows the key to these operations of its role, by operationId; left out: all of them',
      }),
    ),
    expires_at: Type.Optional({ ...Timestamp, description: 'Left out: it does not expire' }),
  },
  { ...strict, examples: [{ name: 'web shop', role: 'shop' }] },
);

export const KeyRotation = Type.Object(
  {
    overlap_seconds: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: MOST_OVERLAP_SECONDS,
        default: DEFAULT_OVERLAP_SECONDS,
        description: 'How long the secrets before stay good',
      }),
    ),
  },
  { ...strict, examples: [{ overlap_seconds: 3_600 }] },
);

const ApiKeyFields = {
  id: Id,
  name: Type.String(),
  role: KeyRole,
  operations: Nullable(Type.Array(Type.String(), { description: 'Null: all that the role may' })),
  state: Type.Enum(['ACTIVE', 'EXPIRED', 'REVOKED'] as const),
  created_by: Type.String(),
  created_at: TimestampOut,
  expires_at: Nullable(TimestampOut),
  revoked_at: Nullable(TimestampOut),
  revoked_by: Nullable(Type.String()),
  last_used_at: Nullable({ ...TimestampOut, description: 'To within a minute' }),
  secrets: Type.Array(
    Type.Object({
      prefix: Type.String({ description: 'How the secret begins', examples: ['rt_live_8sKq2Z'] }),
      created_at: TimestampText,
      expires_at: Nullable(TimestampText),
    }),
    { description: 'Oldest first; more than one while a rotation overlaps' },
  ),
};

export const ApiKeySchema = named('ApiKey', Type.Object(ApiKeyFields));
export const ApiKeyPage = pageOf(ApiKeySchema);
export const IssuedKeySchema = named(
  'IssuedApiKey',
  Type.Object({
    ...ApiKeyFields,
    secret: Type.String({ description: 'In this answer only; we keep no more than its hash' }),
  }),
);

export const DEFAULT_LIFETIME_SECONDS = 900;

export const NewCustomerToken = Type.Object(
  {
    customer_id: Text(200, 'customer-42'),
    shop_id: ShopOfCustomer,
    lifetime_seconds: Type.Optional(
      Type.Integer({ minimum: 60, maximum: LONGEST_LIFE_SECONDS, default: DEFAULT_LIFETIME_SECONDS }),
    ),
  },
  { ...strict, examples: [{ customer_id: 'customer-42' }] },
);
export const CustomerTokenSchema = named(
  'CustomerToken',
  Type.Object({
    customer_id: Type.String(),
    token: Type.String({ description: 'To be sent as `Authorization: Bearer`' }),
    expires_at: TimestampOut,
  }),
);

export const MeSchema = named(
  'Me',
  Type.Object({
    kind: Type.Enum(['local', 'key', 'person', 'customer', 'token'] as const),
    actor: Type.String({ description: 'The name that goes on record', examples: ['key:web shop'] }),
    role: Type.Enum(ALL_ROLES),
    operations: Type.Array(Type.String(), { description: 'What it may do, by operationId' }),
  }),
);

export const SecurityEventSchema = named(
  'SecurityEvent',
  Type.Object({
    id: Id,
    event: Type.Enum(SECURITY_EVENTS),
    actor: Type.String(),
    operation: Nullable(Type.String()),
    request_id: Nullable(Type.String()),
    address: Nullable(Type.String()),
    detail: Nullable(Type.String()),
    created_at: TimestampOut,
  }),
);
export const SecurityEventPage = pageOf(SecurityEventSchema);
export const SecurityEventListQuery = Type.Object(
  { event: Type.Optional(Type.Enum(SECURITY_EVENTS)), ...PageQuery },
  strict,
);
export const KeyListQuery = Type.Object(PageQuery, strict);
