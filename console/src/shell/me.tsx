import { createContext, use } from 'react';
import type { Me } from '../api/types.ts';

export const MeContext = createContext<Me | undefined>(undefined);

export function useMe(): Me {
  const me = use(MeContext);
  if (!me) throw new Error('a page was shown before it was known who looks at it');
  return me;
}

/** Whether whoever looks at the page may do an operation of the API: there is no button for what would be refused. */
export function useMay(): (operation: string) => boolean {
  const { operations } = useMe();
  return (operation) => operations.includes(operation);
}
