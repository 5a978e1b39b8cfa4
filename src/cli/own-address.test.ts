import { createServer } from 'node:http';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { readConfig } from '../platform/config.ts';
import { importCommand } from './commands/import.ts';
import { ownAddressOf } from './own-address.ts';

const TLS = { TLS_CERT_FILE: 'cert.pem', TLS_KEY_FILE: 'key.pem' };

test.each([
  [{}, 'http://127.0.0.1:8000'],
  [{ PORT: '8477' }, 'http://127.0.0.1:8477'],
  [{ PORT: '8443', ...TLS }, 'https://localhost:8443'],
  [{ PORT: '8477', PUBLIC_URL: 'https://orders.shop.example' }, 'https://orders.shop.example'],
])('commands find the web that was started with %j at %s', (environment, address) => {
  expect(ownAddressOf(readConfig(environment))).toBe(address);
});

test('the import looks for the web where the settings have it', async () => {
  const asked: string[] = [];
  const server = createServer(({ url }, answer) => {
    asked.push(url ?? '');
    answer.writeHead(401).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const folder = await mkdtemp(join(tmpdir(), 'own-address-'));
  const { exitCode } = process;
  onTestFinished(async () => {
    process.exitCode = exitCode;
    server.close();
    await rm(folder, { recursive: true });
  });
  const file = join(folder, 'shop.csv');
  const head = 'InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country';
  await writeFile(file, `${head}\n1,A,MUG,6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom\n`);
  const { port } = server.address() as AddressInfo;
  const command = importCommand(() => readConfig({ PORT: String(port) }));
  await command.parseAsync([file, '--format', 'online-retail'], { from: 'user' });
  expect(asked).toContain('/v1/orders');
});
