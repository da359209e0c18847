// A diagram of mermaid: drawn when it is shown, its text until then. Mermaid is loaded by pages that have one.
import { useData } from 'vitepress';
import { h, nextTick, onMounted, ref, watch } from 'vue';
import mermaidUrl from '@mermaid-js/tiny/dist/mermaid.tiny.js?url';

let drawn = 0;

export const Diagram = {
  props: { text: String },
  setup({ text }) {
    const { isDark } = useData();
    const picture = ref('');
    const draw = async () => {
      await import(/* @vite-ignore */ mermaidUrl);
      const { mermaid } = globalThis;
      mermaid.initialize({ startOnLoad: false, theme: isDark.value ? 'dark' : 'neutral' });
      picture.value = (await mermaid.render(`diagram-${++drawn}`, text)).svg;
    };
    onMounted(draw);
    watch(isDark, () => nextTick(draw));
    return () => (picture.value === '' ? h('pre', text) : h('div', { innerHTML: picture.value }));
  },
};
