// The site: its pages are those that site/build.ts has written.
import { readFileSync } from 'node:fs';
import { slug } from '../lib/slug.ts';

const { description, repository } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
const sidebar = JSON.parse(readFileSync(new URL('../pages/sidebars.json', import.meta.url), 'utf8'));

/** The search finds words of code, too; how it is coloured costs time, and is not looked at. */
function forSearch(source, env, md) {
  return md.render(source.replace(/^```\w+$/gm, '```text'), env);
}

/** A diagram is drawn by the browser: see the theme. */
function withDiagrams(md) {
  const { fence } = md.renderer.rules;
  md.renderer.rules.fence = (tokens, at, ...rest) => {
    const { info, content } = tokens[at];
    return info === 'mermaid' ? `<Diagram text="${md.utils.escapeHtml(content)}" />` : fence(tokens, at, ...rest);
  };
}

/** What is not read in an order has no next page. */
function transformPageData({ relativePath, frontmatter }) {
  if (/^(?:api|errors)\//.test(relativePath)) Object.assign(frontmatter, { prev: false, next: false });
}

export default {
  title: 'TaskTonic',
  description,
  lang: 'en',
  base: process.env.SITE_BASE ?? '/',
  srcDir: 'pages',
  outDir: 'dist',
  cacheDir: 'node_modules/.cache/vitepress',
  cleanUrls: true,
  transformPageData,
  head: [['link', { rel: 'icon', href: 'data:,' }]],
  markdown: {
    anchor: { slugify: slug },
    languageAlias: { mjs: 'js' },
    config: withDiagrams,
  },
  themeConfig: {
    sidebar,
    outline: [2, 3],
    nav: [
      { text: 'Guides', link: '/guides' },
      { text: 'API', link: '/api/' },
      { text: 'Errors', link: '/errors/' },
      { text: 'Changes', link: '/changelog' },
    ],
    socialLinks: [{ icon: 'github', link: repository.url.replace(/^git\+|\.git$/g, '') }],
    search: { provider: 'local', options: { _render: forSearch } },
  },
  vite: {
    logLevel: 'warn',
    // The index of the search is one file; a browser loads it when somebody searches.
    build: { chunkSizeWarningLimit: 10_000 },
  },
};
