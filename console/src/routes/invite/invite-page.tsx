import { Button, TextInput } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { choosePassword, linkQuery, needsCode, signInPerson, tokenInAddress } from '../../api/people.ts';
import { useBusyForm } from '../../parts/busy-form.ts';
import { CardPage } from '../login/card-page.tsx';
import { isLongEnough, NewPassword } from '../login/new-password.tsx';
import { BrokenLink } from './broken-link.tsx';

/** Where somebody who was invited, or has forgotten their password, chooses one. */
export function InvitePage() {
  const [token] = useState(tokenInAddress);
  const link = useQuery(linkQuery(token));
  const client = useQueryClient();
  const navigate = useNavigate();
  const form = useBusyForm();
  const [password, setPassword] = useState('');
  const choose = async () => {
    const { email } = await choosePassword({ token, password });
    try {
      await signInPerson({ email, password });
    } catch (error) {
      if (!needsCode(error)) throw error;
      await navigate({ to: '/login', replace: true });
      return;
    }
    await client.resetQueries();
    await navigate({ to: '/today', replace: true });
  };
  if (link.error) return <BrokenLink error={link.error} />;
  const { name = null, email = null } = link.data ?? {};
  return (
    <CardPage
      title={name === null ? 'Choose a password' : `Welcome, ${name}`}
      problem={form.problem}
      onSubmit={() => void form.run(choose)}
    >
      <p className="faint">Choose the password that you sign in with. The link is good once.</p>
      <TextInput label="E-mail address" type="email" autoComplete="username" readOnly mt="sm" value={email ?? ''} />
      <NewPassword label="Password" value={password} onChange={setPassword} />
      <Button
        type="submit"
        size="sm"
        fullWidth
        mt="md"
        loading={form.isBusy}
        disabled={link.data === undefined || !isLongEnough(password)}
      >
        Choose it and sign in
      </Button>
    </CardPage>
  );
}
