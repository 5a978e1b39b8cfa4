import { ActionIcon } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { returnQuery } from '../../api/queries.ts';
import type { Return } from '../../api/types.ts';
import { When } from '../../format/time.tsx';
import { returnLabel } from '../../format/words.ts';
import { CloseIcon } from '../../parts/icons.tsx';
import { Loaded } from '../../parts/outcome.tsx';
import { StateBadge } from '../../parts/state-badge.tsx';
import { acceptedWords } from './accepted.ts';
import { RefundDue } from './refund-due.tsx';
import { ReturnButtons } from './return-buttons.tsx';
import classes from './inbox.module.css';

interface OpenReturnProps {
  readonly returnId: number;
  readonly onClose: () => void;
  /** It was dealt with, and leaves this part of the inbox: the next one, please. */
  readonly onDone: () => void;
}

/** One return beside the inbox: everything that is needed to decide, and the buttons to do so. */
export function OpenReturn({ returnId, onClose, onDone }: OpenReturnProps) {
  const found = useQuery(returnQuery(returnId));
  return (
    <aside className={classes.open} aria-label={returnLabel(returnId)}>
      <Loaded query={found}>{(of) => <Content of={of} onClose={onClose} onDone={onDone} />}</Loaded>
    </aside>
  );
}

function Content({ of, onClose, onDone }: Omit<OpenReturnProps, 'returnId'> & { readonly of: Return }) {
  const accepted = acceptedWords(of);
  return (
    <>
      <div className={classes.openHead}>
        <h2>{returnLabel(of.id)}</h2>
        <StateBadge state={of.state} />
        <span className={classes.grow} />
        <ActionIcon aria-label="Close" onClick={onClose}>
          <CloseIcon />
        </ActionIcon>
      </div>
      <div className={classes.buttons}>
        <ReturnButtons of={of} onDone={onDone} hasKeys />
      </div>
      <dl className={classes.facts}>
        <dt>Order</dt>
        <dd>
          <Link to="/orders/$orderId" params={{ orderId: of.order_id }}>
            {of.order_number}
          </Link>
        </dd>
        <dt>Customer</dt>
        <dd>{of.customer_id}</dd>
        <dt>Requested</dt>
        <dd>
          <When at={of.created_at} exact />
        </dd>
        <dt>Changed</dt>
        <dd>
          <When at={of.updated_at} />
        </dd>
        <dt>Reason</dt>
        <dd>{of.reason}</dd>
        {accepted !== undefined && (
          <>
            <dt>Outcome</dt>
            <dd>{accepted}</dd>
          </>
        )}
      </dl>
      <h3 className={classes.section}>
        {of.state === 'COMPLETED' ? 'What was refunded' : 'What completing it refunds'}
      </h3>
      <RefundDue of={of} />
      <Link to="/returns/$returnId/label" params={{ returnId: of.id }}>
        Print its label
      </Link>
    </>
  );
}
