import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { ownSessionQuery } from '../../api/people.ts';
import { wordsOf } from '../../format/words.ts';
import { Empty, Loaded } from '../../parts/outcome.tsx';
import { Page } from '../../parts/page.tsx';
import { useMe } from '../../shell/me.tsx';
import { useSignOut } from '../../shell/sign-out.ts';
import { PasswordPanel } from './password-panel.tsx';
import { SecondFactorPanel } from './second-factor-panel.tsx';
import { SessionsPanel } from './sessions-panel.tsx';

/** What a person does about their own account. */
export function AccountPage() {
  const { kind } = useMe();
  return kind === 'person' ? (
    <PersonAccount />
  ) : (
    <Page title="Your account">
      <Empty title="You have not signed in as a person">
        Accounts belong to people, with an e-mail address and a password. An administrator invites them under
        Operations, People.
      </Empty>
    </Page>
  );
}

function PersonAccount() {
  const own = useQuery(ownSessionQuery);
  const signOut = useSignOut('person');
  return (
    <Page
      title="Your account"
      actions={
        <Button variant="default" onClick={() => void signOut()}>
          Sign out
        </Button>
      }
    >
      <Loaded query={own}>
        {({ person }) => (
          <>
            <p>
              <strong>{person.name}</strong> · {person.email} · {wordsOf(person.role)}
            </p>
            <SecondFactorPanel isOn={person.has_second_factor} />
            <PasswordPanel email={person.email} />
            <SessionsPanel />
          </>
        )}
      </Loaded>
    </Page>
  );
}
