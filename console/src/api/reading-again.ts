import type { Job, Order } from './types.ts';

const SOONEST_MS = 2_000;
/** The longer something has been under way, the less often it is looked at: each time after a fifth of its age. */
const AGE_SHARE = 5;
const LATEST_MS = 3_600_000;

/**
 * How long until that is read again which has been under way since the latest of `since`; false: not at all. For what
 * comes to pass without a transition, of which the stream of changes says nothing.
 */
function readAgainMs(since: readonly string[]): number | false {
  if (since.length === 0) return false;
  const ageMs = Date.now() - Math.max(...since.map((at) => Date.parse(at)));
  return ageMs < LATEST_MS ? Math.max(SOONEST_MS, ageMs / AGE_SHARE) : false;
}

/** As long as a paper of the order has not been drawn, or sent to the customer. */
export function orderIsReadAgainMs({ invoice, credit_notes: notes, customer_email: email }: Order): number | false {
  const papers = invoice ? [invoice, ...notes] : notes;
  return readAgainMs(
    papers.flatMap(({ issued_at: issued, rendered_at: rendered, emailed_at: emailed }) => {
      if (rendered === null) return [issued];
      return email !== null && emailed === null ? [rendered] : [];
    }),
  );
}

const AT_REST: readonly Job['state'][] = ['DONE', 'DEAD', 'DISMISSED'];

/** As long as one of the jobs has not ended. */
export function jobsAreReadAgainMs(jobs: readonly Job[]): number | false {
  const underWay = jobs.filter(({ state }) => !AT_REST.includes(state));
  return readAgainMs(underWay.map(({ updated_at: at }) => at));
}
