import { Button } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { dismissJob } from '../../../api/moves.ts';
import type { Job } from '../../../api/types.ts';
import { When } from '../../../format/time.tsx';
import { ActDialog } from '../../../parts/act-dialog.tsx';
import { tellDone } from '../../../parts/toast.tsx';
import { useMay } from '../../../shell/me.tsx';

interface JobActsProps {
  readonly job: Job;
  readonly isBusy?: boolean;
  readonly onRetry: () => void;
  readonly onDismiss: () => void;
}

/** What whoever looks may do about a job as it is now. */
export function JobActs({ job, isBusy = false, onRetry, onDismiss }: JobActsProps) {
  const may = useMay();
  return (
    <>
      {may('retryJob') && job.allowed.includes('retry') && (
        <Button size="compact-xs" variant="default" loading={isBusy} onClick={onRetry}>
          Run now
        </Button>
      )}
      {may('dismissJob') && job.allowed.includes('dismiss') && (
        <Button size="compact-xs" variant="default" onClick={onDismiss}>
          Dismiss
        </Button>
      )}
    </>
  );
}

interface DismissJobDialogProps {
  readonly job: Job;
  /** Where the job was shown, it is no more. */
  readonly isGone?: boolean;
  readonly onClose: () => void;
}

/** Asks before a dead job is let go. Where a list may lose the job, it belongs above the list. */
export function DismissJobDialog({ job, isGone = false, onClose }: DismissJobDialogProps) {
  const client = useQueryClient();
  const refresh = () =>
    Promise.all(
      [['order', job.order_id], ['jobs'], ['overview']].map((queryKey) => client.invalidateQueries({ queryKey })),
    );
  return (
    <ActDialog
      title={`Dismiss: ${job.kind}`}
      consequence={
        <p>
          For one that can never succeed. It counts as dead no more, and what it was about stays undone: nothing is sent
          or paid by it, unless somebody runs it again.
        </p>
      }
      confirm="Dismiss"
      reason="required"
      draft={`job ${job.id} dismiss`}
      possible={!isGone && job.allowed.includes('dismiss')}
      act={async ({ reason, key }) => {
        await dismissJob(job.id, reason, key);
        tellDone('The job is dismissed.');
        await refresh();
      }}
      onConflict={refresh}
      onClose={onClose}
    />
  );
}

/** Who has run the job again, or dismissed it and why; nothing where nobody has. */
export function JobSeenTo({ job }: { readonly job: Job }) {
  if (job.seen_to_at === null) return null;
  return (
    <div className="faint">
      {job.seen_to_reason === null ? 'Run again' : 'Dismissed'} by {job.seen_to_by} <When at={job.seen_to_at} />
      {job.seen_to_reason !== null && `: ${job.seen_to_reason}`}
    </div>
  );
}
