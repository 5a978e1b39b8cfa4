import { expect, it } from 'vitest';
import { faultOfPassword } from './password-policy.ts';

const asha = { name: 'Asha Rao', email: 'asha.desk@shop.example' };

it.for([
  'four words and a comma',
  'xkcd-936-horse',
  'asha likes brass lamps',
  'welcome to the warehouse',
  'power concert were property',
  'admin-x9!kvtqe',
  'summer in the old office',
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
  ['qwertyuiop12', /guessed first/],
  ['iloveyou1234', /guessed first/],
  ['administrator', /guessed first/],
  ['welcome12345', /guessed first/],
  ['1qaz2wsx3edc', /guessed first/],
  ['letmein12345', /guessed first/],
  ['changeme1234', /guessed first/],
  ['admin1234567', /guessed first/],
  ['Admin123456789!', /guessed first/],
  ['P@ssw0rd2026!', /guessed first/],
  ['Summer2026!!!', /guessed first/],
  ['123qweasdzxc', /guessed first/],
  ['q1w2e3r4t5y6', /guessed first/],
  ['qazwsxedcrfv', /guessed first/],
  ['123456qwerty', /guessed first/],
  ['michaeljackson1', /guessed first/],
  ['ghbdtnghbdtn', /over and over/],
] as const)('refuses "%s"', ([password, fault]) => {
  expect(faultOfPassword(password, asha)).toMatch(fault);
});
