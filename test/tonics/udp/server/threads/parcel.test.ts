import { expect } from 'chai';
import { Kind, Parcel, ParcelReader } from '../../../../doors/tonics.js';

/** All that a parcel tells. */
function read(bytes: Uint8Array): [kind: number, number: number, data: string][] {
  const reader = new ParcelReader(bytes);
  const words: [number, number, string][] = [];
  while (reader.next()) words.push([reader.kind, reader.number, String(reader.data)]);
  return words;
}

describe('a parcel between threads', () => {
  it('tells its words in their order, with texts, bytes and lists of both', () => {
    const parcel = new Parcel();
    expect(parcel.isEmpty).to.equal(true);
    parcel.putText(Kind.peer, 7, 'späte Grüße');
    parcel.put(Kind.data, 2 ** 32 - 1, ['a', Buffer.from('b'), '', 'ç'], 4);
    parcel.put(Kind.gone, 0);
    expect(read(parcel.take())).to.deep.equal([
      [Kind.peer, 7, 'späte Grüße'],
      [Kind.data, 2 ** 32 - 1, 'abç'],
      [Kind.gone, 0, ''],
    ]);
  });

  it('is empty when it was taken, and when it was dropped', () => {
    const parcel = new Parcel();
    parcel.put(Kind.over, 1);
    parcel.take();
    parcel.put(Kind.over, 2);
    parcel.drop();
    expect(parcel.isEmpty).to.equal(true);
    parcel.put(Kind.over, 3);
    expect(read(parcel.take())).to.deep.equal([[Kind.over, 3, '']]);
  });

  it('grows with what is put, and says when it is time to send it', () => {
    const parcel = new Parcel();
    const datagrams = Array.from({ length: 5 }, (_, n) => Buffer.alloc(65_507, 97 + n));
    for (const [n, bytes] of datagrams.entries()) {
      parcel.put(Kind.data, n, bytes, bytes.length);
      expect(parcel.isFull).to.equal(n > 0);
    }
    const expected = datagrams.map((bytes, n) => [Kind.data, n, String(bytes)]);
    expect(read(parcel.take())).to.deep.equal(expected);
  });
});
