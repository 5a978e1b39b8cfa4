import { Button } from '@mantine/core';
import { useState } from 'react';
import type { Return, ReturnEvent } from '../../api/types.ts';
import { useMoney } from '../../format/money.tsx';
import { returnLabel } from '../../format/words.ts';
import { useKeys } from '../../parts/hotkeys.ts';
import { ActDialog } from '../../parts/act-dialog.tsx';
import { useMay } from '../../shell/me.tsx';
import { CompleteDialog } from './complete-dialog.tsx';
import { returnActOf, subjectOf } from './return-acts.ts';
import { useReturnMove } from './use-return-move.ts';

interface ReturnButtonsProps {
  readonly of: Return;
  /** It was done, and not only tried. */
  readonly onDone?: () => void;
  /** `a` does what comes next, `d` turns it down. */
  readonly hasKeys?: boolean;
}

/** A button for each event that the API allows for the return. */
export function ReturnButtons({ of, onDone, hasKeys = false }: ReturnButtonsProps) {
  const [asked, setAsked] = useState<ReturnEvent>();
  const { actAtOnce, busy } = useReturnMove();
  const may = useMay();
  const money = useMoney();
  const allowed = of.allowed.filter((event) => may(`${event}Return`));
  const actOf = (event: ReturnEvent) => returnActOf(event, subjectOf(of, money));
  const press = async (event: ReturnEvent | undefined) => {
    if (event === undefined || busy !== undefined) return;
    if (actOf(event).asks) setAsked(event);
    else if (await actAtOnce(of, event)) onDone?.();
  };
  const keys = {
    a: () => void press(allowed.find((event) => !actOf(event).dangerous)),
    d: () => void press(allowed.find((event) => actOf(event).dangerous)),
  };
  useKeys(hasKeys ? keys : {});
  const closing = {
    ...(onDone ? { onDone } : {}),
    onClose: () => {
      setAsked(undefined);
    },
  };
  return (
    <>
      {allowed.map((event, index) => {
        const act = actOf(event);
        return (
          <Button
            key={event}
            size="compact-xs"
            variant={index === 0 && !act.dangerous ? 'light' : 'default'}
            loading={busy === of.id}
            onClick={() => void press(event)}
          >
            {act.name}
          </Button>
        );
      })}
      {asked === 'complete' && <CompleteDialog of={of} {...closing} />}
      {asked !== undefined && asked !== 'complete' && <ReturnDialog of={of} event={asked} {...closing} />}
    </>
  );
}

interface ReturnDialogProps {
  readonly of: Return;
  readonly event: ReturnEvent;
  readonly onClose: () => void;
  readonly onDone?: () => void;
}

/** Asks before an event of a return. */
function ReturnDialog({ of, event, onClose, onDone }: ReturnDialogProps) {
  const { act, refresh } = useReturnMove();
  const money = useMoney();
  const { name, consequence, dangerous, reason } = returnActOf(event, subjectOf(of, money));
  return (
    <ActDialog
      title={`${name}: ${returnLabel(of.id)}`}
      consequence={<p>{consequence}</p>}
      confirm={name}
      dangerous={dangerous}
      reason={reason}
      draft={`return ${of.id} ${event}`}
      possible={of.allowed.includes(event)}
      act={async ({ reason: typed, key }) => {
        await act(of, event, typed, key);
        onDone?.();
      }}
      onConflict={() => refresh(of.order_id)}
      onClose={onClose}
    />
  );
}
