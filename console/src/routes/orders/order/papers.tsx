import { useState } from 'react';
import type { Order } from '../../../api/types.ts';
import { Money } from '../../../format/money.tsx';
import { invoicePdfPath } from '../pdfs.ts';
import { PdfPanel } from './pdf-panel.tsx';

interface PapersProps {
  readonly order: Order;
  readonly showsInvoice: boolean;
  readonly onToggleInvoice: (shows: boolean) => void;
}

/** The invoice, and what was taken back of it. */
export function Papers({ order, showsInvoice, onToggleInvoice }: PapersProps) {
  const { invoice, credit_notes: notes } = order;
  return (
    <>
      {invoice && (
        <PdfPanel
          title={`Invoice ${invoice.number}`}
          paper={invoice}
          path={invoicePdfPath(order.id)}
          isOpen={showsInvoice}
          onToggle={onToggleInvoice}
        />
      )}
      {notes.map((note) => (
        <CreditNote key={note.id} note={note} currency={order.currency} />
      ))}
    </>
  );
}

interface CreditNoteProps {
  readonly note: Order['credit_notes'][number];
  readonly currency: string;
}

function CreditNote({ note, currency }: CreditNoteProps) {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <PdfPanel
      title={`Credit note ${note.number}`}
      paper={note}
      path={`/v1/credit-notes/${note.id}/pdf`}
      isOpen={isOpen}
      onToggle={setIsOpen}
    >
      <Money minor={note.total_minor} currency={currency} />
    </PdfPanel>
  );
}
