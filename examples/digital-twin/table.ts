import type { Cursor } from 'tasktonic/store';

const COLUMNS = ['room', 'device', 'kind', 'value', 'on'] as const;

/** All rooms and devices, in lines. */
export function tableOf(store: Cursor): string[] {
  const rows: (readonly string[])[] = [COLUMNS];
  for (const room of store.at('rooms').children()) {
    for (const device of room.children()) {
      const [kind, value, on] = ['', 'value', 'on'].map((field) => String(device.get(field, '')));
      rows.push([room.key, device.key, kind!, value!, on!]);
    }
  }
  const widths = COLUMNS.map((_, at) => Math.max(...rows.map((row) => row[at]!.length)));
  const lines = rows.map((row) =>
    row
      .map((text, at) => text.padEnd(widths[at]!))
      .join('  ')
      .trimEnd(),
  );
  return [...lines, '', foot(store)];
}

function foot(store: Cursor): string {
  const refused = store.get('refused/count', 0);
  const last = refused === 0 ? '' : `; the last: ${String(store.get('refused/last'))}`;
  return `limit ${String(store.get('rules/limit'))}, ${String(refused)} bad datagrams${last}`;
}
