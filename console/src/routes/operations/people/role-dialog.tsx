import { NativeSelect } from '@mantine/core';
import { useState } from 'react';
import { updatePerson, type Person } from '../../../api/people.ts';
import { wordsOf } from '../../../format/words.ts';
import { ActDialog } from '../../../parts/act-dialog.tsx';
import { tellDone } from '../../../parts/toast.tsx';
import { isPersonRole, ROLE_CHOICES } from './invite-dialog.tsx';

interface RoleDialogProps {
  readonly person: Person;
  readonly refresh: () => Promise<unknown>;
  readonly onClose: () => void;
}

/** Another role for a person: chosen first, for which an arrow key is enough, and given by a button of its own. */
export function RoleDialog({ person, refresh, onClose }: RoleDialogProps) {
  const [role, setRole] = useState(person.role);
  const give = async () => {
    await updatePerson(person.id, { role });
    tellDone(`${person.name} has another role.`);
    await refresh();
  };
  return (
    <ActDialog
      title={`Another role for ${person.name}`}
      consequence={
        <>
          <NativeSelect
            data-autofocus
            label="Role"
            data={ROLE_CHOICES}
            value={role}
            onChange={({ currentTarget: { value } }) => {
              if (isPersonRole(value)) setRole(value);
            }}
          />
          <p>
            {person.name} is {wordsOf(person.role).toLowerCase()} now. What another role may do holds at once, and so
            does what it may not.
            {role === 'admin' && ' An administrator may do everything, and gives roles to others.'}
          </p>
        </>
      }
      confirm="Give this role"
      dangerous={role === 'admin'}
      reason="none"
      draft={`role of ${person.id}`}
      ready={role !== person.role}
      act={give}
      onConflict={refresh}
      onClose={onClose}
    />
  );
}
