import { Button, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { choosePassword, linkQuery, tokenInAddress } from '../../api/people.ts';
import { useBusyForm } from '../../parts/busy-form.ts';
import { CardPage } from '../login/card-page.tsx';
import { isLongEnough, NewPassword } from '../login/new-password.tsx';
import { BrokenLink } from './broken-link.tsx';
import { useSignInByLink } from './sign-in-by-link.ts';

/** Where somebody who was invited, or has forgotten their password, chooses one. */
export function InvitePage() {
  const [token] = useState(tokenInAddress);
  const link = useQuery(linkQuery(token));
  const signIn = useSignInByLink();
  const form = useBusyForm();
  const [password, setPassword] = useState('');
  const choose = async () => {
    const { email } = await choosePassword({ token, password });
    await signIn({ email, password });
  };
  if (link.error) return <BrokenLink error={link.error} retry={link.refetch} />;
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
