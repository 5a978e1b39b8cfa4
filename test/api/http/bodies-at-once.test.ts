import { beforeAll, describe, expect, it } from 'vitest';
import { useApi } from '../../support/api.ts';
import { rawExchange } from '../../support/http/raw-http.ts';

const BYTES_OF_A_WEBHOOK = 512 * 1024;

const api = useApi();
let port: number;
beforeAll(async () => {
  port = await api.listen();
});

const headOf = (path: string, fields: readonly string[]) =>
  [`POST ${path} HTTP/1.1`, 'Host: localhost', 'Content-Type: application/json', ...fields, ''].join('\r\n');

describe("a gateway's webhook that is not taken whatever its body is", () => {
  it.for([
    ['of a gateway without a secret here', '/v1/webhooks/razorpay', 404, 'gateway.not_configured'],
    ['of no gateway that there is', '/v1/webhooks/paypal', 400, 'request.invalid'],
    ['without a signature', '/v1/webhooks/stripe', 401, 'gateway.webhook_not_verified'],
  ] as const)('%s is answered before its body has come', async ([, path, status, code]) => {
    const head = headOf(path, [`Content-Length: ${BYTES_OF_A_WEBHOOK}`, 'Connection: close']);
    const answer = await rawExchange(port, `${head}\r\n{`);
    expect(JSON.parse(answer.body)).toMatchObject({ status, code });
  });
});
