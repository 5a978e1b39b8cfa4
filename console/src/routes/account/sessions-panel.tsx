import { Button } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { endOwnSession, ownSessionsQuery, type PersonSession } from '../../api/people.ts';
import { When } from '../../format/time.tsx';
import { Loaded } from '../../parts/outcome.tsx';
import { Panel } from '../../parts/page.tsx';
import { tellDone, tellFailed } from '../../parts/toast.tsx';
import list from '../operations/operations.module.css';

/** Where the person is signed in. */
export function SessionsPanel() {
  const client = useQueryClient();
  const sessions = useQuery(ownSessionsQuery);
  const end = async ({ id }: PersonSession) => {
    try {
      await endOwnSession(id);
      tellDone('The session is over.');
    } catch (error) {
      tellFailed('The session was not ended', error);
    }
    await client.invalidateQueries({ queryKey: ['session'] });
  };
  return (
    <Panel title="Where you are signed in" flush>
      <Loaded query={sessions} rows={2}>
        {({ data }) => (
          <ul className={list.list}>
            {data.map((session) => (
              <li key={session.id}>
                <span className={list.grow}>
                  {browserOf(session)}
                  <span className="faint">
                    {' '}
                    · {session.address} · since <When at={session.created_at} /> · last seen{' '}
                    <When at={session.last_seen_at} />
                  </span>
                </span>
                {session.is_current ? (
                  <span className="faint">This session</span>
                ) : (
                  <Button size="compact-xs" variant="default" onClick={() => void end(session)}>
                    End it
                  </Button>
                )}
              </li>
            ))}
          </ul>
        )}
      </Loaded>
    </Panel>
  );
}

const BROWSERS = ['Firefox', 'Edg', 'OPR', 'Chrome', 'Safari'] as const;
const NAMES: Readonly<Record<string, string>> = { Edg: 'Edge', OPR: 'Opera' };
const SYSTEMS = ['Windows', 'Android', 'iPhone', 'iPad', 'Mac', 'Linux'] as const;

/** As well as a browser tells: enough to know one's own again. */
function browserOf({ user_agent: agent }: PersonSession): string {
  if (agent === null) return 'A program';
  const browser = BROWSERS.find((each) => agent.includes(`${each}/`));
  const system = SYSTEMS.find((each) => agent.includes(each));
  if (browser === undefined) return agent.slice(0, 60);
  return `${NAMES[browser] ?? browser}${system === undefined ? '' : ` on ${system}`}`;
}
