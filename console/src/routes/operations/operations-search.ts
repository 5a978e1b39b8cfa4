export const TABS = ['jobs', 'refunds', 'differences', 'webhooks', 'people', 'health'] as const;
export type Tab = (typeof TABS)[number];

/** Which part of the operations is shown, and which of its rows, as it is in the address. */
export interface OperationsSearch {
  readonly tab?: Tab;
  readonly state?: string;
  readonly endpoint?: number;
}

export function readOperationsSearch({ tab, state, endpoint }: Readonly<Record<string, unknown>>): OperationsSearch {
  const known = TABS.find((each) => each === tab);
  return {
    ...(known === undefined ? {} : { tab: known }),
    ...(typeof state === 'string' && state !== '' ? { state } : {}),
    ...(typeof endpoint === 'number' && Number.isSafeInteger(endpoint) ? { endpoint } : {}),
  };
}
