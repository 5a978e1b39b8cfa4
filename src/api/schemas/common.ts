import { Type, type TSchema } from 'typebox';

/** Ids beyond this are within bigint but never dealt out; they are refused as any other bad id. */
export const Id = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER, examples: [1001] });
export const AmountMinor = Type.Integer({
  minimum: 0,
  maximum: Number.MAX_SAFE_INTEGER,
  description: 'Whole minor units of the currency: paise, pence, cents',
  examples: [129900],
});
export const Currency = Type.String({
  pattern: '^[A-Z]{3}$',
  description: 'ISO 4217 code',
  examples: ['INR'],
});
export const Timestamp = Type.String({ format: 'date-time', maxLength: 40, examples: ['2026-04-01T09:30:00.000Z'] });
/** In answers: the view holds a Date, which is written as UTC, or the text where it was read as that. */
export const TimestampOut = Type.Unsafe<Date | string>(Timestamp);
export const Text = (most: number, example: string) =>
  Type.String({ minLength: 1, maxLength: most, examples: [example] });
export const EMAIL_PATTERN = '^[^\\s\\x00-\\x1F\\x7F@<>()[\\]\\\\,;:"]+@[^\\s\\x00-\\x1F\\x7F@<>()[\\]\\\\,;:"]+$';
export const emailAddress = (most: number, example: string) =>
  Type.String({
    format: 'email',
    pattern: EMAIL_PATTERN,
    maxLength: most,
    examples: [example],
  });
export const Nullable = <S extends TSchema>(schema: S) => Type.Union([schema, Type.Null()]);

export const strict = { additionalProperties: false } as const;

export const IdParameters = Type.Object({ id: Id }, strict);

export const PageQuery = {
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, default: 50, description: 'Rows on a page' })),
  after: Type.Optional(Type.String({ maxLength: 100, description: '`next` of the page before' })),
};

export const PageListQuery = Type.Object(PageQuery, strict);

export const IfMatchHeader = Type.Object({
  'if-match': Type.Optional(
    Type.String({ maxLength: 100, description: 'The `ETag` that you read: refused with 412 if it changed since' }),
  ),
});

export const IdempotencyHeader = Type.Object({
  'idempotency-key': Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 255,
      description:
        'Chosen by you, one for each thing that you want done once. The same key with the same request gets the stored ' +
        'answer (`Idempotency-Replayed: true`) for 24 hours.',
    }),
  ),
});

export const WriteHeaders = Type.Object({
  ...IdempotencyHeader.properties,
  'if-match': Type.Optional(
    Type.String({
      maxLength: 100,
      description: 'The `ETag` that you read: refused with 412 if the order changed since',
    }),
  ),
});

export const Reason = Type.Optional(
  Type.String({
    minLength: 1,
    maxLength: 1000,
    description: 'Kept on the record',
    examples: ['Asked by the customer'],
  }),
);
export const MoveBody = Type.Object({ reason: Reason }, { ...strict, examples: [{ reason: 'Asked by the customer' }] });

/** A named schema of the OpenAPI document, referred to by its name. */
export function named<S extends TSchema>(name: string, schema: S): S & { $id: string } {
  return { ...schema, $id: name };
}

export function ref<S extends TSchema>(schema: S & { $id: string }) {
  return Type.Unsafe<Type.Static<S>>(Type.Ref(schema.$id));
}

export function pageOf<S extends TSchema>(schema: S & { $id: string }) {
  return named(
    `${schema.$id}Page`,
    Type.Object({
      data: Type.Array(ref(schema)),
      next: Nullable(Type.String({ description: 'Hand it back as `after`; null on the last page' })),
    }),
  );
}
