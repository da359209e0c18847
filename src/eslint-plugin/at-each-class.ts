import type { ClassNode, Node, RuleModule } from './syntax.js';

/** Looks at each class of a file when all of them are known. */
export function atEachClass(
  check: (node: ClassNode, classes: readonly ClassNode[]) => void,
): ReturnType<RuleModule['create']> {
  const classes: ClassNode[] = [];
  const keep = (node: Node): void => void classes.push(node as ClassNode);
  return {
    ClassDeclaration: keep,
    ClassExpression: keep,
    'Program:exit': () => {
      for (const each of classes) check(each, classes);
    },
  };
}
