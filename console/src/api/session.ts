import { useSyncExternalStore } from 'react';

/**
 * By what the console is let in: a session, whose cookie the browser keeps and no script reads; or a key, kept for as
 * long as this tab is open, which goes out as a header alone: never in an address, and to nobody but this server. None
 * where the server lets this machine in without.
 */
const STORED_AT = 'roundtrip-key';

/** Sent with everything: a page of another site cannot, so the server knows by it that a page of ours has asked. */
const CSRF_PROTECTION = { 'x-csrf-protection': '1' };

let isRefused = false;
const listeners = new Set<() => void>();

function tell(): void {
  for (const listener of listeners) listener();
}

export const session = {
  headers(): Record<string, string> {
    const key = sessionStorage.getItem(STORED_AT);
    return { ...CSRF_PROTECTION, ...(key === null ? {} : { authorization: `Bearer ${key}` }) };
  },
  get hasKey(): boolean {
    return sessionStorage.getItem(STORED_AT) !== null;
  },
  signIn(key: string): void {
    sessionStorage.setItem(STORED_AT, key);
    isRefused = false;
    tell();
  },
  /** The browser has a cookie now. */
  begun(): void {
    sessionStorage.removeItem(STORED_AT);
    isRefused = false;
    tell();
  },
  signOut(): void {
    sessionStorage.removeItem(STORED_AT);
    isRefused = true;
    tell();
  },
  /**
   * The server does not know who asks: nobody has signed in, or the key is no longer good. It is forgotten then: it would
   * go out beside the cookie of whoever signs in some other way, and be looked at first.
   *
   * @param sent the Authorization of the request; what is said of a key says nothing of one that has taken its place
   */
  refused(sent: string | null): void {
    if (sent !== (session.headers()['authorization'] ?? null)) return;
    sessionStorage.removeItem(STORED_AT);
    if (isRefused) return;
    isRefused = true;
    tell();
  },
};

/** Whether somebody has to sign in before anything can be shown. */
export function useIsRefused(): boolean {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => isRefused,
  );
}

const SIGNED_OUT = 401;

/** Fetch, as whoever has signed in. */
export async function fetchSignedIn(request: Request): Promise<Response> {
  const signed = new Request(request);
  for (const [name, value] of Object.entries(session.headers())) {
    if (!signed.headers.has(name)) signed.headers.set(name, value);
  }
  const response = await fetch(signed);
  if (response.status === SIGNED_OUT) session.refused(signed.headers.get('authorization'));
  return response;
}
