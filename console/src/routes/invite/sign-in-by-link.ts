import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { LINK_KEY, needsCode, signInPerson } from '../../api/people.ts';
import { tellFailed } from '../../parts/toast.tsx';

/**
 * Lets in whoever has just chosen a password by a link. The link is good once, and is not any more: nothing may ask for
 * it again, or be sent by it. Where signing in fails they go on at the sign-in, with the password that they now have.
 */
export function useSignInByLink() {
  const client = useQueryClient();
  const navigate = useNavigate();
  return async (credentials: { readonly email: string; readonly password: string }): Promise<void> => {
    try {
      await signInPerson(credentials);
    } catch (error) {
      if (!needsCode(error)) tellFailed('Your password is kept, but you are not signed in yet', error);
      await navigate({ to: '/login', replace: true });
      return;
    }
    await client.resetQueries({ predicate: ({ queryKey }) => queryKey[0] !== LINK_KEY });
    await navigate({ to: '/today', replace: true });
  };
}
