import { useQueryClient } from '@tanstack/react-query';
import { useLocation, useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { meQuery } from '../../api/queries.ts';
import { KeyForm } from './key-form.tsx';
import { PersonForm } from './person-form.tsx';

/** Asks who is there: a person, by e-mail address and password; or whoever has a key. */
export function LoginPage() {
  const client = useQueryClient();
  const navigate = useNavigate();
  const isOwnAddress = useLocation({ select: ({ pathname }) => pathname === '/login' });
  // Whoever comes in is asked for before a page is drawn: what was known is who was here before.
  useEffect(() => {
    client.removeQueries({ queryKey: meQuery.queryKey });
  }, [client]);
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
