import type { ReturnState } from '../../api/types.ts';

/** Which returns the inbox shows, and which of them lies open, as it is in the address. */
export interface ReturnsSearch {
  readonly state?: ReturnState;
  readonly open?: number;
}

export function readReturnsSearch({ state, open }: Readonly<Record<string, unknown>>): ReturnsSearch {
  return {
    ...(typeof state === 'string' && state !== '' ? { state: state as ReturnState } : {}),
    ...(typeof open === 'number' && Number.isSafeInteger(open) ? { open } : {}),
  };
}
