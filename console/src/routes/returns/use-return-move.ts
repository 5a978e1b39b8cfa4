import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ActKeys } from '../../api/act-keys.ts';
import { completeReturn, moveReturn, type Completion } from '../../api/moves.ts';
import { ApiProblem } from '../../api/problem.ts';
import type { Return, ReturnEvent } from '../../api/types.ts';
import { returnLabel, wordsOf } from '../../format/words.ts';
import { tellDone, tellFailed } from '../../parts/toast.tsx';

/** Moves a return, tells how it went, and has everything read anew that shows it. */
export function useReturnMove() {
  const client = useQueryClient();
  const [keys] = useState(() => new ActKeys());
  const [busy, setBusy] = useState<number>();
  const refresh = (orderId: number) =>
    Promise.all(
      [['order', orderId], ['returns'], ['overview']].map((queryKey) => client.invalidateQueries({ queryKey })),
    );

  const told = async (moving: Promise<Return>) => {
    const after = await moving;
    tellDone(`${returnLabel(after.id)} is ${wordsOf(after.state).toLowerCase()}.`);
    await refresh(after.order_id);
  };
  const act = (seen: Return, event: ReturnEvent, reason: string, key: string) =>
    told(moveReturn(seen, event, reason, key));
  const complete = (seen: Return, completion: Completion, key: string) => told(completeReturn(seen, completion, key));
  /** For what needs no dialog: a failure is told where it happened. Answers whether it was done. */
  const actAtOnce = async (seen: Return, event: ReturnEvent): Promise<boolean> => {
    setBusy(seen.id);
    try {
      await keys.send(`${seen.id} ${event}`, (key) => act(seen, event, '', key));
      return true;
    } catch (error) {
      if (error instanceof ApiProblem && error.isConflict) {
        tellFailed(
          `${returnLabel(seen.id)} was not changed`,
          'Somebody else changed its order a moment ago. You now see it as it is; try again.',
        );
        await refresh(seen.order_id);
      } else tellFailed(`${returnLabel(seen.id)} was not changed`, error);
      return false;
    } finally {
      setBusy(undefined);
    }
  };
  return { act, complete, actAtOnce, refresh, busy };
}
