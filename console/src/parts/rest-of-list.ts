import type { UseInfiniteQueryResult } from '@tanstack/react-query';
import { useCallback } from 'react';

/** What follows the rows that are there. */
export interface RestOfList {
  /** More rows follow; asks for them. */
  readonly more?: () => void;
  /** Why they are not all there, or not as they are now; `retry` asks again, which nothing does by itself. */
  readonly failure?: { readonly error: Error; readonly retry: () => unknown; readonly isBusy: boolean };
}

type Pages = Pick<
  UseInfiniteQueryResult,
  'data' | 'error' | 'fetchNextPage' | 'hasNextPage' | 'isFetching' | 'isFetchNextPageError' | 'refetch'
>;

/** A page that could not be fetched is not asked for again until a person says so: it would be, without end. */
export function useRestOfList(list: Pages): RestOfList {
  const { data, error, fetchNextPage, hasNextPage, isFetching, isFetchNextPageError } = list;
  // Not while the list is read anew, which it would cut off.
  const more = useCallback(() => {
    if (!isFetching) void fetchNextPage();
  }, [fetchNextPage, isFetching]);
  if (data === undefined) return {};
  if (error) {
    return { failure: { error, retry: isFetchNextPageError ? fetchNextPage : list.refetch, isBusy: isFetching } };
  }
  return hasNextPage ? { more } : {};
}
