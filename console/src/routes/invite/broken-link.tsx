import { Button } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { ApiProblem, reasonOf } from '../../api/problem.ts';
import { CardPage } from '../login/card-page.tsx';

interface BrokenLinkProps {
  readonly error: unknown;
  readonly retry: () => Promise<unknown>;
}

/** A link that leads nowhere, or not any more; or one of which nobody knows yet, because the server has not said. */
export function BrokenLink({ error, retry }: BrokenLinkProps) {
  const navigate = useNavigate();
  if (isUnknown(error)) {
    return (
      <CardPage title="The link could not be looked up" problem={reasonOf(error)} onSubmit={() => void retry()}>
        <p className="faint">It may well be good: it has not been used by this.</p>
        <Button type="submit" size="sm" fullWidth mt="md">
          Try again
        </Button>
      </CardPage>
    );
  }
  return (
    <CardPage
      title="This link is not good"
      problem={reasonOf(error)}
      onSubmit={() => void navigate({ to: '/login', replace: true })}
    >
      <p className="faint">
        A link is good once, and for a while. An administrator makes another under Operations, People;{' '}
        <code>roundtrip people reset</code> does from the shell.
      </p>
      <Button type="submit" size="sm" fullWidth mt="md">
        To the sign-in
      </Button>
    </CardPage>
  );
}

/** Whether the server has failed, or not answered, rather than refused the link. */
function isUnknown(error: unknown): boolean {
  return error instanceof ApiProblem && (error.isPassing || error.status >= 500);
}
