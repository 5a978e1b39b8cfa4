import { infiniteQueryOptions, queryOptions, keepPreviousData } from '@tanstack/react-query';
import { keepDraftsOf } from '../parts/draft.ts';
import { answerOf, api } from './client.ts';
import type { paths } from './openapi.ts';
import { jobsAreReadAgainMs, orderIsReadAgainMs } from './reading-again.ts';
import type { ReturnState, Transition } from './types.ts';

type ListQuery<Path extends keyof paths> = paths[Path] extends { get: { parameters: { query?: infer Query } } }
  ? Omit<NonNullable<Query>, 'after' | 'limit'>
  : never;

export type OrderFilter = ListQuery<'/v1/orders'>;
export type ReturnFilter = ListQuery<'/v1/returns'>;
export type JobFilter = ListQuery<'/v1/jobs'>;
export type RefundFilter = ListQuery<'/v1/refunds'>;

const PAGE_ROWS = 100;

const first: string | undefined = undefined;
/** Of a list that goes on: the cursor that each page ends with begins the next. */
export const pages = {
  initialPageParam: first,
  getNextPageParam: ({ next }: { readonly next: string | null }) => next ?? undefined,
};

export const settingsQuery = queryOptions({
  queryKey: ['settings'],
  queryFn: ({ signal }) => answerOf(api.GET('/v1/settings', { signal })),
  staleTime: Infinity,
});

export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: async ({ signal }) => {
    const me = await answerOf(api.GET('/v1/me', { signal }));
    // Here, before any page is drawn for them: it would show what is kept.
    keepDraftsOf(me.actor);
    return me;
  },
  staleTime: 60_000,
});

/**
 * What comes about without a transition, of which the stream of changes says nothing, is seen this late: that a job is
 * dead, an order stuck, a refund without an answer; and that another day has begun.
 */
const FIGURES_INTERVAL_MS = 60_000;
/** Jobs as well go from state to state without a transition; whoever looks at their list waits for them. */
const JOBS_INTERVAL_MS = 10_000;

export const overviewQuery = queryOptions({
  queryKey: ['overview'],
  queryFn: ({ signal }) => answerOf(api.GET('/v1/overview', { signal })),
  refetchInterval: FIGURES_INTERVAL_MS,
});

export const statisticsQuery = (days: number) =>
  queryOptions({
    queryKey: ['statistics', days],
    queryFn: ({ signal }) => answerOf(api.GET('/v1/statistics', { params: { query: { days } }, signal })),
    // The server keeps them for half a minute: to read them at each change would show nothing newer.
    staleTime: 30_000,
    refetchInterval: FIGURES_INTERVAL_MS,
    placeholderData: keepPreviousData,
  });

export const lifecyclesQuery = queryOptions({
  queryKey: ['lifecycles'],
  queryFn: ({ signal }) => answerOf(api.GET('/v1/lifecycles', { signal })),
});

type Readiness = paths['/ready']['get']['responses'][200]['content']['application/json'];

function isReadiness(answer: object | undefined): answer is Readiness {
  return answer !== undefined && 'checks' in answer;
}

export const readinessQuery = queryOptions({
  queryKey: ['readiness'],
  // Not ready is an answer here, and no failure.
  queryFn: async ({ signal }) => {
    const { data, error } = await api.GET('/ready', { signal });
    const answer = data ?? error;
    if (isReadiness(answer)) return answer;
    throw new Error('The server does not say how it is.');
  },
  refetchInterval: 10_000,
});

export const ordersQuery = (filter: OrderFilter) =>
  infiniteQueryOptions({
    queryKey: ['orders', 'list', filter],
    queryFn: ({ pageParam, signal }) =>
      answerOf(api.GET('/v1/orders', { params: { query: { ...filter, after: pageParam, limit: PAGE_ROWS } }, signal })),
    ...pages,
  });

export const orderQuery = (id: number) =>
  queryOptions({
    queryKey: ['order', id],
    queryFn: ({ signal }) => answerOf(api.GET('/v1/orders/{id}', { params: { path: { id } }, signal })),
    refetchInterval: ({ state: { data } }) => (data ? orderIsReadAgainMs(data) : false),
  });

export const orderRecordQuery = (id: number) =>
  queryOptions({
    queryKey: ['order', id, 'record'],
    queryFn: ({ signal }) => readRecord(id, signal),
  });

/** Orders have a few entries, and seldom more than one page; of one with thousands the first are enough to see that. */
const MOST_RECORD_PAGES = 10;

async function readRecord(id: number, signal: AbortSignal): Promise<Transition[]> {
  const entries: Transition[] = [];
  let after: string | undefined;
  for (let page = 0; page < MOST_RECORD_PAGES; page += 1) {
    const { data, next } = await answerOf(
      api.GET('/v1/orders/{id}/transitions', { params: { path: { id }, query: { limit: 200, after } }, signal }),
    );
    entries.push(...data);
    if (next === null) break;
    after = next;
  }
  return entries;
}

export const ledgerQuery = (id: number) =>
  queryOptions({
    queryKey: ['order', id, 'ledger'],
    queryFn: ({ signal }) => answerOf(api.GET('/v1/orders/{id}/ledger', { params: { path: { id } }, signal })),
  });

export const orderJobsQuery = (id: number) =>
  queryOptions({
    queryKey: ['order', id, 'jobs'],
    queryFn: ({ signal }) => answerOf(api.GET('/v1/orders/{id}/jobs', { params: { path: { id } }, signal })),
    refetchInterval: ({ state: { data } }) => (data ? jobsAreReadAgainMs(data.data) : false),
  });

const returnsQuery = (filter: ReturnFilter) =>
  infiniteQueryOptions({
    queryKey: ['returns', 'list', filter],
    queryFn: ({ pageParam, signal }) =>
      answerOf(
        api.GET('/v1/returns', { params: { query: { ...filter, after: pageParam, limit: PAGE_ROWS } }, signal }),
      ),
    ...pages,
  });

export const returnsInState = (state: ReturnState) => returnsQuery({ state });

export const returnQuery = (id: number) =>
  queryOptions({
    queryKey: ['returns', id],
    queryFn: ({ signal }) => answerOf(api.GET('/v1/returns/{id}', { params: { path: { id } }, signal })),
  });

export const refundsQuery = (filter: RefundFilter) =>
  infiniteQueryOptions({
    queryKey: ['refunds', 'list', filter],
    queryFn: ({ pageParam, signal }) =>
      answerOf(
        api.GET('/v1/refunds', { params: { query: { ...filter, after: pageParam, limit: PAGE_ROWS } }, signal }),
      ),
    ...pages,
  });

export const jobsQuery = (filter: JobFilter) =>
  infiniteQueryOptions({
    queryKey: ['jobs', 'list', filter],
    queryFn: ({ pageParam, signal }) =>
      answerOf(api.GET('/v1/jobs', { params: { query: { ...filter, after: pageParam, limit: PAGE_ROWS } }, signal })),
    ...pages,
    refetchInterval: JOBS_INTERVAL_MS,
  });

export const searchQuery = (words: string, limit: number) =>
  queryOptions({
    queryKey: ['search', words, limit],
    queryFn: ({ signal }) => answerOf(api.GET('/v1/search', { params: { query: { q: words, limit } }, signal })),
    enabled: words.trim() !== '',
    staleTime: 5_000,
    placeholderData: keepPreviousData,
  });
