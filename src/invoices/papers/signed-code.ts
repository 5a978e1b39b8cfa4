import { sign, type KeyObject } from 'node:crypto';
import { encodeQR } from 'qr';
import type { Code } from '../pages/paper.ts';
import { localDate } from '../wording/local-date.ts';
import { exponentOf, decimalOf } from '../wording/money-format.ts';
import type { DocumentSnapshot } from './paper-of.ts';

/** JWS algorithms whose signature of the same bytes is always the same, as the same paper has to be. */
const ALGORITHMS: Readonly<Record<string, { readonly jws: string; readonly digest: string | null }>> = {
  rsa: { jws: 'RS256', digest: 'sha256' },
  ed25519: { jws: 'EdDSA', digest: null },
};

/** Whether a private key can sign papers. */
export function canSignPapers(key: KeyObject): boolean {
  return key.type === 'private' && key.asymmetricKeyType !== undefined && key.asymmetricKeyType in ALGORITHMS;
}

/**
 * The QR code of a paper: what identifies it, in the terms of the QR code of India's invoice registration portal, as a
 * JSON Web Signature by the seller's key. Whoever has the public key can tell a genuine paper from a forged one.
 */
export function signedCode(snapshot: DocumentSnapshot, key: KeyObject): Code {
  const bordered = encodeQR(signedFacts(snapshot, key), 'raw', { ecc: 'medium', border: 1 });
  // The paper is the quiet zone around it.
  const squares = bordered.slice(1, -1).map((row) => row.slice(1, -1));
  return { squares, caption: 'Signed by the seller' };
}

/** @throws TypeError where `canSignPapers` says that it cannot */
export function signedFacts(snapshot: DocumentSnapshot, key: KeyObject): string {
  const algorithm = ALGORITHMS[key.asymmetricKeyType ?? ''];
  if (!algorithm) throw new TypeError(`a key of type ${String(key.asymmetricKeyType)} cannot sign papers`);
  const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${encoded({ alg: algorithm.jws, typ: 'JWT' })}.${encoded(factsOf(snapshot))}`;
  return `${signed}.${sign(algorithm.digest, Buffer.from(signed), key).toString('base64url')}`;
}

function factsOf(snapshot: DocumentSnapshot): object {
  const { number, issuedAt, timezone, currency, totalMinor, lines, seller } = snapshot;
  const [first] = lines;
  return {
    SellerGstin: seller.taxId,
    BuyerGstin: 'billTo' in snapshot ? (snapshot.billTo?.taxId ?? null) : null,
    DocNo: number,
    DocTyp: 'invoice' in snapshot ? 'CRN' : 'INV',
    DocDt: localDate(issuedAt, timezone),
    TotInvVal: Number(decimalOf(totalMinor, exponentOf(currency))),
    Currency: currency,
    ItemCnt: lines.length,
    MainHsnCode: first && 'commodityCode' in first ? first.commodityCode : null,
  };
}
