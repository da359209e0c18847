// What the pictures share: how text is written in SVG, and the colours, for light and for dark pages.

/** A picture with a ground of its own, so that it can be read on any page. */
export function picture({ width, height, title, styles, body }) {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">
<title>${escaped(title)}</title>
<style>
${styles.trim()}
</style>
${body.join('\n')}
</svg>
`;
}

export function text(x, y, words, { kind, anchor = 'start' } = {}) {
  const place = `x="${round(x)}" y="${round(y)}"${kind === undefined ? '' : ` class="${kind}"`}`;
  return `<text ${place}${anchor === 'start' ? '' : ` text-anchor="${anchor}"`}>${escaped(words)}</text>`;
}

export function box(x, y, width, height, kind, radius = 0) {
  const corner = radius === 0 ? '' : ` rx="${radius}"`;
  return `<rect x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}"${corner} class="${kind}"/>`;
}

/** Spaces are kept, however a viewer takes `white-space`. */
function escaped(words) {
  return words.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('  ', '\u00a0 ');
}

const round = (value) => Number(value.toFixed(1));
