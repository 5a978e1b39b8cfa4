import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { answerOf, api } from '../../api/client.ts';

/** What the API sends a browser back with, that was with the provider in vain. */
const FAULTS: Readonly<Record<string, string>> = {
  '#sign-in-refused': 'The sign-in did not go through, or nobody here has that address. Ask an administrator.',
  '#sign-in-unavailable': 'The provider does not answer. Try again in a moment, or sign in another way.',
};

/** The way in by an OpenID provider; nothing, where none is configured. */
export function ProviderSignIn() {
  const ways = useQuery({
    queryKey: ['sign-in-ways'],
    queryFn: ({ signal }) => answerOf(api.GET('/v1/session/ways', { signal })),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const provider = ways.data?.provider ?? null;
  if (provider === null) return null;
  const fault = FAULTS[window.location.hash];
  return (
    <>
      <Button component="a" href="/v1/session/oidc/start" variant="default" size="sm" fullWidth mt="sm">
        Sign in with {provider}
      </Button>
      {fault !== undefined && <p role="alert">{fault}</p>}
    </>
  );
}
