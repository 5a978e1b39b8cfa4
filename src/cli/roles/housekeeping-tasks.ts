import type { Pool } from 'pg';
import { removeExpiredAnswers } from '../../engine/idempotency.ts';
import { removeIdleBuckets } from '../../identity/rate-limiter.ts';
import { removeOldSecurityEvents } from '../../identity/security-log.ts';
import { removeExpiredLinks } from '../../identity/people/one-time-links.ts';
import { removeEndedSessions } from '../../identity/people/sessions.ts';
import { removeOldFamiliarAddresses, removeOldSignInFailures } from '../../identity/people/sign-in-throttle.ts';
import { removeOldGatewayEvents } from '../../jobs/gateway-events.ts';
import { removeDoneJobs } from '../../jobs/job-store.ts';
import type { HousekeepingTask } from '../../jobs/housekeeping.ts';
import type { Config } from '../../platform/config.ts';
import { IdleCustomers, removeOldDeliveries } from '../../privacy/retention.ts';
import { removeDeletedEndpoints } from '../../webhooks/endpoints.ts';

type KeepingTimes = Pick<Config, 'customerDataKeepDays' | 'webhookLogKeepDays' | 'jobKeepDays' | 'securityLogKeepDays'>;

/** The rules by which what is held is removed again, as the configuration has them. */
export function housekeepingTasks(
  pool: Pool,
  { customerDataKeepDays, webhookLogKeepDays, jobKeepDays, securityLogKeepDays }: KeepingTimes,
): HousekeepingTask[] {
  const tasks: HousekeepingTask[] = [
    { what: 'idempotency keys past their 24 hours', clean: () => removeExpiredAnswers(pool) },
    { what: 'sessions that are over', clean: () => removeEndedSessions(pool) },
    { what: 'links that nobody used in time', clean: () => removeExpiredLinks(pool) },
    { what: 'attempts to sign in past their day', clean: () => removeOldSignInFailures(pool) },
    { what: 'addresses that nobody signs in from any more', clean: () => removeOldFamiliarAddresses(pool) },
    {
      what: 'rate limits of callers and addresses that have been quiet for an hour',
      clean: () => removeIdleBuckets(pool),
    },
    { what: 'gateway events past their keeping', clean: () => removeOldGatewayEvents(pool) },
    {
      what: `webhook deliveries past their ${webhookLogKeepDays} days`,
      clean: () => removeOldDeliveries(pool, webhookLogKeepDays),
    },
    { what: 'webhook endpoints that were deleted, with their deliveries,', clean: () => removeDeletedEndpoints(pool) },
    {
      what: `jobs that were done more than ${jobKeepDays} days ago`,
      clean: () => removeDoneJobs(pool, jobKeepDays),
    },
    {
      what: `security events past their ${securityLogKeepDays} days`,
      clean: () => removeOldSecurityEvents(pool, securityLogKeepDays),
    },
  ];
  if (customerDataKeepDays !== undefined) {
    const idle = new IdleCustomers(pool, customerDataKeepDays);
    tasks.push({
      what: `personal data of customers past its ${customerDataKeepDays} days`,
      clean: () => idle.eraseSome(),
    });
  }
  return tasks;
}
