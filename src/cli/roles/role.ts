/** A part of the system that runs in this process. */
export interface Role {
  /** Takes nothing new, finishes or gives back what it has, and resolves. Bounded in time. */
  stop(): Promise<void>;
}

/** Ends `work` after `patienceMs` at the latest, whatever becomes of it. */
export async function within(patienceMs: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, patienceMs);
  });
  await Promise.race([work, patience]);
  clearTimeout(timer);
}
