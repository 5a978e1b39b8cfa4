import type { Return } from '../../api/types.ts';

/** "3 of 5 accepted", of a return that was completed with less than all; undefined: of any other. */
export function acceptedWords({ items }: Pick<Return, 'items'>): string | undefined {
  const asked = items.reduce((sum, { quantity }) => sum + quantity, 0);
  const accepted = items.reduce((sum, item) => sum + (item.accepted_quantity ?? item.quantity), 0);
  return accepted === asked ? undefined : `${accepted === 0 ? 'None' : accepted} of ${asked} accepted`;
}
