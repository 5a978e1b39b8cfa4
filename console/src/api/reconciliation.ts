import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { answerOf, api, newKey } from './client.ts';
import type { components } from './openapi.ts';
import { pages } from './queries.ts';

export type Difference = components['schemas']['ReconciliationDifference'];
export type Comparison = components['schemas']['Comparison'];

const PAGE_ROWS = 50;
/** Comparing takes a worker seconds to minutes, and none of the live changes tells of it. */
const LOOK_INTERVAL_MS = 5_000;

export const differencesQuery = (state: Difference['state']) =>
  infiniteQueryOptions({
    queryKey: ['reconciliation', 'differences', state],
    queryFn: ({ pageParam, signal }) =>
      answerOf(
        api.GET('/v1/reconciliation/differences', {
          params: { query: { state, after: pageParam, limit: PAGE_ROWS } },
          signal,
        }),
      ),
    ...pages,
    refetchInterval: LOOK_INTERVAL_MS,
  });

export const comparisonsQuery = queryOptions({
  queryKey: ['reconciliation', 'comparisons'],
  queryFn: ({ signal }) => answerOf(api.GET('/v1/reconciliation/comparisons', { signal })),
  refetchInterval: LOOK_INTERVAL_MS,
});

export function resolveDifference(id: number, reason: string, key: string): Promise<Difference> {
  return answerOf(
    api.POST('/v1/reconciliation/differences/{id}/resolve', {
      params: { path: { id }, header: { 'idempotency-key': key } },
      body: { reason: reason.trim() },
    }),
  );
}

export function compareNow(gateway: Comparison['gateway']): Promise<Comparison> {
  return answerOf(
    api.POST('/v1/reconciliation/comparisons', {
      params: { header: { 'idempotency-key': newKey() } },
      body: { gateway },
    }),
  );
}
