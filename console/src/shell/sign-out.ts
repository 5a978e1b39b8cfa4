import { useQueryClient } from '@tanstack/react-query';
import { signOutPerson } from '../api/people.ts';
import { session } from '../api/session.ts';
import type { Me } from '../api/types.ts';
import { forgetDrafts } from '../parts/draft.ts';
import { tellFailed } from '../parts/toast.tsx';

/** Signs out whoever is in. A person stays in, and hears of it, as long as the server has not ended their session. */
export function useSignOut(kind: Me['kind'] | undefined): () => Promise<void> {
  const client = useQueryClient();
  return async () => {
    try {
      if (kind === 'person') await signOutPerson();
    } catch (error) {
      tellFailed('You are still signed in', error);
      return;
    }
    session.signOut();
    forgetDrafts();
    client.clear();
  };
}
