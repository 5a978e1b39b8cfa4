import { useEffect, useState } from 'react';

/** An address of what is held here, for a frame or a link; it is let go with whoever shows it. Undefined: none yet. */
export function useObjectUrl(content: Blob | undefined): string | undefined {
  const [url, setUrl] = useState<string>();
  useEffect(() => {
    if (!content) return;
    const made = URL.createObjectURL(content);
    // Only what has made it can let it go again, and this is what both happens in.
    // eslint-disable-next-line react-hooks/set-state-in-effect
    setUrl(made);
    return () => {
      URL.revokeObjectURL(made);
    };
  }, [content]);
  return url;
}
