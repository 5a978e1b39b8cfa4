import { createHmac } from 'node:crypto';
import { makeLink } from '../../src/identity/people/one-time-links.ts';
import type { Answer, TestApi } from './api.ts';
import type { ProblemJson } from './shop/shop.ts';

export const PASSWORD = 'four words and a comma';

export interface PersonJson {
  readonly id: number;
  readonly name: string;
  readonly email: string;
  readonly role: string;
  readonly state: string;
  readonly has_second_factor: boolean;
}

/** What a browser has after it has signed in: it is sent with the header that pages of ours send. */
export type Signed = Readonly<Record<'cookie' | 'x-csrf-protection', string>>;

export interface Invited {
  readonly signed: Signed;
  readonly person: PersonJson;
}

/** The cookie that an answer sets, as a browser sends it back; undefined: it sets none. */
export function cookieOf({ headers }: Answer): string | undefined {
  const set = [headers['set-cookie'] ?? []].flat()[0];
  return set?.split(';', 1)[0];
}

export function signedBy(answer: Answer): Signed {
  const cookie = cookieOf(answer);
  if (answer.statusCode !== 201 || cookie === undefined) throw new Error(`not signed in: ${answer.body}`);
  return { cookie, 'x-csrf-protection': '1' };
}

export async function signIn(api: TestApi, email: string, password = PASSWORD): Promise<Signed> {
  return signedBy(await api.post('/v1/session', { email, password }));
}

/** The first person, as the link that is printed at start makes them; from here on nobody comes in unknown. */
export async function setUp(api: TestApi, name = 'Asha Rao', email = 'asha@shop.example'): Promise<Signed> {
  const { token } = await makeLink(api.database.pool, { purpose: 'setup' });
  const made = await api.post('/v1/one-time-link/setup', { token, name, email, password: PASSWORD });
  if (made.statusCode !== 201) throw new Error(`the first person was not made: ${made.body}`);
  return signIn(api, email);
}

/** Invites somebody, who chooses the password and signs in. */
export async function invite(
  api: TestApi,
  admin: Signed,
  fields: { readonly name: string; readonly role: string },
): Promise<Invited> {
  const email = `${fields.name.toLowerCase().replaceAll(' ', '.')}@shop.example`;
  const invited = await api.post('/v1/people', { ...fields, email }, admin);
  if (invited.statusCode !== 201) throw new Error(`nobody was invited: ${invited.body}`);
  const person = invited.json<PersonJson & { link: string }>();
  await api.post('/v1/one-time-link/password', { token: tokenIn(person.link), password: PASSWORD });
  return { signed: await signIn(api, email), person };
}

export const codeOf = (answer: Answer) => answer.json<ProblemJson>().code;

export function tokenIn(link: string): string {
  return new URL(link).hash.slice('#token='.length);
}

/** What an app shows, worked out apart from the code under test. */
export function codeOfApp(secret: string, stepsAway = 0): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  const bits = Array.from(secret, (character) => alphabet.indexOf(character).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from(bits.match(/.{8}/g)?.map((byte) => Number.parseInt(byte, 2)) ?? []);
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + stepsAway));
  const digest = createHmac('sha1', key).update(counter).digest();
  const offset = (digest.at(-1) ?? 0) & 15;
  return String((digest.readUInt32BE(offset) & 0x7fff_ffff) % 1_000_000).padStart(6, '0');
}
