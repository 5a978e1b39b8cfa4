/**
 * Code 128, set B: any printable ASCII, as every hand scanner reads it. The widths of bars and spaces for each symbol, of
 * ISO/IEC 15417.
 */
const WIDTHS = (
  '212222 222122 222221 121223 121322 131222 122213 122312 132212 221213 221312 231212 112232 122132 122231 113222 ' +
  '123122 123221 223211 221132 221231 213212 223112 312131 311222 321122 321221 312212 322112 322211 212123 212321 ' +
  '232121 111323 131123 131321 112313 132113 132311 211313 231113 231311 112133 112331 132131 113123 113321 133121 ' +
  '313121 211331 231131 213113 213311 213131 311123 311321 331121 312113 312311 332111 314111 221411 431111 111224 ' +
  '111422 121124 121421 141122 141221 112214 112412 122114 122411 142112 142211 241211 221114 413111 241112 134111 ' +
  '111242 121142 121241 114212 124112 124211 411212 421112 421211 212141 214121 412121 111143 111341 131141 114113 ' +
  '114311 411113 411311 113141 114131 311141 411131 211412 211214 211232 2331112'
).split(' ');
const START_B = 104;
const STOP = 106;
const FIRST_CHARACTER = 32;
const QUIET_MODULES = 10;

/** The symbols of a text, with start, checksum and stop; undefined when a character has none. */
function code128(text: string): readonly number[] | undefined {
  const values = Array.from(text, (character) => (character.codePointAt(0) ?? 0) - FIRST_CHARACTER);
  if (values.length === 0 || values.some((value) => value < 0 || value > 94)) return undefined;
  const checksum = values.reduce((sum, value, index) => sum + value * (index + 1), START_B) % 103;
  return [START_B, ...values, checksum, STOP];
}

/** A bar code to be scanned, with its text beneath. Nothing where the text cannot be one. */
export function Barcode({ text, height = 48 }: { readonly text: string; readonly height?: number }) {
  const symbols = code128(text);
  if (!symbols) return <strong>{text}</strong>;
  const bars: { readonly x: number; readonly width: number }[] = [];
  let x = QUIET_MODULES;
  for (const symbol of symbols) {
    for (const [index, character] of Array.from(WIDTHS[symbol] ?? '').entries()) {
      const width = Number(character);
      if (index % 2 === 0) bars.push({ x, width });
      x += width;
    }
  }
  const total = x + QUIET_MODULES;
  return (
    <figure style={{ margin: 0 }}>
      <svg
        width={total * 1.6}
        height={height}
        viewBox={`0 0 ${total} ${height}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`Bar code of ${text}`}
        style={{ maxWidth: '100%', display: 'block', background: '#ffffff' }}
      >
        {bars.map((bar) => (
          <rect key={bar.x} x={bar.x} y={0} width={bar.width} height={height} fill="#000000" />
        ))}
      </svg>
      <figcaption className="mono">{text}</figcaption>
    </figure>
  );
}
