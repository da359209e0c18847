// A diagram of mermaid: its text, until the browser has drawn it. Only pages that have one load mermaid.
import { useData } from 'vitepress';
import { h, onMounted, ref, watch } from 'vue';
import './diagram.css';
import address from '@mermaid-js/tiny/dist/mermaid.tiny.js?url';

let loaded;
let drawn = 0;

export const Diagram = {
  props: { text: String },
  setup({ text }) {
    const { isDark } = useData();
    const picture = ref('');
    const draw = async () => {
      await (loaded ??= loadMermaid());
      const { mermaid } = globalThis;
      mermaid.initialize({ startOnLoad: false, theme: isDark.value ? 'dark' : 'neutral' });
      const { svg } = await mermaid.render(`diagram-${++drawn}`, text);
      picture.value = svg;
    };
    onMounted(draw);
    watch(isDark, draw);
    return () => (picture.value === '' ? h('pre', text) : h('div', { class: 'diagram', innerHTML: picture.value }));
  },
};

/** It is a script and no module: it makes a global of itself. */
function loadMermaid() {
  return new Promise((resolve, reject) => {
    const script = Object.assign(document.createElement('script'), { src: address, onload: resolve, onerror: reject });
    document.head.append(script);
  });
}
