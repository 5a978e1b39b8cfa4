import type { Pool } from 'pg';
import { referencedBy, type Referenced } from '../payments/references.ts';
import type { ArrivedWebhook, WebhookFault, WebhookHead, WebhookVerifier } from '../payments/webhooks/verify.ts';
import type { Logger } from '../platform/logger.ts';

export type WebhookReception = 'taken' | 'known' | 'refused' | 'not_configured';

export interface WebhookReceiver {
  /** Why a webhook is not taken, whatever its body is; undefined: for nothing that its head tells. */
  refusalOfHead(head: WebhookHead): 'refused' | 'not_configured' | undefined;
  receive(webhook: ArrivedWebhook): Promise<WebhookReception>;
}

export interface WebhookReceiverOptions {
  readonly pool: Pool;
  readonly verifier: WebhookVerifier;
  readonly logger: Logger;
  /** Jobs have just been committed. */
  readonly jobsReady: () => void;
  readonly now?: () => Date;
}

/**
 * Takes a gateway's webhook: verified, written down once, and answered before anything is done about it. What is done is
 * a job that asks the gateway, so that a webhook that is late, repeated or out of order takes nothing a step back.
 */
export function createWebhookReceiver(options: WebhookReceiverOptions): WebhookReceiver {
  const { pool, verifier, logger, jobsReady, now = () => new Date() } = options;
  const refusalOf = ({ gateway }: WebhookHead, fault: WebhookFault) => {
    if (fault.kind === 'refused') logger.warn({ gateway, reason: fault.reason }, 'a webhook was refused');
    return fault.kind;
  };
  return {
    refusalOfHead: (head) => {
      const fault = verifier.faultOfHead(head);
      return fault && refusalOf(head, fault);
    },
    receive: async (webhook) => {
      const verification = verifier.verify(webhook, now());
      if (verification.kind !== 'verified') return refusalOf(webhook, verification);
      const { gateway, event } = verification;
      const subject = event.reference === null ? undefined : referencedBy(event.reference);
      const { isNew, jobs } = await writeDown(pool, gateway, event, subject);
      logger.info(
        { gateway, event: event.id, type: event.type, reference: event.reference, new: isNew, jobs },
        'webhook',
      );
      if (jobs > 0) jobsReady();
      return isNew ? 'taken' : 'known';
    },
  };
}

/** The event and the job that it causes, in one statement: neither is ever there without the other. */
async function writeDown(
  pool: Pool,
  gateway: string,
  event: { readonly id: string; readonly type: string; readonly reference: string | null },
  subject: Referenced | undefined,
): Promise<{ isNew: boolean; jobs: number }> {
  const { rows } = await pool.query<{ isNew: boolean; jobs: number }>({
    name: `take-gateway-event-${subject?.kind ?? 'of-nothing'}`,
    text: `WITH subject AS (${subject ? SUBJECT[subject.kind] : NOTHING}),
                event AS (
                  INSERT INTO gateway_events (gateway, event_id, type, reference, order_id)
                  SELECT $1, $2, $3, $4, (SELECT order_id FROM subject)
                  ON CONFLICT (gateway, event_id) DO NOTHING RETURNING id),
                job AS (
                  INSERT INTO jobs (order_id, kind, subject_id)
                  SELECT subject.order_id, subject.job_kind, $5::bigint FROM event, subject
                  WHERE subject.job_kind IS NOT NULL RETURNING id)
           SELECT EXISTS (SELECT FROM event) AS "isNew", (SELECT count(*) FROM job) AS jobs`,
    values: [gateway, event.id, event.type, event.reference, subject?.id ?? null],
  });
  const [row] = rows;
  if (!row) throw new Error('the statement answered nothing');
  return row;
}

/** Of Stripe, by its newer and by its older versions, and of Razorpay. */
const TYPES_OF_FAILURE = "'refund.failed', 'charge.refund.updated'";

const NOTHING = 'SELECT NULL::bigint AS order_id, NULL::text AS job_kind LIMIT 0';

/**
 * The job that asks the gateway, by what is open of it here. A step of a payment asks before it sends, and sends under
 * its one key, so it is its own inquiry; where no step is wanted, an inquiry sends nothing. Nobody need ask about what is
 * settled for good: a payment that has failed or was voided is not, since its gateway may have taken the money after all,
 * and neither is a refund that was paid, once its gateway says that one has failed: the money may have come back.
 */
const SUBJECT: Readonly<Record<Referenced['kind'], string>> = {
  refund: `SELECT order_id,
                  CASE WHEN state <> 'SUCCEEDED' OR $3 IN (${TYPES_OF_FAILURE}) THEN 'refund.inquire' END AS job_kind
           FROM refunds WHERE id = $5::bigint AND gateway_reference('refund', id) = $4`,
  payment: `SELECT order_id, CASE WHEN state = 'PENDING' THEN 'payment.authorise'
                                  WHEN state = 'AUTHORISED' THEN 'payment.' || coalesce(intent, 'inquire')
                                  WHEN state = 'LEFT_TO_EXPIRE' THEN 'payment.void'
                                  WHEN state <> 'CAPTURED' THEN 'payment.inquire' END AS job_kind
            FROM payments WHERE id = $5::bigint AND gateway IS NOT NULL AND gateway_reference('payment', id) = $4`,
};

const KEPT_DAYS = 30;
const REMOVED_AT_ONCE = 1_000;

/** Removes a bounded number of events past their keeping. Answers with how many. */
export async function removeOldGatewayEvents(pool: Pool): Promise<number> {
  const { rowCount } = await pool.query({
    name: 'remove-gateway-events',
    text: `DELETE FROM gateway_events WHERE id IN (
             SELECT id FROM gateway_events WHERE received_at < now() - make_interval(days => $1)
             ORDER BY received_at LIMIT $2)`,
    values: [KEPT_DAYS, REMOVED_AT_ONCE],
  });
  return rowCount ?? 0;
}
