import { Type } from 'typebox';
import { lifecycles } from '../../domain/lifecycles.ts';
import { ATTENTION_KINDS, MOST_COUNTED } from '../../queries/insight/overview.ts';
import { MATCHES } from '../../queries/orders/search.ts';
import { MOST_COUNTED_IN_STATE } from '../../queries/insight/state-counts.ts';
import { named, Nullable, ref, strict, TimestampOut } from './common.ts';
import { OrderSummarySchema, ReturnSchema } from './order.ts';

const EntitySchema = Type.Enum(lifecycles.map(({ entity }) => entity));
const Count = Type.Integer({ minimum: 0 });
const Seconds = Nullable(Type.Number({ description: 'Null: nothing to take it from yet' }));

export const SearchQuery = Type.Object(
  {
    q: Type.String({
      minLength: 1,
      maxLength: 320,
      pattern: '\\S',
      description: 'The beginning of an order number or e-mail address, or a whole customer, SKU, number or id',
      examples: ['asha@example.com'],
    }),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 50, default: 10, description: 'Hits in a group' })),
  },
  strict,
);

export const SearchResultSchema = named(
  'SearchResult',
  Type.Object({
    orders: Type.Array(
      Type.Object({
        ...OrderSummarySchema.properties,
        matched_by: Type.Enum(MATCHES, { description: 'What of the order the words were found in' }),
        invoice_number: Nullable(Type.String()),
      }),
      { description: 'The closest first' },
    ),
    returns: Type.Array(ref(ReturnSchema), {
      description: 'The return with this id, and the newest ones of these orders',
    }),
  }),
);

export const OverviewSchema = named(
  'Overview',
  Type.Object({
    attention: Type.Array(
      Type.Object({
        kind: Type.Enum(ATTENTION_KINDS),
        count: Type.Integer({ description: `At most ${MOST_COUNTED}, which stands for that many or more` }),
        oldest_at: Nullable(TimestampOut),
      }),
      { description: 'What waits for a person, the most urgent kind first' },
    ),
    most_counted: Count,
    stuck_after_hours: Count,
  }),
);

export const StatisticsQuery = Type.Object(
  { days: Type.Optional(Type.Integer({ minimum: 1, maximum: 90, default: 30, description: 'Today included' })) },
  strict,
);

const durationFields = {
  samples: Type.Integer({ description: 'How many of the newest it is taken from' }),
  median_seconds: Seconds,
  slowest_tenth_seconds: Seconds,
};

export const StatisticsSchema = named(
  'Statistics',
  Type.Object({
    timezone: Type.String({ description: "Whose days they are: the setting TIMEZONE's", examples: ['Asia/Kolkata'] }),
    days: Type.Array(
      Type.Object({
        date: Type.String({ format: 'date', examples: ['2026-04-01'] }),
        orders: Count,
        returns: Count,
        refunds: Count,
      }),
      { description: 'What came into being on each day, oldest first' },
    ),
    time_in_state: Type.Array(Type.Object({ entity: EntitySchema, state: Type.String(), ...durationFields })),
    refund_latency: Type.Object(durationFields, { description: 'From a refund falling due to the gateway paying it' }),
  }),
);

export const LifecyclesSchema = named(
  'Lifecycles',
  Type.Object({
    data: Type.Array(
      Type.Object({
        entity: EntitySchema,
        creation: Type.String({ description: 'The event that brings it into being, in the state `initial`' }),
        initial: Type.String(),
        states: Type.Array(
          Type.Object({
            state: Type.String(),
            count: Type.Integer({
              description: `How many are in it now; at most ${MOST_COUNTED_IN_STATE}, which stands for that many or more`,
            }),
          }),
        ),
        moves: Type.Array(Type.Object({ event: Type.String(), from: Type.String(), to: Type.String() })),
      }),
    ),
    most_counted: Count,
  }),
);

export const SettingsSchema = named(
  'Settings',
  Type.Object({
    currency: Type.String({ description: 'ISO 4217 code of orders that name none', examples: ['INR'] }),
    timezone: Type.String({ examples: ['Asia/Kolkata'] }),
    locale: Type.String({ examples: ['en-IN'] }),
    financial_year_start_month: Type.Integer({
      minimum: 1,
      maximum: 12,
      description: 'Month that the financial year, and with it the numbers of invoices, begins in',
      examples: [4],
    }),
    currency_exponents: Type.Record(Type.String({ pattern: '^[A-Z]{3}$' }), Type.Integer({ minimum: 0, maximum: 4 }), {
      description: 'Decimal digits of the minor unit, by ISO 4217, of each currency that has not two of them',
      examples: [{ JPY: 0, KWD: 3 }],
    }),
    seller: Type.Object({
      name: Type.String(),
      address_lines: Type.Array(Type.String()),
      email: Nullable(Type.String()),
      phone: Nullable(Type.String()),
    }),
  }),
);
