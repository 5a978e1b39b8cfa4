import { Button } from '@mantine/core';
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { retryJob, retryJobsAlike } from '../../api/moves.ts';
import { jobsQuery } from '../../api/queries.ts';
import type { Job } from '../../api/types.ts';
import { When } from '../../format/time.tsx';
import { counted } from '../../format/words.ts';
import { Empty, Failure, Loading } from '../../parts/outcome.tsx';
import { Panel } from '../../parts/page.tsx';
import { tellDone, tellFailed } from '../../parts/toast.tsx';
import { useMay } from '../../shell/me.tsx';
import { DismissJobDialog, JobActs, JobSeenTo } from '../orders/order/job-dismissal.tsx';
import { StateFilter } from './state-filter.tsx';
import { ShowMore } from './show-more.tsx';
import classes from './operations.module.css';

const STATES: readonly Job['state'][] = ['DEAD', 'READY', 'QUEUED', 'RUNNING', 'DONE', 'DISMISSED'];

/** Jobs of one kind that failed with the same words: they mostly have one cause, and are run again together. */
interface Alike {
  readonly kind: Job['kind'];
  readonly lastError: string | null;
  readonly jobs: readonly Job[];
}

export function JobsTab({ state: given }: { readonly state: string }) {
  const client = useQueryClient();
  const may = useMay();
  const [busy, setBusy] = useState<string>();
  // Held as it was when the dialog opened: the list, read every few seconds, may lose it before somebody has answered.
  const [dismissed, setDismissed] = useState<Job>();
  const state = STATES.find((each) => each === given) ?? 'DEAD';
  const list = useInfiniteQuery(jobsQuery({ state }));
  const jobs = list.data?.pages.flatMap(({ data }) => data) ?? [];
  const groups = state === 'DEAD' && may('retryJobsAlike') ? alike(jobs) : [];

  const run = async (what: string, work: () => Promise<string>) => {
    setBusy(what);
    try {
      tellDone(await work());
    } catch (error) {
      tellFailed('Nothing runs again', error);
    } finally {
      setBusy(undefined);
      await client.invalidateQueries({ queryKey: ['jobs'] });
      void client.invalidateQueries({ queryKey: ['overview'] });
    }
  };

  return (
    <>
      <div className={classes.filter}>
        <StateFilter tab="jobs" states={STATES} state={state} />
      </div>
      {groups.length > 0 && (
        <Panel title="Dead for the same reason" flush>
          <ul className={classes.list}>
            {groups.map(({ kind, lastError, jobs: same }) => (
              <li key={`${kind} ${lastError ?? ''}`}>
                <span className={classes.grow}>
                  <span className="mono">{kind}</span>
                  <span className={classes.error}>{lastError ?? 'without an error on record'}</span>
                </span>
                <Button
                  variant="light"
                  loading={busy === `${kind} ${lastError ?? ''}`}
                  onClick={() =>
                    void run(`${kind} ${lastError ?? ''}`, async () => {
                      const { retried, failed, remaining } = await retryJobsAlike(kind, lastError);
                      return `${counted(retried, 'job')} ${retried === 1 ? 'runs' : 'run'} again.${failed > 0 ? ` ${failed} could not be seen to: try again.` : remaining ? ' There are more of them.' : ''}`;
                    })
                  }
                >
                  Run all {list.hasNextPage ? '' : `${same.length} `}again
                </Button>
              </li>
            ))}
          </ul>
        </Panel>
      )}
      <Panel title={state === 'DEAD' ? 'Dead letters' : 'Jobs'} flush>
        {list.error && !list.data && <Failure error={list.error} retry={list.refetch} />}
        {list.isPending && <Loading rows={6} />}
        {list.data && jobs.length === 0 && (
          <Empty title={state === 'DEAD' ? 'No job is dead' : 'There is none'}>
            A job that has failed twelve times, or cannot succeed, waits here for a person.
          </Empty>
        )}
        <ul className={classes.list}>
          {jobs.map((job) => (
            <li key={job.id}>
              <span className={classes.grow}>
                <span className="mono">{job.kind}</span> for{' '}
                <Link to="/orders/$orderId" params={{ orderId: job.order_id }}>
                  order {job.order_id}
                </Link>
                <span className="faint">
                  {' '}
                  · {counted(job.attempts, 'attempt')} · <When at={job.updated_at} />
                </span>
                {job.last_error !== null && <span className={classes.error}>{job.last_error}</span>}
                <JobSeenTo job={job} />
              </span>
              <JobActs
                job={job}
                isBusy={busy === String(job.id)}
                onRetry={() =>
                  void run(String(job.id), async () => {
                    await retryJob(job.id);
                    return 'The job runs again.';
                  })
                }
                onDismiss={() => {
                  setDismissed(job);
                }}
              />
            </li>
          ))}
        </ul>
        <ShowMore list={list} />
      </Panel>
      {dismissed && (
        <DismissJobDialog
          job={jobs.find(({ id }) => id === dismissed.id) ?? dismissed}
          isGone={!jobs.some(({ id }) => id === dismissed.id)}
          onClose={() => {
            setDismissed(undefined);
          }}
        />
      )}
    </>
  );
}

function alike(jobs: readonly Job[]): readonly Alike[] {
  const groups = new Map<string, Alike>();
  for (const job of jobs) {
    const key = JSON.stringify([job.kind, job.last_error]);
    const same = groups.get(key)?.jobs ?? [];
    groups.set(key, { kind: job.kind, lastError: job.last_error, jobs: [...same, job] });
  }
  return [...groups.values()];
}
