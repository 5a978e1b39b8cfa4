import { expect, it } from 'vitest';
import { faultOfPassword } from './password-policy.ts';

const asha = { name: 'Asha Rao', email: 'asha.desk@shop.example' };

it.for([
  'four words and a comma',
  'xkcd-936-horse',
  'asha likes brass lamps',
  'ßtraße, größer & öfter',
  '                 no rule',
  'correct horse battery staple'.repeat(4),
])('takes "%s"', (password) => {
  expect(faultOfPassword(password, asha)).toBeUndefined();
});

it.for([
  ['eleven char', /at least 12/],
  ['x'.repeat(129), /at most 128/],
  ['aaaaaaaaaaaaaaaa', /over and over/],
  ['abcabcabcabcabc', /over and over/],
  ['abcdefghijklm', /in their order/],
  ['zyxwvutsrqponm', /in their order/],
  ['123456789012', /in their order/],
  ['asha.desk@shop.example', /made of/],
  ['Asha.Desk1234', /made of/],
  ['ASHARAO-asharao', /made of/],
  ['Roundtrip2026!', /made of/],
  ['Password1234', /made of/],
] as const)('refuses "%s"', ([password, fault]) => {
  expect(faultOfPassword(password, asha)).toMatch(fault);
});
