import { expect, test } from 'vitest';
import { sharedLookups } from './shared-lookups.ts';

const ADDRESS = { address: '192.0.2.1', family: 4 };

test('a name is looked up once at a time, however many ask, and anew by those who ask later', async () => {
  const asked: string[] = [];
  let answer = Promise.withResolvers<(typeof ADDRESS)[]>();
  const resolveAll = sharedLookups((host) => {
    asked.push(host);
    return answer.promise;
  });
  const first = Promise.all([resolveAll('hook.example'), resolveAll('hook.example'), resolveAll('other.example')]);
  expect(asked).toEqual(['hook.example', 'other.example']);
  answer.resolve([ADDRESS]);
  expect(await first).toEqual([[ADDRESS], [ADDRESS], [ADDRESS]]);

  answer = Promise.withResolvers();
  const failing = [resolveAll('hook.example'), resolveAll('hook.example')];
  answer.reject(new Error('SERVFAIL'));
  expect((await Promise.allSettled(failing)).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  answer = Promise.withResolvers();
  const again = resolveAll('hook.example');
  answer.resolve([ADDRESS]);
  expect(await again).toEqual([ADDRESS]);
  expect(asked).toEqual(['hook.example', 'other.example', 'hook.example', 'hook.example']);
});
