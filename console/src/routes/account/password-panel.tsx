import { Alert, Button, PasswordInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { changePassword } from '../../api/people.ts';
import { useBusyForm } from '../../parts/busy-form.ts';
import { Panel } from '../../parts/page.tsx';
import { tellDone } from '../../parts/toast.tsx';
import { isLongEnough, NewPassword } from '../login/new-password.tsx';
import classes from './account.module.css';

export function PasswordPanel({ email }: { readonly email: string }) {
  const client = useQueryClient();
  const form = useBusyForm();
  const [current, setCurrent] = useState('');
  const [wanted, setWanted] = useState('');
  const change = async () => {
    await changePassword({ current_password: current, new_password: wanted });
    setCurrent('');
    setWanted('');
    tellDone('Your password is changed; every other session of yours is over.');
    await client.invalidateQueries({ queryKey: ['session'] });
  };
  return (
    <Panel title="Password">
      <form
        className={classes.narrow}
        onSubmit={(event) => {
          event.preventDefault();
          void form.run(change);
        }}
      >
        {form.problem !== undefined && (
          <Alert color="red" variant="outline" mb="sm" role="alert">
            {form.problem}
          </Alert>
        )}
        {/* For password managers: whose password it is. */}
        <input type="hidden" name="username" autoComplete="username" value={email} readOnly />
        <PasswordInput
          label="Current password"
          autoComplete="current-password"
          maxLength={256}
          value={current}
          onChange={(event) => {
            setCurrent(event.currentTarget.value);
          }}
        />
        <NewPassword label="New password" value={wanted} onChange={setWanted} />
        <Button type="submit" mt="md" loading={form.isBusy} disabled={current === '' || !isLongEnough(wanted)}>
          Change the password
        </Button>
      </form>
    </Panel>
  );
}
