import { DOMAIN_EVENTS } from '../../domain/events.ts';
import { cloudEventOf } from '../../queries/events/cloud-event.ts';
import { readEventFeed } from '../../queries/events/event-feed.ts';
import type { Api, ApiDependencies } from '../dependencies.ts';
import { problemAnswers } from '../description/documentation.ts';
import { ProblemError } from '../problems/problem.ts';
import { ref } from '../schemas/common.ts';
import { EventListQuery, EventPage } from '../schemas/event.ts';

const DEFAULT_LIMIT = 50;

export function eventRoutes(api: Api, { pool }: ApiDependencies): void {
  api.get(
    '/v1/events',
    {
      schema: {
        operationId: 'listEvents',
        tags: ['events'],
        summary: 'Read the event feed, oldest first',
        description:
          'Every change of state, as the broker carries it to others too. An event never shows up before one that you ' +
          "have read, however late it commits, and an order's events come in their order. Keep `next`, and ask again " +
          'later with it. A page may hold fewer events than `limit`, or none, and more may follow all the same: ' +
          'there is nothing more when `next` is what you sent as `after`.',
        querystring: EventListQuery,
        response: { 200: { description: 'A page of the feed', ...ref(EventPage) }, ...problemAnswers() },
      },
    },
    async ({ query, principal: { scope } }) => {
      const after = Number(query.after ?? '0');
      const only = DOMAIN_EVENTS.find(({ type }) => type === query.type);
      const page = await readEventFeed(pool, { after, limit: query.limit ?? DEFAULT_LIMIT, only, scope });
      if (!page) throw aheadOfFeed();
      return { data: page.events.map(cloudEventOf), next: String(page.readUpTo) };
    },
  );
}

function aheadOfFeed(): ProblemError {
  const message = 'is ahead of the feed: it is no `next` of ours, or the database was restored to an earlier time';
  return new ProblemError('request.invalid', `after ${message}`, { errors: [{ field: 'after', message }] });
}
