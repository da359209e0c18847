import { noUnboundSparkle } from './no-unbound-sparkle.js';
import { sparkleNames } from './sparkle-names.js';
import type { RuleModule } from './syntax.js';

export type { Fix, Fixer, Node as SyntaxNode, Report, RuleContext, RuleModule, Suggestion } from './syntax.js';

/** A plugin for ESLint's flat configuration. See docs/lint.md. */
export interface TaskTonicPlugin {
  readonly meta: { readonly name: string };
  readonly rules: Record<'sparkle-names' | 'no-unbound-sparkle', RuleModule>;
  readonly configs: { readonly recommended: RecommendedConfig };
}

/** All rules, switched on. */
export interface RecommendedConfig {
  readonly name: string;
  readonly plugins: { readonly tasktonic: TaskTonicPlugin };
  readonly rules: Record<`tasktonic/${keyof TaskTonicPlugin['rules']}`, 'error'>;
}

const plugin: TaskTonicPlugin = {
  meta: { name: 'tasktonic' },
  rules: { 'sparkle-names': sparkleNames, 'no-unbound-sparkle': noUnboundSparkle },
  configs: {
    get recommended(): RecommendedConfig {
      return {
        name: 'tasktonic/recommended',
        plugins: { tasktonic: plugin },
        rules: { 'tasktonic/sparkle-names': 'error', 'tasktonic/no-unbound-sparkle': 'error' },
      };
    },
  },
};

export default plugin;
