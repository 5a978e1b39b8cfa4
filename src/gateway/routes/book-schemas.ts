import { Type } from 'typebox';
import type { BookFilter } from '../books/refund-book.ts';
import { GatewayProblem } from '../problem.ts';

export const Currency = Type.String({ pattern: '^[A-Z]{3}$', examples: ['INR'] });
export const AmountMinor = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER, examples: [129900] });

/** PostgreSQL holds neither U+0000 nor half a surrogate pair. */
export const Text = (most: number) =>
  Type.String({ minLength: 1, maxLength: most, pattern: '^[^\\u0000\\ud800-\\udfff]*$' });

export const KeyHeader = Type.Object({ 'idempotency-key': Type.String({ minLength: 1, maxLength: 255 }) });

export const ListQuery = Type.Object(
  {
    reference: Type.Optional(Text(200)),
    created_from: Type.Optional(Type.String({ format: 'date-time', maxLength: 40 })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, default: 50 })),
    after: Type.Optional(
      Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER, description: '`next` of the page before' }),
    ),
  },
  { additionalProperties: false },
);
type ListQuery = Type.Static<typeof ListQuery>;

const DEFAULT_LIMIT = 50;

export function limitOf({ limit }: ListQuery): number {
  return limit ?? DEFAULT_LIMIT;
}

export function filterOf({ reference, created_from: createdFrom, after }: ListQuery): BookFilter {
  return { reference, createdFrom: instantOf(createdFrom), beforeSequence: after };
}

/** The first `limit` of the rows, and where the next page begins when there are more. */
export function pageOf<Row extends { readonly sequence: number }, View>(
  rows: readonly Row[],
  limit: number,
  view: (row: Row) => View,
): { data: View[]; next: number | null } {
  const page = rows.slice(0, limit);
  return { data: page.map(view), next: rows.length > limit ? (page.at(-1)?.sequence ?? null) : null };
}

/** The format admits leap seconds, and instants that are of the year 0 or 10000 in UTC; PostgreSQL holds neither. */
function instantOf(text: string | undefined): Date | undefined {
  if (text === undefined) return undefined;
  const instant = new Date(text);
  const year = instant.getUTCFullYear();
  if (year >= 1 && year <= 9_999) return instant;
  throw new GatewayProblem('request.invalid', 'Something in the request is not as described.', {
    errors: [{ field: 'created_from', message: 'must be an instant of the years 1 to 9999' }],
  });
}
