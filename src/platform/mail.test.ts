import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createMailer, MailDelayed, type MailMessage } from './mail.ts';

const MESSAGE: MailMessage = {
  to: 'asha@example.com',
  subject: 'Your invoice over ₹100',
  text: 'Hello,\n.\nFrom us: ₹100',
  messageId: '<invoice.INV2627-00000001@shop.example>',
  date: new Date('2026-11-20T20:30:00.000Z'),
  attachments: [{ fileName: 'a.pdf', content: Buffer.from('%PDF-1.3'), contentType: 'application/pdf' }],
};

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mail-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

const folderMailer = () => createMailer({ smtpUrl: undefined, outputDirectory: folder, from: 'invoices@shop.example' });
const onlyFile = async () => {
  const names = await readdir(folder);
  expect(names).toHaveLength(1);
  return readFile(join(folder, names[0] ?? ''));
};
/** Names of the header fields, in order; a continued line belongs to the field before it. */
const headerNames = (eml: string): string[] =>
  (eml.split('\r\n\r\n')[0] ?? '').split('\r\n').flatMap((line) => /^([^\s:]+):/.exec(line)?.[1] ?? []);
const HEADERS = ['From', 'To', 'Subject', 'Message-ID', 'Date', 'Content-Type', 'MIME-Version'].sort();

describe('a message in a folder', () => {
  test('is an .eml file named by its Message-ID, with sender, recipient, date and attachment', async () => {
    await folderMailer().send(MESSAGE);
    expect(await readdir(folder)).toEqual(['invoice.INV2627-00000001@shop.example.eml']);
    const eml = (await onlyFile()).toString();
    expect(headerNames(eml).sort()).toEqual(HEADERS);
    expect(eml).toContain('From: invoices@shop.example\r\nTo: asha@example.com\r\n');
    expect(eml).toContain('Message-ID: <invoice.INV2627-00000001@shop.example>\r\n');
    expect(eml).toContain('Date: Fri, 20 Nov 2026 20:30:00 +0000\r\n');
    expect(eml).toContain('filename=a.pdf');
    expect(eml).toContain(Buffer.from('%PDF-1.3').toString('base64'));
  });

  test('sent twice is one file of the same bytes', async () => {
    await folderMailer().send(MESSAGE);
    const first = await onlyFile();
    await folderMailer().send(MESSAGE);
    expect((await onlyFile()).equals(first)).toBe(true);
  });

  test.each([undefined, 'smtp://127.0.0.1:1'])(
    'is forgotten with its like of other domains, and no other message is, whether by the folder or by %s',
    async (smtpUrl) => {
      const messageId = (number: number, domain: string) => `<invoice.INV2627-${number}@${domain}>`;
      for (const [number, domain] of [
        [1, 'shop.example'],
        [1, 'renamed.example'],
        [10, 'shop.example'],
      ] as const) {
        await folderMailer().send({ ...MESSAGE, messageId: messageId(number, domain) });
      }
      const mailer = createMailer({ smtpUrl, outputDirectory: folder, from: 'invoices@another.example' });
      await mailer.forget('invoice.INV2627-1');
      expect(await readdir(folder)).toEqual(['invoice.INV2627-10@shop.example.eml']);
      mailer.close();
    },
  );

  test('is forgotten where there never was a folder', async () => {
    const outputDirectory = join(folder, 'never made');
    await createMailer({ smtpUrl: undefined, outputDirectory, from: 'invoices@shop.example' }).forget('invoice.1');
  });

  test('cannot leave the folder by its Message-ID', async () => {
    await folderMailer().send({ ...MESSAGE, messageId: '<../../x/y@shop.example>' });
    expect(await readdir(folder)).toEqual(['..-..-x-y@shop.example.eml']);
  });
});

