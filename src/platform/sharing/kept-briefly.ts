/**
 * Keeps what `read` answers for a while, by key, so that many who ask for the same figures cost one reading. Those who
 * ask while it is being read wait for it together; a failure is kept for nobody.
 */
export function keptBriefly<Key, Answer>(
  forMs: number,
  read: (key: Key) => Promise<Answer>,
  now: () => number = () => performance.now(),
): (key: Key) => Promise<Answer> {
  const kept = new Map<Key, { readonly answer: Promise<Answer>; readonly until: number }>();
  return (key) => {
    const found = kept.get(key);
    if (found && found.until > now()) return found.answer;
    const answer = read(key);
    kept.set(key, { answer, until: now() + forMs });
    answer.catch(() => {
      if (kept.get(key)?.answer === answer) kept.delete(key);
    });
    return answer;
  };
}
