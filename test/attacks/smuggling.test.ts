import { beforeAll, describe, expect, it } from 'vitest';
import { useApi } from '../support/api.ts';
import { rawExchange } from '../support/http/raw-http.ts';
import { newOrder } from '../support/shop/shop.ts';

const api = useApi();
let port: number;
beforeAll(async () => {
  port = await api.listen();
});

const HOST = 'Host: localhost\r\n';
const body = JSON.stringify(newOrder({ order_number: 'SMUGGLED' }));
/** What an attacker would have another server in front of us take for a part of the body before it. */
const HIDDEN = `POST /v1/orders HTTP/1.1\r\n${HOST}Content-Type: application/json\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`;

const chunkOf = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`;
const post = (headers: string, rest: string) =>
  `POST /v1/orders/1/pay HTTP/1.1\r\n${HOST}Content-Type: application/json\r\n${headers}\r\n${rest}`;

/** Each can be read in two ways by two servers in a row. */
const AMBIGUOUS: readonly (readonly [string, string])[] = [
  ['CL.TE', post('Content-Length: 4\r\nTransfer-Encoding: chunked\r\n', `0\r\n\r\n${HIDDEN}`)],
  ['TE.CL', post('Transfer-Encoding: chunked\r\nContent-Length: 4\r\n', `${chunkOf(HIDDEN)}0\r\n\r\n`)],
  ['two lengths', post(`Content-Length: 0\r\nContent-Length: ${HIDDEN.length}\r\n`, HIDDEN)],
  ['two lengths in one line', post(`Content-Length: 0, ${HIDDEN.length}\r\n`, HIDDEN)],
  ['a length with a sign', post('Content-Length: +0\r\n', HIDDEN)],
  ['a length in hexadecimal', post('Content-Length: 0x0\r\n', HIDDEN)],
  ['a length past 2^64', post('Content-Length: 18446744073709551616\r\n', HIDDEN)],
  ['a length without a number', post('Content-Length: \r\n', HIDDEN)],
  ['a space before the colon', post('Transfer-Encoding : chunked\r\nContent-Length: 0\r\n', HIDDEN)],
  ['an unknown coding', post('Transfer-Encoding: xchunked\r\n', HIDDEN)],
  ['a coding after chunked', post('Transfer-Encoding: chunked, identity\r\n', `0\r\n\r\n${HIDDEN}`)],
  ['a coding behind a vertical tab', post('Transfer-Encoding: \x0bchunked\r\n', `0\r\n\r\n${HIDDEN}`)],
  ['a coding in a folded line', post('Transfer-Encoding:\r\n chunked\r\n', `0\r\n\r\n${HIDDEN}`)],
  ['a header behind a bare line feed', post('X-A: b\nTransfer-Encoding: chunked\r\n', `0\r\n\r\n${HIDDEN}`)],
  ['a header behind a bare carriage return', post('X-A: b\rTransfer-Encoding: chunked\r\n', `0\r\n\r\n${HIDDEN}`)],
  ['a chunk with a sign', post('Transfer-Encoding: chunked\r\n', `+0\r\n\r\n${HIDDEN}`)],
  ['a chunk in another notation', post('Transfer-Encoding: chunked\r\n', `0x0\r\n\r\n${HIDDEN}`)],
  ['a chunk past 2^64', post('Transfer-Encoding: chunked\r\n', `10000000000000000\r\n\r\n${HIDDEN}`)],
  ['a chunk that ends by a bare line feed', post('Transfer-Encoding: chunked\r\n', `0\n\n${HIDDEN}`)],
  ['a chunk longer than it says', post('Transfer-Encoding: chunked\r\n', `1\r\nabc\r\n0\r\n\r\n${HIDDEN}`)],
  ['a chunk extension with a bare line feed', post('Transfer-Encoding: chunked\r\n', `0;a\nb\r\n\r\n${HIDDEN}`)],
  ['NUL in a name', post('Content-Le\0ngth: 0\r\n', HIDDEN)],
  [
    'chunked in HTTP/1.0',
    `POST /v1/orders/1/pay HTTP/1.0\r\n${HOST}Transfer-Encoding: chunked, x\r\n\r\n0\r\n\r\n${HIDDEN}`,
  ],
  ['a version that is none', `POST /v1/orders/1/pay HTTP/1.1.1\r\n${HOST}\r\n${HIDDEN}`],
  ['two hosts', `GET /health HTTP/1.1\r\n${HOST}Host: other\r\n\r\n${HIDDEN}`],
  ['a line feed in the address', `GET /health\nX: HTTP/1.1\r\n${HOST}\r\n${HIDDEN}`],
  ['a space in the address', `GET /health HTTP/1.1 HTTP/1.1\r\n${HOST}\r\n${HIDDEN}`],
];

describe('a request that two servers would read in two ways', () => {
  it.for(AMBIGUOUS)('%s: is refused, the connection closed, and what it hides never done', async ([, request]) => {
    const { text } = await rawExchange(port, request);
    const statuses = [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => status);
    // What is behind it on the same connection is refused as well, where it was read at all.
    expect(new Set(statuses)).toEqual(new Set(['400']));
    const { rows } = await api.database.pool.query(`SELECT FROM orders WHERE order_number = 'SMUGGLED'`);
    expect(rows).toEqual([]);
  });

  it('and an honest one behind another on the same connection is answered as itself', async () => {
    const { text } = await rawExchange(
      port,
      `GET /health HTTP/1.1\r\n${HOST}\r\n${HIDDEN.replaceAll('SMUGGLED', 'HONESTLY')}`,
    );
    const statuses = [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => status);
    expect(statuses).toEqual(['200', '201']);
  });
});
