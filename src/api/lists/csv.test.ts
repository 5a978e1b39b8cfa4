import { expect, test } from 'vitest';
import { csvLine } from './csv.ts';

test.each([
  [['revenue', -100], 'revenue,-100\r\n'],
  [['a "b", c'], '"a ""b"", c"\r\n'],
  [['two\nlines'], '"two\nlines"\r\n'],
  [['=1+1'], "'=1+1\r\n"],
  [['+1'], "'+1\r\n"],
  [['-1'], "'-1\r\n"],
  [['@a'], "'@a\r\n"],
  [['\t=1'], "'\t=1\r\n"],
  [['\r=1'], '"\'\r=1"\r\n'],
  [['\n=1'], '"\'\n=1"\r\n'],
  [['＝1'], "'＝1\r\n"],
  [['＋1'], "'＋1\r\n"],
  [['－1'], "'－1\r\n"],
  [['＠a'], "'＠a\r\n"],
  [['"=1"'], '"""=1"""\r\n'],
  [['=a,b'], '"\'=a,b"\r\n'],
])('%j is written as %j: nothing in it is a formula, a number is one', (fields, line) => {
  expect(csvLine(fields)).toBe(line);
});
