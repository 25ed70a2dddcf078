import { parseAst } from 'vite';

/**
 * Puts a counter at every place that code can branch to, in code without types. What it counts with is
 * `globalThis.crossgateCoverage`; see `counters.mjs`. Line breaks stay where they are.
 *
 * @param code what to change
 * @param file how the code is called in reports
 * @param first the number of its first counter
 * @returns the changed code, and how many counters it has
 */
export function instrument(code, file, first) {
  const words = new Set();
  const insertions = [];
  let next = first;
  let order = 0;

  function open(position, text) {
    insertions.push({ position, closes: 0, order: order++, text });
  }
  function close(position, text) {
    // What was opened last is closed first.
    insertions.push({ position, closes: 1, order: -order, text });
  }
  function count() {
    const counter = next++;
    return `$k[${counter}]++||$t.push(${counter})`;
  }
  function expression(node) {
    open(node.start, `(${count()},`);
    close(node.end, ')');
  }
  function statement(node, more = '') {
    if (node.type === 'BlockStatement') {
      open(node.start + 1, `${count()};${more}`);
      return;
    }
    open(node.start, `{${count()};${more}`);
    close(node.end, '}');
  }

  function visit(node) {
    switch (node.type) {
      case 'FunctionDeclaration':
      case 'FunctionExpression':
      case 'ArrowFunctionExpression':
        if (node.body?.type === 'BlockStatement') statement(node.body);
        else if (node.body) expression(node.body);
        break;
      case 'IfStatement':
        statement(node.consequent);
        if (node.alternate) statement(node.alternate);
        break;
      case 'ForStatement':
      case 'ForInStatement':
      case 'ForOfStatement':
      case 'WhileStatement':
      case 'DoWhileStatement':
        statement(node.body, '$c.step();');
        break;
      case 'SwitchCase':
        if (node.consequent[0]) open(node.consequent[0].start, `${count()};`);
        break;
      case 'ConditionalExpression':
        expression(node.consequent);
        expression(node.alternate);
        break;
      case 'LogicalExpression':
        expression(node.right);
        break;
      case 'Literal':
        if (typeof node.value === 'string') words.add(node.value);
        else if (node.regex) for (const word of wordsOfPattern(node.regex.pattern)) words.add(word);
        break;
      case 'TemplateElement':
        if (node.value.cooked) words.add(node.value.cooked);
        break;
      default:
    }
    for (const [key, value] of Object.entries(node)) {
      // Names of modules say nothing about input.
      if (key === 'source') continue;
      for (const child of Array.isArray(value) ? value : [value]) {
        if (child && typeof child.type === 'string') visit(child);
      }
    }
  }

  visit(parseAst(code));
  insertions.sort((a, b) => a.position - b.position || b.closes - a.closes || a.order - b.order);
  let changed = '';
  let from = 0;
  for (const { position, text } of insertions) {
    changed += code.slice(from, position) + text;
    from = position;
  }
  changed += code.slice(from);
  const useful = [...words].filter(word => word.length > 0 && word.length <= 60);
  const about = JSON.stringify({ file, first, count: next - first, words: useful });
  const head = `const $c=globalThis.crossgateCoverage,{counts:$k,touched:$t}=$c;$c.add(${about});`;
  return { code: head + changed, count: next - first };
}

/** The texts that stand as they are in a regular expression. */
function wordsOfPattern(pattern) {
  const words = [];
  let word = '';
  const tokens = pattern.matchAll(/\\[pP]\{[^}]*\}|\[(?:\\.|[^\]])*\]|\(\?[:=!<]*|\{[\d,]+\}|\\(.)|(.)/gsu);
  for (const [, escaped, plain] of tokens) {
    const character = escaped === undefined ? plain : /\w/.test(escaped) ? undefined : escaped;
    const isLiteral = character !== undefined && (escaped !== undefined || !/[()|^$.?*+]/.test(character));
    if (isLiteral) word += character;
    if (!isLiteral && word !== '') words.push(word);
    if (!isLiteral) word = '';
  }
  return word === '' ? words : [...words, word];
}
