import { Button } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { moveRefund, recordRefund } from '../../../api/moves.ts';
import type { Refund } from '../../../api/types.ts';
import { useMoney } from '../../../format/money.tsx';
import { wordsOf } from '../../../format/words.ts';
import { ActDialog, type Question } from '../../../parts/act-dialog.tsx';
import { tellDone } from '../../../parts/toast.tsx';
import { useMay, useMe } from '../../../shell/me.tsx';

type RefundEvent = Refund['allowed'][number];

/** What a button says and does. */
interface Act {
  readonly name: string;
  readonly consequence: string;
  readonly reason: 'optional' | 'required';
  readonly question?: Question;
}

function actOf(event: RefundEvent, amount: string, attempt: number): Act {
  switch (event) {
    case 'retry':
      return {
        name: 'Send again',
        consequence: `${amount} is sent to the payment gateway as attempt ${attempt + 1}. The one before was declined, so nothing is paid twice.`,
        reason: 'optional',
      };
    case 'record':
      return {
        name: 'Paid elsewhere',
        consequence: `For when you have paid the ${amount} some other way, such as by bank transfer. The gateway is not asked for it any more, and this is final.`,
        reason: 'optional',
        question: {
          label: 'Reference of the payment',
          description: 'What it is called where you made it',
          maxLength: 200,
        },
      };
    case 'approve':
      return { name: 'Approve', consequence: `${amount} goes back to the customer.`, reason: 'optional' };
    case 'reject':
      return { name: 'Reject', consequence: `${amount} is not paid back.`, reason: 'required' };
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
          question={act.question}
          act={async ({ reason, answer, key }) => {
            const after =
              asked === 'record'
                ? await recordRefund(refund.id, answer, reason, key)
                : await moveRefund(refund.id, asked, reason, key);
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
