// A source map that knows lines alone. A stack says the file and the line of the TypeScript, and needs no more; a map of all
// columns is ten times as large, and whoever asks for the first stack of a process waits until it has been read.

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** The same map with a place for each line that a line was made of, and without the texts of the sources. */
export function mapOfLines({ version, file, sources, mappings }) {
  return { version, file, sources, names: [], mappings: linesOnly(mappings) };
}

/** The numbers of a place tell how much more they are than those of the place before: all that there are, or those that are kept. */
function linesOnly(mappings) {
  const at = { column: 0, source: 0, line: 0, sourceColumn: 0 };
  let kept = { ...at };
  const lines = mappings.split(';').map((text) => {
    at.column = kept.column = 0;
    const places = [];
    for (const place of text === '' ? [] : text.split(',')) {
      const [column, source, line, sourceColumn] = numbersOf(place);
      at.column += column;
      if (source === undefined) continue;
      at.source += source;
      at.line += line;
      at.sourceColumn += sourceColumn;
      if (places.length > 0 && at.source === kept.source && at.line === kept.line) continue;
      places.push(
        Object.keys(at)
          .map((key) => digitsOf(at[key] - kept[key]))
          .join(''),
      );
      kept = { ...at };
    }
    return places.join(',');
  });
  return lines.join(';');
}

/** Base64 VLQ: five bits a digit, the lowest first; the sixth says that more follow, and the lowest of all is the sign. */
function numbersOf(place) {
  const numbers = [];
  let value = 0;
  let shift = 0;
  for (const char of place) {
    const digit = DIGITS.indexOf(char);
    value |= (digit & 31) << shift;
    shift += 5;
    if (digit & 32) continue;
    numbers.push(value & 1 ? -(value >> 1) : value >> 1);
    value = shift = 0;
  }
  return numbers;
}

function digitsOf(number) {
  let rest = number < 0 ? (-number << 1) | 1 : number << 1;
  let text = '';
  do {
    const digit = rest & 31;
    rest >>>= 5;
    text += DIGITS[rest > 0 ? digit | 32 : digit];
  } while (rest > 0);
  return text;
}
