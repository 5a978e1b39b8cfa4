import type { Changes } from '../changes.ts';
import { compare, type Write } from './write.ts';

/** The record of transitions, the jobs that they cause and people have seen to, and the answers that are kept for idempotency keys. */
export function saveRecord(write: Write, changes: Changes): void {
  write(
    'insert-transitions',
    changes.transitions,
    `INSERT INTO state_transitions (id, order_id, sequence, entity_type, entity_id, event, from_state, to_state, actor,
                                    reason, reason_salt, reason_commitment, created_at, previous_hash, hash)
     SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::integer[], $4::text[], $5::bigint[], $6::text[], $7::text[],
                          $8::text[], $9::text[], $10::text[], $11::bytea[], $12::bytea[], $13::timestamptz[],
                          $14::bytea[], $15::bytea[])`,
    (row) => [
      row.id,
      row.orderId,
      row.sequence,
      row.entityType,
      row.entityId,
      row.event,
      row.from,
      row.to,
      row.actor,
      row.reason,
      row.reasonSalt,
      row.reasonCommitment,
      row.createdAt,
      row.previousHash,
      row.hash,
    ],
  );
  write(
    'insert-jobs',
    changes.jobs,
    `INSERT INTO jobs (id, order_id, kind, subject_id)
     SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::bigint[])`,
    (job) => [job.id, job.orderId, job.kind, job.subjectId],
  );
  write(
    'finish-jobs',
    changes.finishedJobIds,
    `UPDATE jobs SET state = 'DONE', leased_until = NULL, last_error = NULL, updated_at = now()
     WHERE id = ANY ($1::bigint[]) AND state <> 'DONE'`,
    (id) => [id],
  );
  write(
    'see-to-jobs',
    changes.jobsSeenTo,
    `UPDATE jobs SET state = seen.state, attempts = seen.attempts,
                     run_at = CASE seen.state WHEN 'READY' THEN now() ELSE jobs.run_at END, leased_until = NULL,
                     seen_to_by = seen.actor, seen_to_at = now(), seen_to_reason = seen.reason, updated_at = now()
     FROM unnest($1::bigint[], $2::text[], $3::integer[], $4::text[], $5::text[])
          AS seen (id, state, attempts, actor, reason)
     WHERE jobs.id = seen.id`,
    (job) => [job.id, job.state, job.attempts, job.seenToBy, job.seenToReason],
  );
  write(
    'keep-answers',
    [...changes.answers].sort((a, b) => compare(a.caller, b.caller) || compare(a.key, b.key)),
    `INSERT INTO idempotency_keys (caller, key, fingerprint, status, headers, body)
     SELECT * FROM unnest($1::text[], $2::text[], $3::bytea[], $4::smallint[], $5::jsonb[], $6::text[])`,
    (answer) => [
      answer.caller,
      answer.key,
      answer.fingerprint,
      answer.status,
      JSON.stringify(answer.headers),
      answer.body,
    ],
  );
}