describe('a header', () => {
  test('is never added by a subject, whatever it holds', async () => {
    const part = fc.constantFrom(
      '\r\n',
      '\n',
      '\r',
      '\u0000',
      '\u2028',
      'Bcc: evil@example.org',
      ' ',
      '\t',
      '₹',
      'a'.repeat(80),
      ':',
    );
    await fc.assert(
      fc.asyncProperty(fc.array(part, { maxLength: 12 }), async (parts) => {
        await folderMailer().send({ ...MESSAGE, subject: `Your invoice ${parts.join('')}` });
        expect(headerNames((await onlyFile()).toString()).sort()).toEqual(HEADERS);
      }),
      { numRuns: 60 },
    );
  });

  test('is one line of a subject that was several', async () => {
    await folderMailer().send({ ...MESSAGE, subject: 'Your invoice\r\nBcc: evil@example.org\u0000 \n' });
    expect((await onlyFile()).toString()).toContain('Subject: Your invoice Bcc: evil@example.org\r\n');
  });

  test.each([
    'asha@example.com\r\nBcc: evil@example.org',
    'asha@example.com, evil@example.org',
    'asha@example.com;evil@example.org',
    'Asha <asha@example.com>',
    'asha@example.com>,<evil@example.org',
    '"evil@example.org" asha@example.com',
    'asha@example.com\u0000',
    'a@b@example.com',
    'asha',
    '',
  ])('with the recipient %j is refused: it is not one address', async (to) => {
    await expect(folderMailer().send({ ...MESSAGE, to })).rejects.toThrow('the recipient is not one e-mail address');
    expect(await readdir(folder)).toEqual([]);
  });

  test.each(['<a@b>\r\nBcc: evil@example.org', 'a@b', '<a@b> <c@d>', '<>'])(
    'with the Message-ID %j is refused',
    async (messageId) => {
      await expect(folderMailer().send({ ...MESSAGE, messageId })).rejects.toThrow(/not a Message-ID/);
    },
  );

  test('takes letters of any script in recipient and subject', async () => {
    await folderMailer().send({ ...MESSAGE, to: 'grüße@exämple.example', subject: 'आपका चालान' });
    expect(headerNames((await onlyFile()).toString()).sort()).toEqual(HEADERS);
  });
});

