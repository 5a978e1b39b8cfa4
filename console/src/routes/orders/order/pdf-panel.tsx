import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { Order } from '../../../api/types.ts';
import { When } from '../../../format/time.tsx';
import { OpenIcon } from '../../../parts/icons.tsx';
import { useObjectUrl } from '../../../parts/object-url.ts';
import { Loaded } from '../../../parts/outcome.tsx';
import { Panel } from '../../../parts/page.tsx';
import { fetchPdf } from '../pdfs.ts';
import classes from './order.module.css';

interface PdfPanelProps {
  /** What it is, with its number. */
  readonly title: string;
  readonly paper: Pick<Order['credit_notes'][number], 'issued_at' | 'emailed_at'>;
  /** Where the API has it as a PDF. */
  readonly path: string;
  readonly isOpen: boolean;
  readonly onToggle: (isOpen: boolean) => void;
  /** What is said of it beside its dates. */
  readonly children?: ReactNode;
}

/** A paper as the customer has it, in its place. */
export function PdfPanel({ title, paper, path, isOpen, onToggle, children }: PdfPanelProps) {
  // Fetched, and not framed as it is: a frame cannot say who asks.
  const pdf = useQuery({
    queryKey: ['pdf', path],
    queryFn: async () => new Blob([await fetchPdf(path)], { type: 'application/pdf' }),
    enabled: isOpen,
    staleTime: Infinity,
  });
  const url = useObjectUrl(pdf.data);
  return (
    <Panel
      title={title}
      flush
      aside={
        <>
          {children}
          <span className="faint">
            issued <When at={paper.issued_at} />
            {paper.emailed_at !== null && (
              <>
                , e-mailed <When at={paper.emailed_at} />
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
          {url !== undefined && (
            <Button
              size="compact-xs"
              variant="default"
              component="a"
              href={url}
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
          {() => url !== undefined && <iframe className={classes.frame} src={url} title={title} />}
        </Loaded>
      )}
    </Panel>
  );
}
