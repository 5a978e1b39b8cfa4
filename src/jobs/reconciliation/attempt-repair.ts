import type { Logger } from '../../platform/logger.ts';

/**
 * A repair that fails leaves its difference open, for a person: it would fail tomorrow as well, and what comes after it
 * is to be compared all the same.
 */
export async function attemptRepair(
  logger: Logger,
  { id, orderId }: { readonly id: number; readonly orderId: number },
  repair: () => Promise<boolean>,
): Promise<boolean> {
  try {
    return await repair();
  } catch (err) {
    logger.warn({ subjectId: id, orderId, err }, 'a difference from the books of a gateway could not be settled here');
    return false;
  }
}
