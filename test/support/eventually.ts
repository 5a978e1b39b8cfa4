const DEADLINE_MS = 10_000;
const INTERVAL_MS = 5;

/**
 * Asks again until the answer is neither false nor undefined, and gives it back.
 *
 * @param what the condition, as the error names it
 * @throws Error when it has not come true in ten seconds
 */
export async function eventually<Answer>(
  what: string,
  ask: () => Answer | Promise<Answer>,
): Promise<Exclude<Answer, false | undefined>> {
  const deadline = performance.now() + DEADLINE_MS;
  while (performance.now() < deadline) {
    const answer = await ask();
    if (isThere(answer)) return answer;
    await new Promise((resolve) => setTimeout(resolve, INTERVAL_MS));
  }
  throw new Error(`not in ${DEADLINE_MS} ms: ${what}`);
}

function isThere<Answer>(answer: Answer): answer is Exclude<Answer, false | undefined> {
  return answer !== false && answer !== undefined;
}
