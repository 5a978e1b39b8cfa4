import { Button, Checkbox, Group } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { endSessionsOf, resetPerson, updatePerson, type Person } from '../../../api/people.ts';
import { When } from '../../../format/time.tsx';
import { wordsOf } from '../../../format/words.ts';
import { ActDialog } from '../../../parts/act-dialog.tsx';
import { useBusyForm } from '../../../parts/busy-form.ts';
import { Dialog } from '../../../parts/dialog.tsx';
import { StateBadge } from '../../../parts/state-badge.tsx';
import { tellDone, tellFailed } from '../../../parts/toast.tsx';
import { useMay, useMe } from '../../../shell/me.tsx';
import classes from '../operations.module.css';
import { OneTimeLink } from './one-time-link.tsx';
import { RoleDialog } from './role-dialog.tsx';

/** A person, and what an administrator does about them. */
export function PersonRow({ person }: { readonly person: Person }) {
  const client = useQueryClient();
  const may = useMay();
  const isSelf = useMe().actor === `person:${person.name}`;
  const [dialog, setDialog] = useState<'disable' | 'reset' | 'role'>();
  const close = () => {
    setDialog(undefined);
  };
  const refresh = () => client.invalidateQueries({ queryKey: ['people'] });
  const run = async (words: string, work: () => Promise<unknown>) => {
    try {
      await work();
      tellDone(words);
    } catch (error) {
      tellFailed('Nothing was changed', error);
    }
    await refresh();
  };
  const isDisabled = person.state === 'DISABLED';
  return (
    <li>
      <span className={classes.grow}>
        <strong>{person.name}</strong> <StateBadge state={person.state} />
        <span className="faint">
          {' '}
          · {person.email}
          {person.state !== 'INVITED' && ` · ${person.has_second_factor ? 'two factors' : 'password alone'}`} ·{' '}
          {person.last_signed_in_at === null ? (
            'never signed in'
          ) : (
            <>
              signed in <When at={person.last_signed_in_at} />
            </>
          )}
        </span>
      </span>
      {isSelf ? (
        <span className="faint">You</span>
      ) : (
        <>
          {may('updatePerson') && (
            <Button
              size="compact-xs"
              variant="default"
              onClick={() => {
                setDialog('role');
              }}
            >
              Role: {wordsOf(person.role)}
            </Button>
          )}
          {may('resetPerson') && !isDisabled && (
            <Button
              size="compact-xs"
              variant="default"
              onClick={() => {
                setDialog('reset');
              }}
            >
              Reset link
            </Button>
          )}
          {may('endPersonSessions') && person.state === 'ACTIVE' && (
            <Button
              size="compact-xs"
              variant="default"
              onClick={() => void run(`${person.name} is signed out everywhere.`, () => endSessionsOf(person.id))}
            >
              End sessions
            </Button>
          )}
          {may('updatePerson') && isDisabled && (
            <Button
              size="compact-xs"
              variant="light"
              onClick={() =>
                void run(`${person.name} may sign in.`, () => updatePerson(person.id, { disabled: false }))
              }
            >
              Enable
            </Button>
          )}
          {may('updatePerson') && !isDisabled && (
            <Button
              size="compact-xs"
              variant="default"
              onClick={() => {
                setDialog('disable');
              }}
            >
              Disable
            </Button>
          )}
        </>
      )}
      {dialog === 'disable' && (
        <ActDialog
          title={`Disable ${person.name}`}
          consequence={<p>They are signed out at once, and may not sign in until they are enabled again.</p>}
          confirm="Disable"
          dangerous
          reason="none"
          draft={`person ${person.id}`}
          act={() => run(`${person.name} is disabled.`, () => updatePerson(person.id, { disabled: true }))}
          onConflict={refresh}
          onClose={close}
        />
      )}
      {dialog === 'role' && <RoleDialog person={person} refresh={refresh} onClose={close} />}
      {dialog === 'reset' && <ResetDialog person={person} onClose={close} />}
    </li>
  );
}

function ResetDialog({ person, onClose }: { readonly person: Person; readonly onClose: () => void }) {
  const form = useBusyForm();
  const [removesSecondFactor, setRemovesSecondFactor] = useState(false);
  const [link, setLink] = useState<string>();
  return (
    <Dialog onClose={onClose} isBusy={form.isBusy} title={`Another password for ${person.name}`}>
      {link === undefined ? (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            void form.run(async () => {
              setLink((await resetPerson(person.id, removesSecondFactor)).link);
            });
          }}
        >
          <p>Makes a link by which they choose another. The one that they have is good until then.</p>
          {person.has_second_factor && (
            <Checkbox
              label="They have lost their second factor: it goes with the old password"
              checked={removesSecondFactor}
              onChange={(event) => {
                setRemovesSecondFactor(event.currentTarget.checked);
              }}
            />
          )}
          {form.problem !== undefined && <p role="alert">{form.problem}</p>}
          <Group justify="flex-end" gap="xs" mt="md">
            <Button variant="default" disabled={form.isBusy} onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={form.isBusy} data-autofocus>
              Make the link
            </Button>
          </Group>
        </form>
      ) : (
        <OneTimeLink link={link} whose={person.name} within="a day" onClose={onClose} />
      )}
    </Dialog>
  );
}
