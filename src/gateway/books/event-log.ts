import { randomBytes } from 'node:crypto';
import type { ClientBase } from 'pg';

export type GatewayEventType =
  | 'payment.pending'
  | 'payment.authorised'
  | 'payment.captured'
  | 'payment.voided'
  | 'payment.declined'
  | 'refund.pending'
  | 'refund.succeeded'
  | 'refund.declined';

/** What a webhook tells of: enough to know which it is, so that the receiver can ask for the rest. */
export interface EventSubject {
  readonly id: string;
  readonly reference: string;
}

/** Writes down what is to be told by webhook, in the transaction of the fact that it tells of. */
export interface EventLog {
  /** False: nothing is written down, because there is nobody to tell. */
  readonly tells: boolean;
  record(client: ClientBase, type: GatewayEventType, subjects: readonly EventSubject[]): Promise<void>;
}

/** For a gateway that has nobody to tell. */
export const NO_EVENTS: EventLog = { tells: false, record: () => Promise.resolve() };

export const EVENT_LOG: EventLog = {
  tells: true,
  async record(client, type, subjects) {
    if (subjects.length === 0) return;
    await client.query({
      name: 'record-gateway-events',
      text: `INSERT INTO gateway.events (id, type, data)
             SELECT id, $1, jsonb_build_object('id', subject_id, 'reference', reference)
             FROM unnest($2::text[], $3::text[], $4::text[]) AS told (id, subject_id, reference)`,
      values: [
        type,
        subjects.map(() => `evt_${randomBytes(12).toString('hex')}`),
        subjects.map(({ id }) => id),
        subjects.map(({ reference }) => reference),
      ],
    });
  },
};
