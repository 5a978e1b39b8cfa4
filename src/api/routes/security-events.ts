import { listSecurityEvents } from '../../identity/security-log.ts';
import type { Api, ApiDependencies } from '../dependencies.ts';
import { problemAnswers } from '../description/documentation.ts';
import { pageRequestOf, pageView } from '../lists/list-query.ts';
import { ref } from '../schemas/common.ts';
import { SecurityEventListQuery, SecurityEventPage } from '../schemas/identity.ts';
import { securityEventView } from '../views/identity.ts';

export function securityEventRoutes(api: Api, { pool }: ApiDependencies): void {
  api.get(
    '/v1/security-events',
    {
      schema: {
        operationId: 'listSecurityEvents',
        tags: ['identity'],
        summary: 'Read who was kept out, and what was changed about who may come in, newest first',
        description: 'Rows are there within a second of what they tell, and kept for 180 days.',
        querystring: SecurityEventListQuery,
        response: { 200: { description: 'A page of events', ...ref(SecurityEventPage) }, ...problemAnswers() },
      },
    },
    async ({ query }) => {
      const page = await listSecurityEvents(pool, query.event, pageRequestOf(query, 'security-events'));
      return pageView(page, securityEventView, 'security-events');
    },
  );
}
