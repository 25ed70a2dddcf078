/** From which end of a text an {@link AffixTree} reads. */
export type Direction = 'forward' | 'backward';

interface Node<Value> {
  /** The characters between the parent and here, as they stand in the text. */
  label: string;
  value: Value | undefined;
  /** By the first character code of their labels. Undefined when there are none: most nodes are leaves. */
  children: Map<number, Node<Value>> | undefined;
}

/**
 * A compressed radix tree of affixes: prefixes when it reads forward, suffixes when it reads backward. Finding all
 * affixes of a text costs time in the length of the longest of them, however many there are.
 *
 *     suffixes  a.example.com  b.example.com         "" - .example.com -+- a
 *                                                                      +- b
 */
export interface AffixTree<Value> {
  readonly direction: Direction;
  /** Undefined when the tree has no affix. */
  root: Node<Value> | undefined;
}

export function newAffixTree<Value>(direction: Direction): AffixTree<Value> {
  return { direction, root: undefined };
}

function newNode<Value>(label: string): Node<Value> {
  return { label, value: undefined, children: undefined };
}

/** The node of `affix`, made when there is none. Set its `value`. */
export function affixNode<Value>(tree: AffixTree<Value>, affix: string): { value: Value | undefined } {
  const { direction } = tree;
  tree.root ??= newNode(affix);
  let node = tree.root;
  let rest = affix;
  for (;;) {
    const shared = sharedLength(node.label, rest, direction);
    if (shared < node.label.length) splitAt(node, shared, direction);
    rest = parted(rest, shared, direction)[1];
    if (rest === '') return node;
    const first = firstCode(rest, direction);
    node.children ??= new Map();
    const child = node.children.get(first) ?? newNode(rest);
    node.children.set(first, child);
    node = child;
  }
}

function firstCode(text: string, direction: Direction): number {
  return text.charCodeAt(direction === 'forward' ? 0 : text.length - 1);
}

/** The first characters in reading order, and the others. */
function parted(text: string, length: number, direction: Direction): readonly [first: string, rest: string] {
  if (direction === 'forward') return [text.slice(0, length), text.slice(length)];
  const at = text.length - length;
  return [text.slice(at), text.slice(0, at)];
}

/** Calls `visit` with the value and length of every affix in the tree that `text` has, shortest first. */
export function visitAffixes<Value>(
  tree: AffixTree<Value>,
  text: string,
  visit: (value: Value, length: number) => void,
): void {
  const forward = tree.direction === 'forward';
  const last = text.length - 1;
  let node = tree.root;
  let depth = 0;
  while (node) {
    const { label } = node;
    const end = depth + label.length;
    if (end > text.length) return;
    const from = forward ? depth : text.length - end;
    for (let i = 0; i < label.length; i++) {
      if (text.charCodeAt(from + i) !== label.charCodeAt(i)) return;
    }
    depth = end;
    if (node.value !== undefined) visit(node.value, depth);
    node =
      depth < text.length ? node.children?.get(text.charCodeAt(forward ? depth : last - depth)) : undefined;
  }
}

function splitAt<Value>(node: Node<Value>, length: number, direction: Direction): void {
  const [upperLabel, label] = parted(node.label, length, direction);
  const lower: Node<Value> = { label, value: node.value, children: node.children };
  node.label = upperLabel;
  node.value = undefined;
  node.children = new Map([[firstCode(label, direction), lower]]);
}

function sharedLength(a: string, b: string, direction: Direction): number {
  const most = Math.min(a.length, b.length);
  let i = 0;
  if (direction === 'forward') while (i < most && a.charCodeAt(i) === b.charCodeAt(i)) i++;
  else while (i < most && a.charCodeAt(a.length - 1 - i) === b.charCodeAt(b.length - 1 - i)) i++;
  return i;
}
