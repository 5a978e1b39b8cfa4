import type { TestApi } from './api.ts';

export interface KeyJson {
  readonly id: number;
  readonly name: string;
  readonly role: string;
  readonly state: string;
  readonly revoked_at: string | null;
  readonly last_used_at: string | null;
}

export const bearer = (secret: string) => ({ authorization: `Bearer ${secret}` });

/** Makes a key; the first of a database needs none to be made with, and closes the door behind it. */
export async function issueKey(
  api: TestApi,
  fields: object,
  withSecret?: string,
): Promise<KeyJson & { readonly secret: string }> {
  const answer = await api.post('/v1/keys', fields, withSecret === undefined ? {} : bearer(withSecret));
  if (answer.statusCode !== 201) throw new Error(`making a key answered ${answer.statusCode}: ${answer.body}`);
  return answer.json<KeyJson & { readonly secret: string }>();
}
