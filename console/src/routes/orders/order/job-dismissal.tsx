import { useQueryClient } from '@tanstack/react-query';
import { dismissJob } from '../../../api/moves.ts';
import type { Job } from '../../../api/types.ts';
import { When } from '../../../format/time.tsx';
import { ActDialog } from '../../../parts/act-dialog.tsx';
import { tellDone } from '../../../parts/toast.tsx';

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
