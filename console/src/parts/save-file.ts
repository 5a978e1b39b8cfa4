/** Long enough for the browser to have taken it over, however slow the disk. */
const KEPT_MS = 60_000;

/** Hands what is held here to the browser, to be saved as a file. */
export function saveFile(content: Blob, name: string): void {
  const url = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  window.setTimeout(() => {
    URL.revokeObjectURL(url);
  }, KEPT_MS);
}
