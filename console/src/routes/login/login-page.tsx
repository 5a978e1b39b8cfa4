import { useQueryClient } from '@tanstack/react-query';
import { useLocation, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { KeyForm } from './key-form.tsx';
import { PersonForm } from './person-form.tsx';

/** Asks who is there: a person, by e-mail address and password; or whoever has a key. */
export function LoginPage() {
  const client = useQueryClient();
  const navigate = useNavigate();
  const isOwnAddress = useLocation({ select: ({ pathname }) => pathname === '/login' });
  const [way, setWay] = useState<'person' | 'key'>('person');
  // Where they wanted to go is behind this page, unless it was asked for by its own address.
  const onSignedIn = async () => {
    await client.resetQueries();
    if (isOwnAddress) await navigate({ to: '/today', replace: true });
  };
  return way === 'person' ? (
    <PersonForm
      onSignedIn={onSignedIn}
      onOtherWay={() => {
        setWay('key');
      }}
    />
  ) : (
    <KeyForm
      onSignedIn={onSignedIn}
      onOtherWay={() => {
        setWay('person');
      }}
    />
  );
}
