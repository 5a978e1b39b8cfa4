import { Button, Skeleton } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { ApiProblem, reasonOf } from '../api/problem.ts';
import { RetryIcon, WarningIcon } from './icons.tsx';
import classes from './outcome.module.css';

/** Nothing is there, and what a person can do about it. */
export function Empty({ title, children }: { readonly title: string; readonly children?: ReactNode }) {
  return (
    <div className={classes.empty}>
      <p className={classes.emptyTitle}>{title}</p>
      {children !== undefined && <div className={classes.hint}>{children}</div>}
    </div>
  );
}

/** Something went wrong: what, whether trying again helps, and what to name when asking for help. */
export function Failure({ error, retry }: { readonly error: unknown; readonly retry?: () => unknown }) {
  const requestId = error instanceof ApiProblem ? error.requestId : null;
  return (
    <div className={classes.failure} role="alert">
      <span className={classes.failureIcon}>
        <WarningIcon size={18} />
      </span>
      <div>
        <p className={classes.emptyTitle}>{reasonOf(error)}</p>
        {requestId !== null && <p className={classes.hint}>Request {requestId}, to find it in the log.</p>}
        {retry && (
          <Button variant="default" leftSection={<RetryIcon size={14} />} onClick={() => void retry()}>
            Try again
          </Button>
        )}
      </div>
    </div>
  );
}

export function Loading({ rows = 4 }: { readonly rows?: number }) {
  return (
    <div className={classes.loading} role="status" aria-label="Loading">
      {Array.from({ length: rows }, (_, row) => (
        <Skeleton key={row} height={14} radius="sm" />
      ))}
    </div>
  );
}

interface LoadedProps<Data> {
  readonly query: UseQueryResult<Data>;
  readonly rows?: number;
  readonly children: (data: Data) => ReactNode;
}

/** Shows what a query has read; what was read before stays while it is read anew, and when that fails. */
export function Loaded<Data>({ query, rows, children }: LoadedProps<Data>) {
  if (query.data !== undefined) return children(query.data);
  if (query.error) return <Failure error={query.error} retry={query.refetch} />;
  return <Loading {...(rows === undefined ? {} : { rows })} />;
}
