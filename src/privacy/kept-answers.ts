import type { ClientBase } from 'pg';
import { UNNAMED_METHOD } from '../domain/orders/order.ts';
import { ERASED_TEXT } from './erased-text.ts';

interface KeptBody {
  readonly caller: string;
  readonly key: string;
  readonly body: string;
}

/**
 * Answers that are kept for their repetition hold what they said of the customer. They stay, so that a repeated key has
 * no second effect, and say from now on what a request made today would be told. Each is of one order: by its id, with
 * which an order's begins, or by the order's in what is a part of it.
 */
export async function redactAnswers(client: ClientBase, orderIds: readonly number[], pseudonym: string): Promise<void> {
  // All of a day's answers are looked at: a regular expression takes ten times as long to find an id.
  const { rows } = await client.query<KeptBody>(
    `SELECT caller, key, body FROM idempotency_keys
     WHERE split_part(left(body, 40), ',"order_number":', 1) = ANY ($1::text[])
        OR split_part(left(split_part(body, '"order_id":', 2), 20), ',', 1) = ANY ($2::text[])
     FOR UPDATE`,
    [orderIds.map((id) => `{"id":${id}`), orderIds.map(String)],
  );
  if (rows.length === 0) return;
  await client.query(
    `UPDATE idempotency_keys SET body = redacted.body
     FROM unnest($1::text[], $2::text[], $3::text[]) AS redacted (caller, key, body)
     WHERE idempotency_keys.caller = redacted.caller AND idempotency_keys.key = redacted.key`,
    [
      rows.map(({ caller }) => caller),
      rows.map(({ key }) => key),
      rows.map(({ body }) => JSON.stringify(redacted(JSON.parse(body), pseudonym))),
    ],
  );
}

/** By the name of the field, from its value and what it is a field of. */
const PERSONAL: Readonly<Record<string, (pseudonym: string, value: unknown, of: object) => unknown>> = {
  customer_id: (pseudonym) => pseudonym,
  customer_email: () => null,
  bill_to: () => null,
  ship_to: () => null,
  reason: () => ERASED_TEXT,
  method: () => UNNAMED_METHOD,
  reference: (pseudonym, value, of) => ('gateway' in of && of.gateway === null ? pseudonym : value),
  elsewhere_reference: (pseudonym) => pseudonym,
  failure_message: () => null,
  resolution: () => ERASED_TEXT,
  last_error: () => ERASED_TEXT,
  seen_to_reason: () => ERASED_TEXT,
};

/** Fields by their name, however deep. */
function redacted(value: unknown, pseudonym: string): unknown {
  if (Array.isArray(value)) return value.map((each) => redacted(each, pseudonym));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]: [string, unknown]) => {
      const replace = Object.hasOwn(PERSONAL, name) ? PERSONAL[name] : undefined;
      return [name, replace && inner !== null ? replace(pseudonym, inner, value) : redacted(inner, pseudonym)];
    }),
  );
}
