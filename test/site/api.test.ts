import { expect } from 'chai';
import { apiPage } from '../../site/lib/api.js';
import { OptionsSections } from '../../site/lib/options.js';

const SECTIONS = [
  { title: 'TcpServer', from: ['src/server-options.ts', 'serverSchema'] },
  { title: 'TLS of a TcpServer', from: ['src/tls-options.ts', 'serverTlsSchema'] },
  { title: 'Every Tonic', from: ['src/tonic-options.ts', 'tonicOptions'] },
];
const OPTIONS = new OptionsSections([{ name: 'options-sockets', sections: SECTIONS }]);
const page = (text: string): string => apiPage(text, OPTIONS, new Set(['TT_BAD_OPTION']));

describe('a page of the API', () => {
  it('leads to the pages of options by the anchors that only those have', () => {
    const text = '### close\n\nSee [TLS](#tls-of-a-tcpserver), [close](#close).\n';
    const leads = '### close\n\nSee [TLS](/look-up/options-sockets#tls-of-a-tcpserver), [close](#close).\n';
    expect(page(text)).to.equal(leads);
  });

  it('leaves an anchor that nobody has as it is: the check of the links finds it', () => {
    expect(page('[a](#nowhere)')).to.equal('[a](#nowhere)');
  });

  for (const [title, line, section] of [
    ['by the name of the type', '> **TcpServerOptions** = `Omit`', '[TcpServer](/look-up/options-sockets#tcpserver)'],
    [
      'by what describes it',
      '> **AnyOptions** = *typeof* `tonicSchema`',
      '[Every Tonic](/look-up/options-sockets#every-tonic)',
    ],
  ] as const) {
    it(`says where the options of a type are told, found ${title}`, () => {
      expect(page(`${line}\n`)).to.equal(`${line}\n\nEach of them: ${section}.\n`);
    });
  }

  it('has no headings below those of members, and does not name what a member overrides', () => {
    const text = '### close()\n\n#### Returns\n\n`void`\n\n#### Overrides\n\n`Inner.close`\n\n***\n\n### open()\n';
    expect(page(text)).to.equal('### close()\n\n**Returns**\n\n`void`\n\n### open()\n');
  });

  it('leads from the code of an error to its page', () => {
    expect(page('**Throws**\n\n`TT_BAD_OPTION`')).to.include('[`TT_BAD_OPTION`](/errors/TT_BAD_OPTION)');
  });
});
