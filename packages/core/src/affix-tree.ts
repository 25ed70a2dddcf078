/** From which end of a text an {@link AffixTree} reads. */
export type Direction = 'forward' | 'backward';

interface Node<Value> {
  /** The characters between the parent and here, in reading order. */
  label: string;
  value: Value | undefined;
  /** By the first character code of their labels. */
  readonly children: Map<number, Node<Value>>;
}

/**
 * A compressed radix tree of affixes: prefixes when it reads forward, suffixes when it reads backward. Finding all
 * affixes of a text costs time in the length of the longest of them, however many there are.
 *
 *     suffixes  .example.com  .example.org          "" - .example. -+- com
 *     (drawn forward)                                               +- org
 */
export interface AffixTree<Value> {
  readonly direction: Direction;
  readonly root: Node<Value>;
}

export function newAffixTree<Value>(direction: Direction): AffixTree<Value> {
  return { direction, root: newNode('') };
}

function newNode<Value>(label: string): Node<Value> {
  return { label, value: undefined, children: new Map() };
}

/** The node of `affix`, made when there is none. Set its `value`. */
export function affixNode<Value>(tree: AffixTree<Value>, affix: string): { value: Value | undefined } {
  let rest = tree.direction === 'forward' ? affix : reverse(affix);
  let node = tree.root;
  while (rest !== '') {
    const child = node.children.get(rest.charCodeAt(0));
    if (!child) {
      const leaf = newNode<Value>(rest);
      node.children.set(rest.charCodeAt(0), leaf);
      return leaf;
    }
    const shared = sharedLength(child.label, rest);
    if (shared < child.label.length) splitAt(child, shared);
    rest = rest.slice(shared);
    node = child;
  }
  return node;
}

/** Calls `visit` with the value and length of every affix in the tree that `text` has, shortest first. */
export function visitAffixes<Value>(
  tree: AffixTree<Value>,
  text: string,
  visit: (value: Value, length: number) => void,
): void {
  const forward = tree.direction === 'forward';
  const last = text.length - 1;
  let node: Node<Value> | undefined = tree.root;
  let depth = 0;
  while (node) {
    const { label } = node;
    if (depth + label.length > text.length) return;
    for (let i = 0; i < label.length; i++, depth++) {
      if (text.charCodeAt(forward ? depth : last - depth) !== label.charCodeAt(i)) return;
    }
    if (node.value !== undefined) visit(node.value, depth);
    node =
      depth < text.length ? node.children.get(text.charCodeAt(forward ? depth : last - depth)) : undefined;
  }
}

function splitAt<Value>(node: Node<Value>, length: number): void {
  const lower: Node<Value> = {
    label: node.label.slice(length),
    value: node.value,
    children: new Map(node.children),
  };
  node.label = node.label.slice(0, length);
  node.value = undefined;
  node.children.clear();
  node.children.set(lower.label.charCodeAt(0), lower);
}

function sharedLength(a: string, b: string): number {
  let i = 0;
  while (i < a.length && i < b.length && a.charCodeAt(i) === b.charCodeAt(i)) i++;
  return i;
}

function reverse(text: string): string {
  let reversed = '';
  for (let i = text.length - 1; i >= 0; i--) reversed += text.charAt(i);
  return reversed;
}
