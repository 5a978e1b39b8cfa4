/** Each gateway remembers a key for longer: of those that say for how long, Stripe forgets first, after a day. */
const KEY_REMEMBERED_MS = 12 * 3_600_000;

/**
 * Whatever was sent under its key before, by us or by those whose backup we come from, the gateway knows that key still:
 * what is sent under it again is answered with what became of it, and done once.
 */
export function keyIsRemembered({ createdAt }: { readonly createdAt: Date }, now: Date): boolean {
  return now.getTime() - createdAt.getTime() < KEY_REMEMBERED_MS;
}
