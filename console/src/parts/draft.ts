import { useCallback, useState } from 'react';

const PREFIX = 'roundtrip-draft ';
const OWNER_AT = 'roundtrip-drafts-of';

/** What comes of a draft that may have changed since the page was last drawn. No draft is a function: it is kept as JSON. */
type Change<Value> = (before: Value) => Value;

/** What a person is typing, kept over a reload of the page. `clear` forgets it once it was sent. */
export function useDraft<Value>(
  name: string,
  initial: Value,
): [Value, (next: Value | Change<Value>) => void, () => void] {
  const key = PREFIX + name;
  const kept = () => (read(key) as Value | undefined) ?? initial;
  const [value, setValue] = useState(kept);
  const set = useCallback(
    (next: Value | Change<Value>) => {
      // What is kept is newer than what the page shows, where two changes come before it is drawn again.
      const changed = isChange(next) ? next(kept()) : next;
      setValue(() => changed);
      sessionStorage.setItem(key, JSON.stringify(changed));
    },
    // `initial` is a literal wherever this is used.
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [key],
  );
  const clear = useCallback(() => {
    setValue(initial);
    sessionStorage.removeItem(key);
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [key]);
  return [value, set, clear];
}

/** The actor whose drafts are kept from now on: one whose session has ended finds theirs again, and nobody else does. */
export function keepDraftsOf(actor: string): void {
  if (sessionStorage.getItem(OWNER_AT) !== actor) forgetDrafts();
  sessionStorage.setItem(OWNER_AT, actor);
}

/** Nobody else is to see, or to send, what whoever leaves has typed. */
export function forgetDrafts(): void {
  for (const key of Object.keys(sessionStorage)) {
    if (key.startsWith(PREFIX)) sessionStorage.removeItem(key);
  }
}

function isChange<Value>(next: Value | Change<Value>): next is Change<Value> {
  return typeof next === 'function';
}

function read(key: string): unknown {
  try {
    const text = sessionStorage.getItem(key);
    return text === null ? undefined : (JSON.parse(text) as unknown);
  } catch {
    return undefined;
  }
}
