import { useState } from 'react';
import { reasonOf } from '../api/problem.ts';

interface BusyForm {
  readonly isBusy: boolean;
  /** What went wrong the last time, in words. */
  readonly problem: string | undefined;
  /** Does the work of a form, once at a time. */
  run(work: () => Promise<unknown>): Promise<void>;
}

export function useBusyForm(): BusyForm {
  const [isBusy, setIsBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  return {
    isBusy,
    problem,
    run: async (work) => {
      if (isBusy) return;
      setIsBusy(true);
      setProblem(undefined);
      try {
        await work();
      } catch (error) {
        setProblem(reasonOf(error));
      } finally {
        setIsBusy(false);
      }
    },
  };
}
