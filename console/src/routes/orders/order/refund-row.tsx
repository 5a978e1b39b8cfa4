import { Button } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { moveRefund } from '../../../api/moves.ts';
import type { Refund } from '../../../api/types.ts';
import { Money, useMoney } from '../../../format/money.tsx';
import { When } from '../../../format/time.tsx';
import { returnLabel, wordsOf } from '../../../format/words.ts';
import { ActDialog } from '../../../parts/act-dialog.tsx';
import { StateBadge } from '../../../parts/state-badge.tsx';
import { tellDone } from '../../../parts/toast.tsx';
import { useMay } from '../../../shell/me.tsx';
import classes from './order.module.css';

type RefundEvent = Refund['allowed'][number];

function actOf(event: RefundEvent, amount: string, attempt: number) {
  switch (event) {
    case 'retry':
      return {
        name: 'Send again',
        consequence: `${amount} is sent to the payment gateway as attempt ${attempt + 1}. The one before was declined, so nothing is paid twice.`,
        reason: 'optional',
      } as const;
    case 'approve':
      return { name: 'Approve', consequence: `${amount} goes back to the customer.`, reason: 'optional' } as const;
    case 'reject':
      return { name: 'Reject', consequence: `${amount} is not paid back.`, reason: 'required' } as const;
  }
}

/** One refund with how far it has come, and a button for each thing that the API lets a person do about it. */
export function RefundRow({ refund }: { readonly refund: Refund }) {
  const [asked, setAsked] = useState<RefundEvent>();
  const client = useQueryClient();
  const money = useMoney();
  const may = useMay();
  const refresh = () => client.invalidateQueries({ queryKey: ['order', refund.order_id] });
  const amount = money(refund.amount_minor, refund.currency);
  const act = asked === undefined ? undefined : actOf(asked, amount, refund.attempt);
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
        {refund.allowed
          .filter((event) => may(`${event}Refund`))
          .map((event) => (
            <Button
              key={event}
              size="compact-xs"
              variant="light"
              onClick={() => {
                setAsked(event);
              }}
            >
              {actOf(event, amount, refund.attempt).name}
            </Button>
          ))}
      </div>
      {refund.failure_message !== null && (
        <p className={classes.bad}>
          {refund.failure_message} ({refund.failure_code})
        </p>
      )}
      {refund.gateway_reference !== null && <p className={`${classes.note ?? ''} mono`}>{refund.gateway_reference}</p>}
      {asked !== undefined && act && (
        <ActDialog
          title={`${act.name}: refund of ${amount}`}
          consequence={<p>{act.consequence}</p>}
          confirm={act.name}
          reason={act.reason}
          draft={`refund ${refund.id} ${asked}`}
          possible={refund.allowed.includes(asked)}
          act={async (reason) => {
            const after = await moveRefund(refund.id, asked, reason);
            tellDone(`The refund is ${wordsOf(after.state).toLowerCase()}.`);
            await refresh();
          }}
          onConflict={refresh}
          onClose={() => {
            setAsked(undefined);
          }}
        />
      )}
    </li>
  );
}
