import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { retryJob } from '../../../api/moves.ts';
import { orderJobsQuery } from '../../../api/queries.ts';
import type { Job } from '../../../api/types.ts';
import { When } from '../../../format/time.tsx';
import { Loaded } from '../../../parts/outcome.tsx';
import { Panel } from '../../../parts/page.tsx';
import { StateBadge } from '../../../parts/state-badge.tsx';
import { tellDone, tellFailed } from '../../../parts/toast.tsx';
import { DismissJobDialog, JobActs, JobSeenTo } from './job-dismissal.tsx';
import classes from './order.module.css';

/** The work behind the scenes: what is done, what waits, and why it failed. */
export function JobsPanel({ orderId }: { readonly orderId: number }) {
  const client = useQueryClient();
  const jobs = useQuery(orderJobsQuery(orderId));
  const [dismissed, setDismissed] = useState<Job>();
  const retry = async (id: number) => {
    try {
      await retryJob(id);
      tellDone('The job runs again.');
    } catch (error) {
      tellFailed('The job does not run again', error);
    }
    await client.invalidateQueries({ queryKey: ['order', orderId] });
  };
  return (
    <Panel title="Jobs" flush>
      <Loaded query={jobs} rows={2}>
        {({ data }) => (
          <ul className={classes.list}>
            {data.length === 0 && <li className="faint">Nothing has to be done behind the scenes.</li>}
            {data.map((job) => (
              <li key={job.id}>
                <div className={classes.row}>
                  <span className={`mono ${classes.grow ?? ''}`}>{job.kind}</span>
                  <StateBadge state={job.state} />
                </div>
                <div className={classes.row}>
                  <span className={`faint ${classes.grow ?? ''}`}>
                    <When at={job.updated_at} />
                    {job.attempts > 1 && `, ${job.attempts} attempts`}
                  </span>
                  <JobActs
                    job={job}
                    onRetry={() => void retry(job.id)}
                    onDismiss={() => {
                      setDismissed(job);
                    }}
                  />
                </div>
                {job.last_error !== null && <p className={classes.bad}>{job.last_error}</p>}
                <JobSeenTo job={job} />
              </li>
            ))}
          </ul>
        )}
      </Loaded>
      {dismissed && (
        <DismissJobDialog
          job={jobs.data?.data.find(({ id }) => id === dismissed.id) ?? dismissed}
          onClose={() => {
            setDismissed(undefined);
          }}
        />
      )}
    </Panel>
  );
}
