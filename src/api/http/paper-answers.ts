import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';

/** How a route answers with a paper's PDF, in its description. */
export const pdfAnswer = {
  description: 'The PDF',
  content: { 'application/pdf': { schema: Type.Unsafe<Uint8Array>({ type: 'string', format: 'binary' }) } },
};

/** How a route answers with a paper's e-invoice. */
export const xmlAnswer = {
  description: 'UBL 2.1, in the shape of PEPPOL BIS Billing 3.0',
  content: { 'application/xml': { schema: Type.Unsafe<string>({ type: 'string' }) } },
};

export function sendPdf(reply: FastifyReply, number: string, pdf: Uint8Array): FastifyReply {
  return named(reply, number, 'pdf')
    .type('application/pdf')
    .send(Buffer.from(pdf.buffer, pdf.byteOffset, pdf.byteLength));
}

export function sendXml(reply: FastifyReply, number: string, xml: string): FastifyReply {
  return named(reply, number, 'xml').type('application/xml; charset=utf-8').send(xml);
}

/** Numbers are of capital letters, digits and a slash, which no file's name may hold. */
function named(reply: FastifyReply, number: string, extension: string): FastifyReply {
  const fileName = `${number.replace(/[^A-Za-z0-9_-]/g, '-')}.${extension}`;
  return reply.header('Content-Disposition', `inline; filename="${fileName}"`);
}
