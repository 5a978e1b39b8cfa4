import { lifecycles } from '../../domain/lifecycles.ts';
import { roleMay, type OperationId } from '../../identity/operations.ts';
import { keptBriefly } from '../../platform/sharing/kept-briefly.ts';
import { MOST_COUNTED, readOverview, type AttentionKind } from '../../queries/insight/overview.ts';
import { search } from '../../queries/orders/search.ts';
import { countByState, MOST_COUNTED_IN_STATE } from '../../queries/insight/state-counts.ts';
import { readStatistics } from '../../queries/insight/statistics.ts';
import type { Api, ApiDependencies } from '../dependencies.ts';
import { problemAnswers } from '../description/documentation.ts';
import { ref } from '../schemas/common.ts';
import {
  LifecyclesSchema,
  OverviewSchema,
  SearchQuery,
  SearchResultSchema,
  SettingsSchema,
  StatisticsQuery,
  StatisticsSchema,
} from '../schemas/insight.ts';
import { lifecyclesView, overviewView, searchView, settingsView, statisticsView } from '../views/insight.ts';

const DEFAULT_HITS = 10;
const DEFAULT_DAYS = 30;
/** Figures that many screens show at once; the database is asked for them once in this while. */
const OVERVIEW_KEPT_MS = 1_000;
const STATISTICS_KEPT_MS = 30_000;

/** What lists what waits, where not everyone may who reads the overview: whoever may not is not told of it. */
const ACTED_ON_BY: Partial<Record<AttentionKind, OperationId>> = {
  webhook_endpoints_disabled: 'listWebhookEndpoints',
};

export function insightRoutes(api: Api, { pool, reads, settings, paymentGateways = [] }: ApiDependencies): void {
  const { timezone, stuckAfterHours } = settings;
  const overview = keptBriefly(OVERVIEW_KEPT_MS, () =>
    readOverview(pool, { stuckAfterHours, gateways: paymentGateways }),
  );
  const stateCounts = keptBriefly(OVERVIEW_KEPT_MS, () => countByState(pool));
  const statistics = keptBriefly(STATISTICS_KEPT_MS, (days: number) => readStatistics(pool, days, timezone));

  api.get(
    '/v1/search',
    {
      schema: {
        operationId: 'search',
        tags: ['orders'],
        summary: 'Find orders and returns by whatever is at hand',
        description:
          'By the beginning of an order number or e-mail address; by a whole customer id, SKU, invoice number, or id of ' +
          'an order, return or refund ("R-920" is return 920). The case of letters does not matter.',
        querystring: SearchQuery,
        response: { 200: { description: 'What was found', ...ref(SearchResultSchema) }, ...problemAnswers() },
      },
    },
    async ({ query }) => searchView(await search(reads, query.q.trim(), query.limit ?? DEFAULT_HITS)),
  );

  api.get(
    '/v1/overview',
    {
      schema: {
        operationId: 'getOverview',
        tags: ['operations'],
        summary: 'Count what waits for a person now',
        response: {
          200: { description: 'What waits, by kind', ...ref(OverviewSchema) },
          ...problemAnswers(),
        },
      },
    },
    async ({ principal: { role } }) => {
      const attention = (await overview('now')).filter(({ kind }) => {
        const operation = ACTED_ON_BY[kind];
        return operation === undefined || (role !== null && roleMay(role, operation));
      });
      return overviewView(attention, { mostCounted: MOST_COUNTED, stuckAfterHours });
    },
  );

  api.get(
    '/v1/statistics',
    {
      schema: {
        operationId: 'getStatistics',
        tags: ['operations'],
        summary: 'Read counts by day, time in state, and refund latency',
        description: 'As they were within the last half minute.',
        querystring: StatisticsQuery,
        response: { 200: { description: 'The figures', ...ref(StatisticsSchema) }, ...problemAnswers() },
      },
    },
    async ({ query }) => statisticsView(await statistics(query.days ?? DEFAULT_DAYS), timezone),
  );

  api.get(
    '/v1/lifecycles',
    {
      schema: {
        operationId: 'getLifecycles',
        tags: ['operations'],
        summary: 'Read the lifecycles, and how many are in each state',
        response: { 200: { description: 'The lifecycles', ...ref(LifecyclesSchema) }, ...problemAnswers() },
      },
    },
    async () => lifecyclesView(lifecycles, await stateCounts('now'), MOST_COUNTED_IN_STATE),
  );

  api.get(
    '/v1/settings',
    {
      schema: {
        operationId: 'getSettings',
        tags: ['operations'],
        summary: 'Read what a person needs to read amounts and times',
        response: { 200: { description: 'The settings', ...ref(SettingsSchema) }, ...problemAnswers() },
      },
    },
    () => settingsView(settings),
  );
}
