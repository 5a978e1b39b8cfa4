import { isDay } from '../../format/days.ts';

export const TABS = ['jobs', 'refunds', 'differences', 'ledger', 'webhooks', 'people', 'health'] as const;
export type Tab = (typeof TABS)[number];

/** Which part of the operations is shown, and which of its rows, as it is in the address. */
export interface OperationsSearch {
  readonly tab?: Tab;
  readonly state?: string;
  readonly endpoint?: number;
  /** The first day and the last one of the period whose books are shown. */
  readonly from?: string;
  readonly to?: string;
}

export function readOperationsSearch(given: Readonly<Record<string, unknown>>): OperationsSearch {
  const { tab, state, endpoint, from, to } = given;
  const known = TABS.find((each) => each === tab);
  return {
    ...(known === undefined ? {} : { tab: known }),
    ...(typeof state === 'string' && state !== '' ? { state } : {}),
    ...(typeof endpoint === 'number' && Number.isSafeInteger(endpoint) ? { endpoint } : {}),
    ...(typeof from === 'string' && isDay(from) ? { from } : {}),
    ...(typeof to === 'string' && isDay(to) ? { to } : {}),
  };
}
