import { Button, PasswordInput, TextInput } from '@mantine/core';
import { useState } from 'react';
import { needsCode, signInPerson } from '../../api/people.ts';
import { useBusyForm } from '../../parts/busy-form.ts';
import { CardPage } from './card-page.tsx';
import type { WayInProps } from './key-form.tsx';
import { ProviderSignIn } from './provider-sign-in.tsx';

/** By e-mail address and password, and then by a code where there is a second factor. */
export function PersonForm({ onSignedIn, onOtherWay }: WayInProps) {
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [code, setCode] = useState<string>();
  const form = useBusyForm();
  const signIn = async () => {
    try {
      await signInPerson({ email: email.trim(), password, ...(code === undefined ? {} : { code: code.trim() }) });
    } catch (error) {
      if (!needsCode(error)) throw error;
      setCode('');
      return;
    }
    await onSignedIn();
  };
  const isMissing = code === undefined ? email.trim() === '' || password === '' : code.trim().length < 6;
  return (
    <CardPage title="Sign in to Roundtrip" problem={form.problem} onSubmit={() => void form.run(signIn)}>
      {code === undefined ? (
        <>
          <TextInput
            label="E-mail address"
            type="email"
            autoFocus
            autoComplete="username"
            maxLength={254}
            mt="sm"
            value={email}
            onChange={(event) => {
              setEmail(event.currentTarget.value);
            }}
          />
          <PasswordInput
            label="Password"
            autoComplete="current-password"
            maxLength={256}
            mt="sm"
            value={password}
            onChange={(event) => {
              setPassword(event.currentTarget.value);
            }}
          />
        </>
      ) : (
        <TextInput
          key="code"
          label="Code"
          description="The six digits that your app shows now, or one of your recovery codes"
          autoFocus
          autoComplete="one-time-code"
          maxLength={40}
          mt="sm"
          value={code}
          onChange={(event) => {
            setCode(event.currentTarget.value);
          }}
        />
      )}
      <Button type="submit" size="sm" fullWidth mt="md" loading={form.isBusy} disabled={isMissing}>
        Sign in
      </Button>
      {code === undefined && (
        <>
          <ProviderSignIn />
          <Button variant="subtle" fullWidth mt="xs" onClick={onOtherWay}>
            With an API key instead
          </Button>
        </>
      )}
    </CardPage>
  );
}
