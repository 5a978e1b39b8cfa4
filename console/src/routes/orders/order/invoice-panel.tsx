import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { Order } from '../../../api/types.ts';
import { When } from '../../../format/time.tsx';
import { OpenIcon } from '../../../parts/icons.tsx';
import { Loaded } from '../../../parts/outcome.tsx';
import { Panel } from '../../../parts/page.tsx';
import { fetchInvoicePdf } from '../print-invoices.ts';
import classes from './order.module.css';

interface InvoicePanelProps {
  readonly order: Order;
  readonly isOpen: boolean;
  readonly onToggle: (isOpen: boolean) => void;
}

/** The invoice as the customer has it, in its place. */
export function InvoicePanel({ order, isOpen, onToggle }: InvoicePanelProps) {
  const { invoice } = order;
  // Fetched, and not framed as it is: a frame cannot say who asks.
  const pdf = useQuery({
    queryKey: ['invoice-pdf', order.id],
    queryFn: async () => URL.createObjectURL(new Blob([await fetchInvoicePdf(order.id)], { type: 'application/pdf' })),
    enabled: isOpen && invoice !== null,
    staleTime: Infinity,
  });
  if (!invoice) return null;
  return (
    <Panel
      title={`Invoice ${invoice.number}`}
      flush
      aside={
        <>
          <span className="faint">
            issued <When at={invoice.issued_at} />
            {invoice.emailed_at !== null && (
              <>
                , e-mailed <When at={invoice.emailed_at} />
              </>
            )}
          </span>
          <Button
            size="compact-xs"
            variant="default"
            aria-expanded={isOpen}
            onClick={() => {
              onToggle(!isOpen);
            }}
          >
            {isOpen ? 'Hide' : 'Show'}
          </Button>
          {pdf.data !== undefined && (
            <Button
              size="compact-xs"
              variant="default"
              component="a"
              href={pdf.data}
              target="_blank"
              rel="noopener"
              leftSection={<OpenIcon size={13} />}
            >
              Open
            </Button>
          )}
        </>
      }
    >
      {isOpen && (
        <Loaded query={pdf} rows={6}>
          {(url) => <iframe className={classes.frame} src={url} title={`Invoice ${invoice.number}`} />}
        </Loaded>
      )}
    </Panel>
  );
}
