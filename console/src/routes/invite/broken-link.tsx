import { Button } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { reasonOf } from '../../api/problem.ts';
import { CardPage } from '../login/card-page.tsx';

/** A link that leads nowhere, or not any more. */
export function BrokenLink({ error }: { readonly error: unknown }) {
  const navigate = useNavigate();
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
