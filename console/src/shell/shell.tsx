import { ActionIcon, Button, Tooltip, useComputedColorScheme, useMantineColorScheme } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, Outlet, useLocation, useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { followChanges } from '../api/live.ts';
import { meQuery, settingsQuery } from '../api/queries.ts';
import { session, useIsRefused } from '../api/session.ts';
import { SettingsContext } from '../format/settings.tsx';
import icon from '../icon.svg';
import { useKeys } from '../parts/hotkeys.ts';
import { KeyboardIcon, MoonIcon, PersonIcon, SearchIcon, SunIcon } from '../parts/icons.tsx';
import { Loaded } from '../parts/outcome.tsx';
import { LoginPage } from '../routes/login/login-page.tsx';
import { ConnectionBanner, ConnectionSign } from './connection-sign.tsx';
import { MeContext } from './me.tsx';
import { Palette } from './palette.tsx';
import { PLACES } from './places.ts';
import { ShortcutsSheet } from './shortcuts-sheet.tsx';
import { useSignOut } from './sign-out.ts';
import classes from './shell.module.css';

/** Pages for somebody who is nobody yet. */
const BEFORE_THE_DOOR: ReadonlySet<string> = new Set(['/login', '/setup', '/invite']);

/** The console, once it is known who looks at it. */
export function Shell() {
  const path = useLocation({ select: ({ pathname }) => pathname });
  const isRefused = useIsRefused();
  if (BEFORE_THE_DOOR.has(path)) return <Outlet />;
  // Here from the start: when a session ends, the server may have another console by now, and a page of this one no more.
  return isRefused ? <LoginPage /> : <Frame />;
}

/** What is around every page: where to go, the search, and whether it is live. */
function Frame() {
  const client = useQueryClient();
  const navigate = useNavigate();
  const settings = useQuery(settingsQuery);
  const me = useQuery(meQuery);
  const [open, setOpen] = useState<'palette' | 'shortcuts'>();
  const { toggleColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme('light');
  useEffect(() => followChanges(client), [client]);

  const scan = { name: 'Scan parcels in', run: () => void navigate({ to: '/returns/receive' }) };
  const mayScan = me.data?.operations.includes('receiveReturn') === true;
  const books = {
    name: 'Ledger: trial balance and export',
    run: () => void navigate({ to: '/operations', search: { tab: 'ledger' } }),
  };
  const mayReadBooks = me.data?.operations.includes('getTrialBalance') === true;
  const show = (what: 'palette' | 'shortcuts') => () => {
    setOpen(what);
  };
  const close = () => {
    setOpen(undefined);
  };
  useKeys({
    'mod+k': show('palette'),
    '/': show('palette'),
    '?': show('shortcuts'),
    ...(mayScan ? { 'g s': scan.run } : {}),
    ...Object.fromEntries(PLACES.map(({ to, key }) => [`g ${key}`, () => void navigate({ to })])),
  });
  const personName = me.data?.kind === 'person' ? me.data.actor.replace(/^person:/, '') : undefined;
  const signOut = useSignOut(me.data?.kind);
  const schemeName = scheme === 'dark' ? 'Light colours' : 'Dark colours';

  return (
    <div className={classes.shell}>
      <a href="#main" className="skip-link">
        Skip to the page
      </a>
      <Link to="/today" className={classes.brand}>
        <img src={icon} alt="" width={22} height={22} />
        Roundtrip
      </Link>
      <header className={classes.bar}>
        <button type="button" className={classes.search} onClick={show('palette')} aria-haspopup="dialog">
          <SearchIcon size={15} />
          <span>Search orders and returns</span>
          <kbd>Ctrl K</kbd>
        </button>
        <div className={classes.spacer} />
        <ConnectionSign />
        {personName !== undefined && (
          <Tooltip label="Your account">
            <Button
              variant="subtle"
              color="gray"
              className={classes.wideOnly ?? ''}
              onClick={() => void navigate({ to: '/account' })}
            >
              {personName}
            </Button>
          </Tooltip>
        )}
        {personName !== undefined && (
          <ActionIcon
            className={classes.narrowOnly}
            aria-label={`Your account, ${personName}`}
            onClick={() => void navigate({ to: '/account' })}
          >
            <PersonIcon size={18} />
          </ActionIcon>
        )}
        {me.data?.kind === 'key' && (
          <Tooltip label={`Signed in as ${me.data.actor}: sign out`}>
            <Button variant="subtle" color="gray" className={classes.wideOnly ?? ''} onClick={() => void signOut()}>
              {me.data.actor}
            </Button>
          </Tooltip>
        )}
        <Tooltip label="Keyboard shortcuts (?)">
          <ActionIcon className={classes.wideOnly} aria-label="Keyboard shortcuts" onClick={show('shortcuts')}>
            <KeyboardIcon size={18} />
          </ActionIcon>
        </Tooltip>
        <Tooltip label={schemeName}>
          <ActionIcon aria-label={schemeName} onClick={toggleColorScheme}>
            {scheme === 'dark' ? <SunIcon size={18} /> : <MoonIcon size={18} />}
          </ActionIcon>
        </Tooltip>
      </header>
      <div className={classes.side}>
        <nav className={classes.nav} aria-label="Pages">
          {PLACES.map(({ to, name, Icon }) => (
            <Link key={to} to={to} className={classes.place} preload="intent">
              <Icon size={17} />
              {name}
            </Link>
          ))}
        </nav>
      </div>
      <main id="main" className={classes.main} tabIndex={-1}>
        <ConnectionBanner />
        <Loaded query={settings}>
          {(loaded) => (
            <SettingsContext value={loaded}>
              <Loaded query={me}>
                {(known) => (
                  // Somebody else's page is another page: nothing that was typed goes from one to the other.
                  <MeContext key={known.actor} value={known}>
                    <Outlet />
                    {open === 'palette' && (
                      <Palette
                        onClose={close}
                        commands={[
                          ...(mayScan ? [scan] : []),
                          ...(mayReadBooks ? [books] : []),
                          { name: schemeName, run: toggleColorScheme },
                          { name: 'Keyboard shortcuts', run: show('shortcuts') },
                          { name: 'API documentation', run: () => window.open('/docs') },
                          ...(personName !== undefined
                            ? [{ name: 'Your account', run: () => void navigate({ to: '/account' }) }]
                            : []),
                          ...(personName !== undefined || session.hasKey
                            ? [{ name: 'Sign out', run: () => void signOut() }]
                            : []),
                        ]}
                      />
                    )}
                  </MeContext>
                )}
              </Loaded>
            </SettingsContext>
          )}
        </Loaded>
      </main>
      {open === 'shortcuts' && <ShortcutsSheet mayScan={mayScan} onClose={close} />}
    </div>
  );
}
