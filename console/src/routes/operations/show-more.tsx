import { Button } from '@mantine/core';
import { reasonOf } from '../../api/problem.ts';
import type { UseInfiniteQueryResult } from '@tanstack/react-query';
import classes from './operations.module.css';

type Pages = Pick<
  UseInfiniteQueryResult,
  'error' | 'hasNextPage' | 'isFetchingNextPage' | 'isFetchNextPageError' | 'fetchNextPage'
>;

/** The foot of a list: fetches the next page, as long as there is one. */
export function ShowMore({ list }: { readonly list: Pages }) {
  const { error, hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage } = list;
  if (!hasNextPage) return null;
  return (
    <div className={classes.more}>
      {isFetchNextPageError && <p role="alert">{reasonOf(error)}</p>}
      <Button variant="default" loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
        Show more
      </Button>
    </div>
  );
}
