import { useState } from 'react';
import type { Refund } from '../../../api/types.ts';
import { Money } from '../../../format/money.tsx';
import { When } from '../../../format/time.tsx';
import { returnLabel, wordsOf } from '../../../format/words.ts';
import { StateBadge } from '../../../parts/state-badge.tsx';
import { RefundButtons, RefundDialog, type RefundEvent } from './refund-buttons.tsx';
import classes from './order.module.css';

/** One refund with how far it has come, and a button for each thing that the API lets a person do about it. */
export function RefundRow({ refund }: { readonly refund: Refund }) {
  const [asked, setAsked] = useState<RefundEvent>();
  return (
    <li>
      <div className={classes.row}>
        <span className={classes.grow}>
          Refund: {refund.return_id === null ? wordsOf(refund.cause).toLowerCase() : returnLabel(refund.return_id)}
        </span>
        <Money minor={-refund.amount_minor} currency={refund.currency} />
      </div>
      <div className={classes.row}>
        <StateBadge state={refund.state} />
        <span className={`faint ${classes.grow ?? ''}`}>
          <When at={refund.updated_at} />
          {refund.attempt > 1 && `, attempt ${refund.attempt}`}
        </span>
        <RefundButtons refund={refund} onAsk={setAsked} />
      </div>
      {refund.failure_message !== null && (
        <p className={classes.bad}>
          {refund.failure_message} ({refund.failure_code})
        </p>
      )}
      {refund.gateway_reference !== null && <p className={`${classes.note ?? ''} mono`}>{refund.gateway_reference}</p>}
      {refund.elsewhere_reference !== null && (
        <p className={classes.note}>
          Paid elsewhere: <span className="mono">{refund.elsewhere_reference}</span>
        </p>
      )}
      {asked !== undefined && (
        <RefundDialog
          refund={refund}
          event={asked}
          onClose={() => {
            setAsked(undefined);
          }}
        />
      )}
    </li>
  );
}
