import { Button } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { moveRefund } from '../../../api/moves.ts';
import type { Refund } from '../../../api/types.ts';
import { useMoney } from '../../../format/money.tsx';
import { wordsOf } from '../../../format/words.ts';
import { ActDialog } from '../../../parts/act-dialog.tsx';
import { tellDone } from '../../../parts/toast.tsx';
import { useMay, useMe } from '../../../shell/me.tsx';

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

/** A button for each thing that the API lets this person do about the refund. */
export function RefundButtons({ refund }: { readonly refund: Refund }) {
  const [asked, setAsked] = useState<RefundEvent>();
  const client = useQueryClient();
  const money = useMoney();
  const may = useMay();
  const { actor } = useMe();
  const refresh = () =>
    Promise.all(
      [['order', refund.order_id], ['refunds'], ['overview']].map((queryKey) => client.invalidateQueries({ queryKey })),
    );
  const amount = money(refund.amount_minor, refund.currency);
  const act = asked === undefined ? undefined : actOf(asked, amount, refund.attempt);
  return (
    <>
      {refund.allowed
        .filter((event) => may(`${event}Refund`))
        // Four eyes: whoever asked for a refund is refused, were they to approve it.
        .filter((event) => event !== 'approve' || refund.requested_by !== actor)
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
    </>
  );
}
