import { Button, PasswordInput } from '@mantine/core';
import { useState } from 'react';
import { answerOf, api } from '../../api/client.ts';
import { session } from '../../api/session.ts';
import { useBusyForm } from '../../parts/busy-form.ts';
import { CardPage } from './card-page.tsx';

export interface WayInProps {
  readonly onSignedIn: () => Promise<void>;
  readonly onOtherWay: () => void;
}

/** By a key, which is kept for as long as the tab is open. */
export function KeyForm({ onSignedIn, onOtherWay }: WayInProps) {
  const [key, setKey] = useState('');
  const form = useBusyForm();
  const signIn = async () => {
    await answerOf(api.GET('/v1/me', { headers: { authorization: `Bearer ${key.trim()}` } }));
    session.signIn(key.trim());
    await onSignedIn();
  };
  return (
    <CardPage title="Sign in to Roundtrip" problem={form.problem} onSubmit={() => void form.run(signIn)}>
      <p className="faint">
        With an API key of yours; <code>roundtrip keys create</code> makes one. It stays in this tab, and is forgotten
        when you close it.
      </p>
      <PasswordInput
        label="Key"
        placeholder="rt_live_…"
        autoFocus
        autoComplete="off"
        maxLength={200}
        value={key}
        onChange={(event) => {
          setKey(event.currentTarget.value);
        }}
      />
      <Button type="submit" size="sm" fullWidth mt="md" loading={form.isBusy} disabled={key.trim() === ''}>
        Sign in
      </Button>
      <Button variant="subtle" fullWidth mt="xs" onClick={onOtherWay}>
        With e-mail and password instead
      </Button>
    </CardPage>
  );
}
