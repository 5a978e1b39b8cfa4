import type { Client } from 'pg';
import { connectPipelined } from './postgres.ts';

/** What a table can grow to in this time is still quickly read whole, as a plan that was made for an empty one does. */
const KEPT_MS = 5_000;

const DISCARD = { name: 'discard-plans', text: 'DISCARD PLANS' };

const plannedAt = new WeakMap<Client, number>();

/**
 * A connection for statements that look up by key what they are about, a few rows or a few dozen: what is prepared on it
 * is planned once, for any length of list. Left to itself PostgreSQL compares that plan's cost, which it guesses for
 * lists of ten, with the cost for the list at hand, and so plans shorter ones anew each time, which takes as long as
 * running them.
 */
export async function connectWithKeptPlans(databaseUrl: string, applicationName: string): Promise<Client> {
  const client = await connectPipelined(databaseUrl, applicationName, { plan_cache_mode: 'force_generic_plan' });
  plannedAt.set(client, performance.now());
  return client;
}

/**
 * To be called before each transaction on such a connection: has its statements planned anew where the plans are older
 * than five seconds, since those of a table that was empty then would go on reading all of it.
 *
 * @returns resolves once PostgreSQL has answered; what is sent behind it need not wait
 */
export async function renewPlans(client: Client, nowMs = performance.now()): Promise<void> {
  if (nowMs - (plannedAt.get(client) ?? 0) < KEPT_MS) return;
  plannedAt.set(client, nowMs);
  await client.query(DISCARD);
}
