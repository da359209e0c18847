import { heardBySparkles } from './heard-by-sparkles.js';
import { insideASparkle } from './inside-a-sparkle.js';
import { noEndlessDraining } from './no-endless-draining.js';
import { noFallThroughCall } from './no-fall-through-call.js';
import { noInfusionInConstructor } from './no-infusion-in-constructor.js';
import { noOldLines } from './no-old-lines.js';
import { noUnboundSparkle } from './no-unbound-sparkle.js';
import { noUnenteredState } from './no-unentered-state.js';
import { noUnheardData } from './no-unheard-data.js';
import { preferNewLines } from './prefer-new-lines.js';
import { socketComesFirst } from './socket-comes-first.js';
import { sparkleNames } from './sparkle-names.js';
import type { RuleModule } from './syntax.js';

export type { Fix, Fixer, Node as SyntaxNode, Report, RuleContext, RuleModule, Suggestion } from './syntax.js';

const rules = {
  'sparkle-names': sparkleNames,
  'no-unbound-sparkle': noUnboundSparkle,
  'heard-by-sparkles': heardBySparkles,
  'socket-comes-first': socketComesFirst,
  'inside-a-sparkle': insideASparkle,
  'no-infusion-in-constructor': noInfusionInConstructor,
  'no-unentered-state': noUnenteredState,
  'no-fall-through-call': noFallThroughCall,
  'no-endless-draining': noEndlessDraining,
  'no-unheard-data': noUnheardData,
  'no-old-lines': noOldLines,
  'prefer-new-lines': preferNewLines,
} satisfies Record<string, RuleModule>;

export type RuleName = keyof typeof rules;

/** A plugin for ESLint's flat configuration. See docs/test/lint.md. */
export interface TaskTonicPlugin {
  readonly meta: { readonly name: string };
  readonly rules: Record<RuleName, RuleModule>;
  readonly configs: { readonly recommended: RecommendedConfig };
}

/** All rules, switched on: what would not work as an error, what can be said in fewer lines as a warning. */
export interface RecommendedConfig {
  readonly name: string;
  readonly plugins: { readonly tasktonic: TaskTonicPlugin };
  readonly rules: Record<`tasktonic/${RuleName}`, 'error' | 'warn'>;
}

const plugin: TaskTonicPlugin = {
  meta: { name: 'tasktonic' },
  rules,
  configs: {
    get recommended(): RecommendedConfig {
      return {
        name: 'tasktonic/recommended',
        plugins: { tasktonic: plugin },
        rules: {
          'tasktonic/sparkle-names': 'error',
          'tasktonic/no-unbound-sparkle': 'error',
          'tasktonic/heard-by-sparkles': 'error',
          'tasktonic/socket-comes-first': 'error',
          'tasktonic/inside-a-sparkle': 'error',
          'tasktonic/no-infusion-in-constructor': 'error',
          'tasktonic/no-unentered-state': 'error',
          'tasktonic/no-fall-through-call': 'error',
          'tasktonic/no-endless-draining': 'error',
          'tasktonic/no-unheard-data': 'error',
          'tasktonic/no-old-lines': 'error',
          'tasktonic/prefer-new-lines': 'warn',
        },
      };
    },
  },
};

export default plugin;
