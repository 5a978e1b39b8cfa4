import { Button } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { peopleQuery } from '../../../api/people.ts';
import { Empty, Failure, Loading } from '../../../parts/outcome.tsx';
import { Panel } from '../../../parts/page.tsx';
import { useMay } from '../../../shell/me.tsx';
import { ShowMore } from '../show-more.tsx';
import classes from '../operations.module.css';
import { InviteDialog } from './invite-dialog.tsx';
import { PersonRow } from './person-row.tsx';

/** Who may come in, and as what. */
export function PeopleTab() {
  const may = useMay();
  const people = useInfiniteQuery(peopleQuery);
  const [isInviting, setIsInviting] = useState(false);
  const rows = people.data?.pages.flatMap(({ data }) => data) ?? [];
  return (
    <Panel
      title="People"
      flush
      aside={
        may('invitePerson') && (
          <Button
            onClick={() => {
              setIsInviting(true);
            }}
          >
            Invite a person
          </Button>
        )
      }
    >
      {people.isPending && <Loading rows={3} />}
      {people.error && <Failure error={people.error} retry={people.refetch} />}
      {people.data && rows.length === 0 && (
        <Empty title="Nobody has an account yet">
          Once the first person has one, nobody comes in unknown any more. Invite yourself first, as an administrator.
        </Empty>
      )}
      <ul className={classes.list}>
        {rows.map((person) => (
          <PersonRow key={person.id} person={person} />
        ))}
      </ul>
      <ShowMore list={people} />
      {isInviting && (
        <InviteDialog
          onClose={() => {
            setIsInviting(false);
          }}
        />
      )}
    </Panel>
  );
}
