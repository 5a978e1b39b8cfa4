import { Identity } from '../../identity/identity.ts';
import { isLoopback } from '../../identity/open-mode.ts';
import { makeLink, pathOfLink } from '../../identity/people/one-time-links.ts';
import type { Config } from '../../platform/config.ts';
import { sqlState } from '../../platform/database/postgres.ts';
import { silentLogger } from '../../platform/logger.ts';
import { SecretBox } from '../../platform/secrets/secret-box.ts';
import { StartError } from '../../platform/start-error.ts';

/** Who comes in. open: this machine's user, without a key. unclaimed: nobody yet. guarded: people and keys. */
export type Door = 'open' | 'unclaimed' | 'guarded';

/** What a standby answers to all that writes. */
const READ_ONLY = '25006';
const MAKE_A_KEY = 'roundtrip keys create --role admin';

/** @throws StartError rather than be open to other machines */
export async function findDoor(identity: Identity, { host, openMode }: Config): Promise<Door> {
  if (!(await identity.isUnclaimed())) return 'guarded';
  if (openMode === 'never') return 'unclaimed';
  if (isLoopback(host)) return 'open';
  throw new StartError(
    `there is no person and no key yet, so ${host} would be open to every machine that reaches it: make a key first ` +
      `("${MAKE_A_KEY}"), or set HOST=127.0.0.1, or set OPEN_MODE=never to start with nobody let in`,
  );
}

/** Where the first person makes their account, once; undefined: somebody has made theirs, or a key; or none can be made. */
export async function makeSetupPath({ pool }: Identity, door: Door): Promise<string | undefined> {
  if (door === 'guarded') return undefined;
  try {
    const { token } = await makeLink(pool, { purpose: 'setup' });
    return pathOfLink('setup', token);
  } catch (error) {
    // A web on a standby is for reading: it starts without.
    if (sqlState(error) === READ_ONLY) return undefined;
    throw error;
  }
}

export interface DoorState {
  /** The address that is listened on. */
  readonly url: string;
  readonly door: Door;
  readonly setupPath: string | undefined;
}

/**
 * For a process that starts webs and is none itself: the door is the same for all of them, and its link is made once.
 *
 * @throws StartError rather than be open to other machines
 */
export async function lookForDoor(config: Config, databaseUrl: string): Promise<Omit<DoorState, 'url'>> {
  const { host, openMode, encryptionKeys, rateLimitPerSecond, tokenIssuer } = config;
  const identity = new Identity({
    databaseUrl,
    logger: silentLogger,
    box: new SecretBox(encryptionKeys),
    host,
    openMode,
    rateLimitPerSecond,
    isTls: false,
    tokenIssuer,
  });
  try {
    const door = await findDoor(identity, config);
    return { door, setupPath: await makeSetupPath(identity, door) };
  } finally {
    await identity.close();
  }
}

/** What the person who starts it must know, as lines. They are for a terminal: the link in them is good for whoever reads it. */
export function doorNotice({ url, door, setupPath }: DoorState, publicUrl: string | undefined): string[] {
  if (door === 'guarded') return [];
  const waysIn = setupPath === undefined ? [NO_WAY_IN, ''] : waysInBy(linkTo(setupPath, url, publicUrl));
  return door === 'open'
    ? [
        `OPEN: every program and user of this machine may do everything at ${url}, until there is a person or a key.`,
        ...waysIn,
      ]
    : ['CLOSED: there is no person and no key yet, so nobody comes in.', ...waysIn];
}

const NO_WAY_IN = 'This database takes no writes: the first account and key are made where it does.';

function waysInBy(link: string): string[] {
  return [`To make the first account, once, within a day: ${link}`, `Or a key, from the shell: ${MAKE_A_KEY}`, ''];
}

function linkTo(setupPath: string, url: string, publicUrl: string | undefined): string {
  const { protocol, port } = new URL(url);
  // Cookies go by name: it is the address that the console is announced by, but where a certificate needs another.
  return new URL(setupPath, publicUrl ?? (protocol === 'https:' ? `https://localhost:${port}` : url)).href;
}
