import type { Pool } from 'pg';
import type { PaymentGatewayName } from '../../domain/payments/payment-gateways.ts';

const HOURS_BETWEEN = 24;
/** A turn that was begun and not finished for so long was lost with its worker, or has failed. */
const LOST_AFTER_HOURS = 2;
const MOST_FAILURE_CHARACTERS = 1_000;

/**
 * Takes the gateway's turn for the day, or the one that a person has asked for, which one of any number of workers gets.
 * What is asked for while a turn is under way comes after it.
 */
export async function takeTurn(pool: Pool, gateway: PaymentGatewayName): Promise<boolean> {
  const { rowCount } = await pool.query({
    name: 'take-reconciliation-turn',
    text: `INSERT INTO reconciliation_turns AS turn (gateway, unfinished_since) VALUES ($1, now())
           ON CONFLICT (gateway) DO UPDATE
             SET begun_at = now(), finished_at = NULL, requested_at = NULL, failure = NULL,
                 unfinished_since = coalesce(turn.finished_at, turn.unfinished_since, turn.begun_at, now())
             WHERE turn.begun_at < now() - make_interval(hours => $2)
                OR (turn.finished_at IS NULL AND turn.begun_at < now() - make_interval(hours => $3))
                OR (turn.requested_at IS NOT NULL
                    AND (turn.begun_at IS NULL OR turn.finished_at IS NOT NULL OR turn.failure IS NOT NULL))`,
    values: [gateway, HOURS_BETWEEN, LOST_AFTER_HOURS],
  });
  return rowCount === 1;
}

export interface TurnResult {
  readonly repaired: number;
  /** What differs still. */
  readonly differ: number;
}

export async function finishTurn(pool: Pool, gateway: PaymentGatewayName, result: TurnResult): Promise<void> {
  await pool.query({
    name: 'finish-reconciliation-turn',
    text: `UPDATE reconciliation_turns SET finished_at = now(), repaired = $2, differ = $3, failure = NULL
           WHERE gateway = $1`,
    values: [gateway, result.repaired, result.differ],
  });
}

/** The turn came to no end; another comes when somebody asks for one, or by itself in a few hours. */
export async function failTurn(pool: Pool, gateway: PaymentGatewayName, failure: string): Promise<void> {
  await pool.query({
    name: 'fail-reconciliation-turn',
    text: 'UPDATE reconciliation_turns SET failure = $2 WHERE gateway = $1 AND finished_at IS NULL',
    values: [gateway, failure.replaceAll('\0', '').slice(0, MOST_FAILURE_CHARACTERS)],
  });
}
