import { hash, randomBytes } from 'node:crypto';
import { isoTime } from '../../platform/iso-time.ts';

/** Length and newest hash of an order's audit chain. */
export interface ChainHead {
  readonly length: number;
  /** Empty for an order without transitions yet. */
  readonly hash: Buffer;
}

/** A transition as it is written down: everything that its hash covers. */
export interface ChainedFacts {
  readonly orderId: number;
  readonly sequence: number;
  readonly entityType: string;
  readonly entityId: number;
  readonly event: string;
  readonly from: string | null;
  readonly to: string;
  readonly actor: string;
  /** Null: none was given, or it was erased. */
  readonly reason: string | null;
  readonly reasonSalt: Buffer | null;
  /** Null: no reason was given, or the row was written when the hash covered the reason itself. */
  readonly reasonCommitment: Buffer | null;
  readonly createdAt: Date;
}

const SALT_BYTES = 16;

/** A reason with what the chain keeps of it: the reason and its salt may be erased, and the commitment stays. */
export function committedReason(
  reason: string | null,
): Pick<ChainedFacts, 'reason' | 'reasonSalt' | 'reasonCommitment'> {
  if (reason === null) return { reason, reasonSalt: null, reasonCommitment: null };
  const reasonSalt = randomBytes(SALT_BYTES);
  return { reason, reasonSalt, reasonCommitment: commitmentTo(reason, reasonSalt) };
}

/** SHA-256 over the salt and the text. Without the salt nobody can try out texts against it. */
function commitmentTo(reason: string, salt: Buffer): Buffer {
  return hash('sha256', Buffer.concat([salt, Buffer.from(reason)]), 'buffer');
}

/** Whether a reason that is still there is the one that was committed to. */
export function isReasonAsWritten({ reason, reasonSalt, reasonCommitment }: ChainedFacts): boolean {
  if (reason === null) return reasonSalt === null;
  if (reasonCommitment === null) return reasonSalt === null;
  return reasonSalt !== null && commitmentTo(reason, reasonSalt).equals(reasonCommitment);
}

/**
 * SHA-256 over the row before it and everything that this row says, as a JSON array (unambiguous, whatever the texts
 * hold); of the reason it covers the commitment alone, as `{"sha256": …}`. Changing, removing, inserting or reordering
 * rows breaks every hash from there on; cutting rows off the end is seen by the head that the order itself carries.
 */
export function transitionHash(previousHash: Buffer, facts: ChainedFacts): Buffer {
  const { orderId, sequence, entityType, entityId, event, from, to, actor, createdAt } = facts;
  const { reason, reasonCommitment } = facts;
  const covered = JSON.stringify([
    previousHash.toString('hex'),
    orderId,
    sequence,
    entityType,
    entityId,
    event,
    from,
    to,
    actor,
    reasonCommitment ? { sha256: reasonCommitment.toString('hex') } : reason,
    isoTime(createdAt),
  ]);
  return hash('sha256', covered, 'buffer');
}
