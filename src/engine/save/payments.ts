import type { ChangedParts } from '../changes.ts';
import { unlessStale, type Write } from './write.ts';

/** Payments, and the refunds that reserve parts of them. */
export function savePayments(write: Write, parts: ChangedParts): void {
  write(
    'insert-payments',
    parts.newPayments,
    `INSERT INTO payments (id, order_id, state, method, gateway, reference, token, intent, amount_minor, capture_minor,
                           currency, credit_minor, created_at, updated_at)
     SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
                          $8::text[], $9::bigint[], $10::bigint[], $11::text[], $12::bigint[],
                          $13::timestamptz[], $14::timestamptz[])`,
    ({ orderId, part }) => [
      part.id,
      orderId,
      part.state,
      part.method,
      part.gateway,
      part.reference,
      part.token,
      part.intent,
      part.amountMinor,
      part.captureMinor,
      part.currency,
      part.creditMinor,
      part.createdAt,
      part.updatedAt,
    ],
  );
  // Before the refunds: only a captured payment takes any.
  write(
    'update-payments',
    parts.changedPayments,
    unlessStale(
      'payments',
      `UPDATE payments SET state = changed.state, reference = changed.reference, token = changed.token,
                           intent = changed.intent, capture_minor = changed.capture_minor, credit_minor = changed.credit_minor,
                           failure_code = changed.failure_code, failure_message = changed.failure_message,
                           updated_at = changed.updated_at
       FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[],
                   $8::bigint[], $9::text[], $10::text[], $11::timestamptz[])
            AS changed (id, state_before, state, reference, token, intent, capture_minor, credit_minor, failure_code,
                        failure_message, updated_at)
       WHERE payments.id = changed.id AND payments.state = changed.state_before`,
    ),
    ({ before, after }) => [
      after.id,
      before.state,
      after.state,
      after.reference,
      after.token,
      after.intent,
      after.captureMinor,
      after.creditMinor,
      after.failureCode,
      after.failureMessage,
      after.updatedAt,
    ],
  );
  // Before new ones: what a rejected refund gives back may go into one of them.
  write(
    'update-refunds',
    parts.changedRefunds,
    unlessStale(
      'refunds',
      `UPDATE refunds SET state = changed.state, is_approved = changed.is_approved, attempt = changed.attempt,
                          gateway_reference = changed.gateway_reference,
                          elsewhere_reference = changed.elsewhere_reference, failure_code = changed.failure_code,
                          failure_message = changed.failure_message, updated_at = changed.updated_at
       FROM unnest($1::bigint[], $2::text[], $3::integer[], $4::text[], $5::boolean[], $6::integer[], $7::text[],
                   $8::text[], $9::text[], $10::text[], $11::timestamptz[])
            AS changed (id, state_before, attempt_before, state, is_approved, attempt, gateway_reference,
                        elsewhere_reference, failure_code, failure_message, updated_at)
       WHERE refunds.id = changed.id AND refunds.state = changed.state_before
         AND refunds.attempt = changed.attempt_before`,
    ),
    ({ before, after }) => [
      after.id,
      before.state,
      before.attempt,
      after.state,
      after.isApproved,
      after.attempt,
      after.gatewayReference,
      after.elsewhereReference,
      after.failureCode,
      after.failureMessage,
      after.updatedAt,
    ],
  );
  write(
    'insert-refunds',
    parts.newRefunds,
    `INSERT INTO refunds (id, order_id, payment_id, return_id, amount_minor, currency, state, attempt, created_at,
                          updated_at, cause, requested_by, requested_by_caller)
     SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::text[], $7::text[],
                          $8::integer[], $9::timestamptz[], $10::timestamptz[], $11::text[], $12::text[],
                          $13::text[])`,
    ({ orderId, part }) => [
      part.id,
      orderId,
      part.paymentId,
      part.returnId,
      part.amountMinor,
      part.currency,
      part.state,
      part.attempt,
      part.createdAt,
      part.updatedAt,
      part.cause,
      part.requestedBy,
      part.requestedByCaller,
    ],
  );
}