describe('a message to a mail server', () => {
  let server: Server;
  let received: string[];

  beforeEach(async () => {
    received = [];
    server = createMailServer((line) => received.push(line));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });

  afterEach(async () => {
    await new Promise((resolve) => server.close(resolve));
  });

  test('goes to its one recipient, with the same Message-ID each time it is sent', async () => {
    const { port } = server.address() as AddressInfo;
    const smtpUrl = `smtp://127.0.0.1:${port}`;
    const mailer = createMailer({ smtpUrl, outputDirectory: folder, from: 'invoices@shop.example' });
    await mailer.send(MESSAGE);
    await mailer.send(MESSAGE);
    mailer.close();
    const matching = (pattern: RegExp) => received.filter((line) => pattern.test(line));
    expect(matching(/^EHLO/)).toHaveLength(1);
    expect(matching(/^(MAIL|RCPT)/)).toEqual([
      ...['MAIL FROM:<invoices@shop.example>', 'RCPT TO:<asha@example.com>'],
      ...['MAIL FROM:<invoices@shop.example>', 'RCPT TO:<asha@example.com>'],
    ]);
    expect(matching(/^Message-ID/)).toEqual(Array(2).fill(`Message-ID: ${MESSAGE.messageId}`));
    expect(await readdir(folder)).toEqual([]);
  });

  test.each([
    ['for good, because of the recipient', 'unknown@example.com', 'MailRefused', /550 no such user/],
    ['for now, because of the recipient', 'full@example.com', 'MailDelayed', /452 mailbox full/],
    ['out of turn', 'early@example.com', 'Error', /503 not yet/],
  ])('that refuses it %s is rejected with what the server said', async (_, to, name, words) => {
    const { port } = server.address() as AddressInfo;
    const mailer = createMailer({
      smtpUrl: `smtp://127.0.0.1:${port}`,
      outputDirectory: folder,
      from: 'a@shop.example',
    });
    const refusal: unknown = await mailer.send({ ...MESSAGE, to }).catch((error: unknown) => error);
    mailer.close();
    expect(refusal).toMatchObject({ name, message: expect.stringMatching(words) as unknown });
  });

  test('that refuses the sender for good is rejected as what a person has to mend, whoever it goes to', async () => {
    const { port } = server.address() as AddressInfo;
    const mailer = createMailer({
      smtpUrl: `smtp://127.0.0.1:${port}`,
      outputDirectory: folder,
      from: 'stranger@shop.example',
    });
    const refusal: unknown = await mailer.send(MESSAGE).catch((error: unknown) => error);
    mailer.close();
    expect(refusal).toMatchObject({ name: 'Error', message: expect.stringMatching(/550 not from you/) as unknown });
  });

  test('says nothing in the clear, beyond this machine, to one that offers no encryption', async () => {
    const { port } = server.address() as AddressInfo;
    // Leads to this machine, and is none of its loopback addresses.
    const smtpUrl = `smtp://shop:hunter2@0.0.0.0:${port}`;
    const mailer = createMailer({ smtpUrl, outputDirectory: folder, from: 'invoices@shop.example' });
    await expect(mailer.send(MESSAGE)).rejects.toThrow(/STARTTLS/);
    mailer.close();
    expect(received.filter((line) => !/^(EHLO|STARTTLS|QUIT)/.test(line))).toEqual([]);
  });

  test('goes to a relay without encryption where the address says that it may', async () => {
    const { port } = server.address() as AddressInfo;
    const smtpUrl = `smtp://0.0.0.0:${port}?tls=optional`;
    const mailer = createMailer({ smtpUrl, outputDirectory: folder, from: 'invoices@shop.example' });
    await mailer.send(MESSAGE);
    mailer.close();
    expect(received).toContain(`Message-ID: ${MESSAGE.messageId}`);
  });

  test('that is not through with it in time keeps no connection: others get theirs', async () => {
    const { port } = server.address() as AddressInfo;
    const mailer = createMailer({
      smtpUrl: `smtp://127.0.0.1:${port}`,
      outputDirectory: folder,
      from: 'a@shop.example',
      mostSendMs: 500,
    });
    // As many as there are connections, each to somebody of whom the server goes on and on without an end.
    const slow = Array.from({ length: 5 }, () => mailer.send({ ...MESSAGE, to: 'slow@example.com' }));
    const ends = await Promise.allSettled(slow);
    expect(ends.map(({ status }) => status)).toEqual(Array(5).fill('rejected'));
    for (const end of ends) {
      const reason: unknown = end.status === 'rejected' && end.reason;
      expect(reason).toBeInstanceOf(MailDelayed);
      expect(String(reason)).toContain('was not through with it within 0.5 s');
    }
    await mailer.send(MESSAGE);
    mailer.close();
    expect(received).toContain(`Message-ID: ${MESSAGE.messageId}`);
  });

  test('that is not there is rejected as one that may be back', async () => {
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    const mailer = createMailer({
      smtpUrl: `smtp://127.0.0.1:${port}`,
      outputDirectory: folder,
      from: 'a@shop.example',
    });
    const refusal: unknown = await mailer.send(MESSAGE).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(MailDelayed);
    expect(String(refusal)).toMatch(/ECONNREFUSED/);
    mailer.close();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
});

const REFUSALS = [
  ['RCPT TO:<unknown@', '550 no such user'],
  ['RCPT TO:<full@', '452 mailbox full'],
  ['RCPT TO:<early@', '503 not yet'],
  ['MAIL FROM:<stranger@', '550 not from you'],
] as const;

/** Just enough of SMTP to take messages; calls back with every line that it is sent. */
function createMailServer(onLine: (line: string) => void): Server {
  return createServer((socket) => {
    let inMessage = false;
    const answer = (line: string): string | undefined => {
      if (inMessage) {
        inMessage = line !== '.';
        return inMessage ? undefined : '250 taken';
      }
      inMessage = line === 'DATA';
      if (inMessage) return '354 go on';
      if (line === 'STARTTLS') return '502 not offered here';
      return REFUSALS.find(([beginning]) => line.startsWith(beginning))?.[1] ?? '250 ok';
    };
    socket.write('220 ready\r\n');
    let goingOn: NodeJS.Timeout | undefined;
    socket.on('error', () => undefined);
    socket.on('close', () => {
      clearInterval(goingOn);
    });
    createInterface({ input: socket }).on('line', (line) => {
      onLine(line);
      if (line.startsWith('RCPT TO:<slow@')) {
        goingOn = setInterval(() => socket.write('250-one moment\r\n'), 20);
        return;
      }
      const reply = answer(line);
      if (reply !== undefined) socket.write(`${reply}\r\n`);
    });
  });
}
