import { Button, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { linkQuery, setUp, tokenInAddress } from '../../api/people.ts';
import { useBusyForm } from '../../parts/busy-form.ts';
import { CardPage } from '../login/card-page.tsx';
import { isLongEnough, NewPassword } from '../login/new-password.tsx';
import { BrokenLink } from '../invite/broken-link.tsx';
import { useSignInByLink } from '../invite/sign-in-by-link.ts';

/** The first account, by the link that was printed when Roundtrip was started. */
export function SetupPage() {
  const [token] = useState(tokenInAddress);
  const link = useQuery(linkQuery(token));
  const signIn = useSignInByLink();
  const form = useBusyForm();
  const [name, setName] = useState('');
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const make = async () => {
    await setUp({ token, name: name.trim(), email: email.trim(), password });
    await signIn({ email: email.trim(), password });
  };
  if (link.error) return <BrokenLink error={link.error} retry={link.refetch} />;
  return (
    <CardPage title="Welcome to Roundtrip" problem={form.problem} onSubmit={() => void form.run(make)}>
      <p className="faint">
        Make the first account. It is an administrator’s: it may do everything, and invites everybody else. From then on
        nobody comes in unknown.
      </p>
      <TextInput
        label="Name"
        description="Goes on record for what you do"
        autoFocus
        autoComplete="name"
        required
        withAsterisk={false}
        maxLength={64}
        mt="sm"
        value={name}
        onChange={(event) => {
          setName(event.currentTarget.value);
        }}
      />
      <TextInput
        label="E-mail address"
        type="email"
        autoComplete="username"
        required
        withAsterisk={false}
        maxLength={254}
        mt="sm"
        value={email}
        onChange={(event) => {
          setEmail(event.currentTarget.value);
        }}
      />
      <NewPassword label="Password" value={password} onChange={setPassword} />
      <Button
        type="submit"
        size="sm"
        fullWidth
        mt="md"
        loading={form.isBusy}
        disabled={name.trim() === '' || email.trim() === '' || !isLongEnough(password)}
      >
        Make the account
      </Button>
    </CardPage>
  );
}
