import { Alert, Button, Group, NativeSelect, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { invitePerson, PERSON_ROLES, type PersonRole } from '../../../api/people.ts';
import { wordsOf } from '../../../format/words.ts';
import { useBusyForm } from '../../../parts/busy-form.ts';
import { Dialog } from '../../../parts/dialog.tsx';
import { OneTimeLink } from './one-time-link.tsx';

export const ROLE_CHOICES = PERSON_ROLES.map((role) => ({ value: role, label: wordsOf(role) }));

export function isPersonRole(text: string): text is PersonRole {
  return PERSON_ROLES.some((role) => role === text);
}

/** Makes a person, and shows the link for them, once. */
export function InviteDialog({ onClose }: { readonly onClose: () => void }) {
  const client = useQueryClient();
  const form = useBusyForm();
  const [name, setName] = useState('');
  const [email, setEmail] = useState('');
  const [role, setRole] = useState<PersonRole>('support');
  const [link, setLink] = useState<string>();
  const invite = async () => {
    const made = await invitePerson({ name: name.trim(), email: email.trim(), role });
    setLink(made.link);
    await client.invalidateQueries({ queryKey: ['people'] });
  };
  return (
    <Dialog onClose={onClose} isBusy={form.isBusy} title="Invite a person">
      {link === undefined ? (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            void form.run(invite);
          }}
        >
          {form.problem !== undefined && (
            <Alert color="red" variant="outline" mb="sm" role="alert">
              {form.problem}
            </Alert>
          )}
          <TextInput
            label="Name"
            description="Goes on record for what they do, and is never given to another"
            data-autofocus
            maxLength={64}
            value={name}
            onChange={(event) => {
              setName(event.currentTarget.value);
            }}
          />
          <TextInput
            label="E-mail address"
            type="email"
            mt="sm"
            maxLength={254}
            value={email}
            onChange={(event) => {
              setEmail(event.currentTarget.value);
            }}
          />
          <NativeSelect
            label="Role"
            mt="sm"
            data={ROLE_CHOICES}
            value={role}
            onChange={({ currentTarget: { value } }) => {
              if (isPersonRole(value)) setRole(value);
            }}
          />
          <Group justify="flex-end" gap="xs" mt="md">
            <Button variant="default" disabled={form.isBusy} onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={form.isBusy} disabled={name.trim() === '' || email.trim() === ''}>
              Invite
            </Button>
          </Group>
        </form>
      ) : (
        <OneTimeLink link={link} whose={name.trim()} within="three days" onClose={onClose} />
      )}
    </Dialog>
  );
}
