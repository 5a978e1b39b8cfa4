import { NumberInput } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { answerOf, api } from '../../api/client.ts';
import type { Return } from '../../api/types.ts';
import { useMoney } from '../../format/money.tsx';
import { counted, returnLabel } from '../../format/words.ts';
import { ActDialog } from '../../parts/act-dialog.tsx';
import { useDraft } from '../../parts/draft.ts';
import { Loaded } from '../../parts/outcome.tsx';
import { DueTable, RefundDue } from './refund-due.tsx';
import { refundWords, returnActOf, subjectOf } from './return-acts.ts';
import { useReturnMove } from './use-return-move.ts';
import classes from './returns.module.css';

interface CompleteDialogProps {
  readonly of: Return;
  readonly onClose: () => void;
  readonly onDone?: () => void;
}

/** Asks what of a return is accepted, all of it unless somebody says less, and shows the refund of that to the last unit. */
export function CompleteDialog({ of, onClose, onDone }: CompleteDialogProps) {
  const { complete, refresh } = useReturnMove();
  const money = useMoney();
  const [units, setUnits, clearUnits] = useDraft<Readonly<Record<string, number>>>(`return ${of.id} accepted`, {});
  const unitsOf = ({ order_item_id: id, quantity }: Return['items'][number]) =>
    Math.min(units[id] ?? quantity, quantity);
  const accepted = of.items
    .filter((item) => unitsOf(item) < item.quantity)
    .map((item) => ({ order_item_id: item.order_item_id, quantity: unitsOf(item) }));
  const isPart = accepted.length > 0;
  const left = of.items.reduce((sum, item) => sum + item.quantity - unitsOf(item), 0);
  const isNothing = of.items.every((item) => unitsOf(item) === 0);

  const preview = useQuery({
    queryKey: ['order', of.order_id, 'completion', of.id, accepted],
    queryFn: ({ signal }) =>
      answerOf(
        api.POST('/v1/returns/{id}/complete/preview', { params: { path: { id: of.id } }, body: { accepted }, signal }),
      ),
    enabled: isPart,
    placeholderData: keepPreviousData,
  });
  // What was shown of other quantities is not what goes back.
  const due = preview.isPlaceholderData ? undefined : preview.data;
  const ofPart = due ? { refund: refundWords(due, of.currency, money) } : {};
  const { name, consequence } = returnActOf('complete', isPart ? ofPart : subjectOf(of, money));
  const titles = new Map(of.items.map((item) => [item.order_item_id, item.title]));
  return (
    <ActDialog
      title={`${name}: ${returnLabel(of.id)}`}
      consequence={
        <>
          <fieldset className={classes.accepted}>
            <legend>How many are accepted</legend>
            {of.items.map((item) => (
              <div key={item.id} className={classes.pick}>
                <span>
                  {item.title} <span className="faint">of {item.quantity}</span>
                </span>
                <NumberInput
                  size="xs"
                  aria-label={`Accepted units of ${item.title}`}
                  min={0}
                  max={item.quantity}
                  allowDecimal={false}
                  allowNegative={false}
                  clampBehavior="strict"
                  value={unitsOf(item)}
                  onChange={(value) => {
                    setUnits({ ...units, [item.order_item_id]: Number(value) || 0 });
                  }}
                />
              </div>
            ))}
          </fieldset>
          {!isPart && <RefundDue of={of} />}
          {isPart && !isNothing && (
            <Loaded query={preview} rows={2}>
              {(shown) => <DueTable due={shown} currency={of.currency} titleOf={(id) => titles.get(id) ?? ''} />}
            </Loaded>
          )}
          <p>
            {isNothing
              ? 'Nothing goes back to the customer, and no credit note is issued. This cannot be taken back.'
              : consequence}
          </p>
          {left > 0 && (
            <p>
              {counted(left, 'unit is', 'units are')} not accepted: still sold, and may be asked back again in another
              return.
            </p>
          )}
        </>
      }
      confirm={isNothing ? 'Complete without refund' : name}
      reason={isPart ? 'optional' : 'none'}
      draft={`return ${of.id} complete`}
      possible={of.allowed.includes('complete')}
      ready={!isPart || due !== undefined}
      act={async ({ reason, key }) => {
        await complete(of, { accepted, reason }, key);
        clearUnits();
        onDone?.();
      }}
      onConflict={() => refresh(of.order_id)}
      onClose={onClose}
    />
  );
}
