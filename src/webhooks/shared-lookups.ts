import type { PostOptions } from './post.ts';

type ResolveAll = NonNullable<PostOptions['resolveAll']>;

/**
 * One look-up of a name at a time, shared by all who ask for it meanwhile. The system's resolver works in threads, of
 * which Node gives it two, and goes on when nobody waits for it any more: a name that is never answered, asked for again
 * at each try, would keep both from the payment gateway and the database.
 */
export function sharedLookups(resolveAll: ResolveAll): ResolveAll {
  const underWay = new Map<string, ReturnType<ResolveAll>>();
  return (host) => {
    const known = underWay.get(host);
    if (known) return known;
    const lookup = resolveAll(host).finally(() => underWay.delete(host));
    underWay.set(host, lookup);
    return lookup;
  };
}
